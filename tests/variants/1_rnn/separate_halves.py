# train_model in two functions, BCEWithLogitsLoss, copies of the weights by clone, tqdm over batches, prints.
# %%
criterion = nn.BCEWithLogitsLoss(reduction="sum")


def train_epoch(model, loader, optimizer):
    model.train()
    total, seen = 0.0, 0
    for batch in tqdm(loader, leave=False):
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(batch.ids, batch.lengths).view(-1), batch.labels)
        (loss / len(batch)).backward()
        optimizer.step()
        total += loss.detach().item()
        seen += len(batch)
    return total / seen


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    total = sum(criterion(model(batch.ids, batch.lengths).view(-1), batch.labels).item() for batch in loader)
    return total / sum(len(batch) for batch in loader)


# %%
def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    optimizer = torch.optim.Adam(params=model.parameters(), lr=learning_rate)
    train_losses, validation_losses = [], []
    best, bad_epochs = np.inf, 0
    best_state = {name: value.detach().clone() for name, value in model.state_dict().items()}
    for epoch in range(1, epochs + 1):
        train_losses.append(train_epoch(model, train, optimizer))
        validation_losses.append(evaluate(model, validation))
        print(f"epoch {epoch}: {train_losses[-1]:.3f} {validation_losses[-1]:.3f}")
        if validation_losses[-1] < best:
            best, bad_epochs = validation_losses[-1], 0
            best_state = {name: value.detach().clone() for name, value in model.state_dict().items()}
            continue
        bad_epochs += 1
        if bad_epochs >= patience:
            print("stopped early")
            break
    model.load_state_dict(best_state)
    return {"train_loss": train_losses, "validation_loss": validation_losses}
