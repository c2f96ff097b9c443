# A copy is trained and the best weights come back into the model; Adam is written by hand.
# %%
class OwnAdam:
    def __init__(self, parameters, lr):
        self.parameters, self.lr, self.count = list(parameters), lr, 0
        self.first = [torch.zeros_like(p) for p in self.parameters]
        self.second = [torch.zeros_like(p) for p in self.parameters]

    def clear(self):
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self):
        self.count += 1
        for parameter, first, second in zip(self.parameters, self.first, self.second):
            if parameter.grad is None:
                continue
            first.mul_(0.9).add_(parameter.grad, alpha=0.1)
            second.mul_(0.999).addcmul_(parameter.grad, parameter.grad, value=0.001)
            mean = first / (1 - 0.9**self.count)
            spread = (second / (1 - 0.999**self.count)).sqrt() + 1e-8
            parameter.sub_(self.lr * mean / spread)


def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    copied = copy.deepcopy(model)
    adam = OwnAdam(copied.parameters(), learning_rate)
    train_losses, validation_losses, left = [], [], patience
    while len(train_losses) < epochs and left > 0:
        for reviews, found, learning in ((train, train_losses, True), (validation, validation_losses, False)):
            copied.train(learning)
            total = 0.0
            with torch.set_grad_enabled(learning):
                for batch in reviews:
                    logits = copied(batch.ids, batch.lengths).squeeze(1)
                    loss = F.softplus(logits).sum() - (logits * batch.labels).sum()
                    if learning:
                        adam.clear()
                        (loss / len(batch)).backward()
                        adam.step()
                    total += loss.item()
            found.append(total / sum(len(batch) for batch in reviews))
        if validation_losses[-1] < min(validation_losses[:-1], default=np.inf):
            model.load_state_dict(copied.state_dict())
            left = patience
        else:
            left -= 1
    return {"train_loss": train_losses, "validation_loss": validation_losses}
