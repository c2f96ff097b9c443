# Gradients cleared at the end of a step, batches in another order every epoch, parameters copied one by one.
# %%
def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    parameters = tuple(model.parameters())
    optimizer = torch.optim.Adam(parameters, lr=learning_rate, betas=(0.9, 0.999), eps=1e-8)
    optimizer.zero_grad(set_to_none=False)
    history = {key: [] for key in ("train_loss", "validation_loss")}
    best, misses = (float("inf"), None), 0
    for epoch in range(epochs):
        _ = model.train()
        losses = []
        for number in torch.randperm(len(train)).tolist():
            batch = train[number]
            loss = nn.BCEWithLogitsLoss()(model(batch.ids, batch.lengths), batch.labels[:, None])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=bool(number % 2))
            losses += [float(loss.detach())] * len(batch.labels)
        history["train_loss"] += [float(np.mean(losses))]
        _ = model.eval()
        with torch.no_grad():
            each = [
                F.binary_cross_entropy_with_logits(model(b.ids, b.lengths)[:, 0], b.labels, reduction="none")
                for b in validation
            ]
        history["validation_loss"] += [torch.cat(each).double().mean().item()]
        if history["validation_loss"][-1] < best[0]:
            best, misses = (history["validation_loss"][-1], [p.detach().clone() for p in parameters]), 0
        elif (misses := misses + 1) >= patience:
            break
    with torch.no_grad():
        for parameter, value in zip(parameters, best[1]):
            parameter.copy_(value)
    return history
