# torch.func: value and gradient of a functional call, Adam fed by hand-set .grad
# %%
from torch.func import functional_call, grad_and_value


def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    named = {name: p for name, p in model.named_parameters() if p.requires_grad}
    optimizer = torch.optim.Adam(named.values(), lr=learning_rate, foreach=False)

    def loss_of(weights, batch):
        logits = functional_call(model, weights, (batch.ids, batch.lengths))
        return F.binary_cross_entropy_with_logits(logits.flatten(), batch.labels)

    slope_and_loss = grad_and_value(loss_of)
    history = {"train_loss": [], "validation_loss": []}
    best = None
    for epoch in range(epochs):
        model.train()
        sums = torch.zeros(2, dtype=torch.float64)
        for batch in train:
            slopes, loss = slope_and_loss({n: p.detach() for n, p in named.items()}, batch)
            for name, parameter in named.items():
                parameter.grad = slopes[name].detach()
            optimizer.step()
            sums += torch.tensor([loss.item() * len(batch), len(batch)], dtype=torch.float64)
        history["train_loss"].append((sums[0] / sums[1]).item())
        model.eval()
        sums = torch.zeros(2, dtype=torch.float64)
        with torch.no_grad():
            for batch in validation:
                sums += torch.tensor([loss_of(named, batch).item() * len(batch), len(batch)], dtype=torch.float64)
        history["validation_loss"].append((sums[0] / sums[1]).item())
        if best is None or history["validation_loss"][-1] < best[0]:
            best = (history["validation_loss"][-1], epoch, copy.deepcopy(model.state_dict()))
        if epoch - best[1] == patience:
            break
    model.load_state_dict(best[2])
    return history
