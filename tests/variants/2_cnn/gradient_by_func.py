# torch.func.grad along the path, middle points in chunks, the network called with a hook on its embedding.
# %%
def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    tokens = (tokenize(sentence) + [PAD] * min_len)[: max(min_len, len(tokenize(sentence)))]
    ids = torch.tensor([vocabulary[token] for token in tokens])
    model.eval()
    for_padding, for_words = model.embedding(torch.stack([torch.full_like(ids, vocabulary.pad_id), ids])).detach()
    difference = for_words - for_padding

    def logit_of(embedded):
        handle = model.embedding.register_forward_hook(lambda *_: embedded)
        try:
            return model(ids.expand(len(embedded), -1)).sum()
        finally:
            handle.remove()

    gradient = torch.zeros_like(difference)
    for chunk in torch.arange(n_steps).split(50):
        alphas = (chunk + 0.5)[:, None, None] / n_steps
        gradient += torch.func.grad(logit_of)(for_padding + alphas * difference).sum(dim=0)
    scores = torch.einsum("le,le->l", difference, gradient / n_steps)
    with torch.no_grad():
        change = logit_of(for_words[None]) - logit_of(for_padding[None])
    return tokens, scores, scores.sum() - change
