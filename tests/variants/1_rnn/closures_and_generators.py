# Steps with a closure, losses from a generator, the whole model copied, gradients clipped, the counter by argmin.
# %%
def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    adam = torch.optim.Adam([{"params": list(model.parameters())}], lr=learning_rate, foreach=False)

    def learn(batch):
        def closure():
            adam.zero_grad()
            loss = F.binary_cross_entropy_with_logits(model(batch.ids, batch.lengths).flatten(), batch.labels)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            return loss

        return adam.step(closure).item()

    @torch.inference_mode()
    def look(batch):
        return F.binary_cross_entropy_with_logits(model(batch.ids, batch.lengths).flatten(), batch.labels).item()

    def losses(batches, loss_of):
        for batch in batches:
            yield loss_of(batch), len(batch)

    def mean(pairs):
        pairs = list(pairs)
        return sum(loss * size for loss, size in pairs) / sum(size for _, size in pairs)

    train_losses, validation_losses, best = [], [], None
    for _ in range(epochs):
        model.train()
        train_losses.append(mean(losses(train, learn)))
        model.eval()
        validation_losses.append(mean(losses(validation, look)))
        best_epoch = int(np.argmin(validation_losses))
        if best_epoch == len(validation_losses) - 1:
            best = copy.deepcopy(model)
        if len(validation_losses) - 1 - best_epoch >= patience:
            break
    model.load_state_dict(best.state_dict())
    return {"train_loss": train_losses, "validation_loss": validation_losses, "best_epoch": best_epoch + 1}
