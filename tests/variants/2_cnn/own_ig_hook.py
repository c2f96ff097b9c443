# integrated gradients by hand: a forward hook replaces what the embedding gives; chunks of 50 points on the way
# %%
def pad_reference(ids, pad_idx):
    return torch.zeros_like(ids).fill_(pad_idx)


class EmbeddingSwap:
    """While active, the embedding layer gives `value`."""

    def __init__(self, layer, value):
        self.layer, self.value = layer, value

    def __enter__(self):
        self.handle = self.layer.register_forward_hook(lambda module, args, output: self.value)
        return self

    def __exit__(self, *problem):
        self.handle.remove()


def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    words = tokenize(sentence)
    words = words + [PAD] * max(0, min_len - len(words))
    device = model.embedding.weight.device
    ids = torch.as_tensor([[vocabulary[w] for w in words]], dtype=torch.long, device=device)
    zero = pad_reference(ids, vocabulary.pad_id)
    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            x, x0 = model.embedding(ids), model.embedding(zero)
            change = (model(ids) - model(zero)).item()
        total = torch.zeros_like(x)
        alphas = (torch.arange(n_steps, device=device) + 0.5) / n_steps
        for chunk in alphas.split(50):
            points = (x0 + chunk[:, None, None] * (x - x0)).requires_grad_()
            with EmbeddingSwap(model.embedding, points):
                logits = model(ids.expand(len(chunk), -1))
            total += torch.autograd.grad(logits.sum(), points)[0].sum(dim=0, keepdim=True)
        scores = ((x - x0) * total / n_steps).sum(dim=2)[0]
    finally:
        model.train(mode)
    return words, scores.cpu(), scores.sum().item() - change
