# The best weights are kept in a buffer with torch.save, the loss is cross-entropy of the sigmoid, inference_mode.
# %%
import io


def epoch_loss(model, batches, step=None):
    losses, sizes = [], []
    for batch in batches:
        probabilities = torch.sigmoid(model(batch.ids, batch.lengths)).squeeze(-1)
        loss = F.binary_cross_entropy(probabilities, batch.labels)
        if step is not None:
            step(loss)
        losses.append(float(loss))
        sizes.append(batch.labels.numel())
    return float(np.average(losses, weights=sizes))


def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), learning_rate)

    def step(loss):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    history = {"train_loss": [], "validation_loss": []}
    kept, left = io.BytesIO(), patience
    for _ in range(epochs):
        model.train(True)
        history["train_loss"].append(epoch_loss(model, train, step))
        model.train(False)
        with torch.inference_mode():
            history["validation_loss"].append(epoch_loss(model, validation))
        losses = history["validation_loss"]
        if losses[-1] <= min(losses):
            kept, left = io.BytesIO(), patience
            torch.save(model.state_dict(), kept)
        else:
            left -= 1
        if not left:
            break
    kept.seek(0)
    model.load_state_dict(torch.load(kept))
    model.eval()
    return history
