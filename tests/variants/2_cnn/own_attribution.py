# Integrated gradients in a loop of its own, without Captum; scores as a list.
# %%
def pad_reference(ids, pad_idx):
    return torch.tensor([[pad_idx] * ids.shape[1]] * ids.shape[0])


def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    tokens = tokenize(sentence)
    while len(tokens) < min_len:
        tokens.append(PAD)
    ids = torch.tensor([[vocabulary[token] for token in tokens]])
    model.eval()
    start = model.embedding(pad_reference(ids, vocabulary.pad_id)).detach()
    end = model.embedding(ids).detach()
    total = torch.zeros_like(end)
    for step in range(n_steps):
        place = (start + (step + 0.5) / n_steps * (end - start)).requires_grad_()
        handle = model.embedding.register_forward_hook(lambda module, given, output, place=place: place)
        model(ids).sum().backward()
        handle.remove()
        total += place.grad
    scores = ((end - start) * total / n_steps).sum(-1).squeeze(0)
    with torch.no_grad():
        difference = model(ids).item() - model(pad_reference(ids, vocabulary.pad_id)).item()
    return tokens, scores.tolist(), scores.sum().item() - difference
