# Captum in batches of steps, the right rule, another layer object; scores as numpy numbers, the delta as an array.
# %%
def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    tokens = [*tokenize(sentence)]
    tokens = [tokens[place] if place < len(tokens) else PAD for place in range(max(min_len, len(tokens)))]
    ids = torch.tensor(np.array([[vocabulary[token] for token in tokens]], dtype=np.int64))
    layer = dict(model.named_modules())["embedding"]
    model = model.eval()
    attributions, delta = LayerIntegratedGradients(model.forward, layer).attribute(
        inputs=ids,
        baselines=pad_reference(ids, vocabulary.pad_id),
        n_steps=n_steps,
        method="riemann_right",
        internal_batch_size=max(8, len(tokens)),
        return_convergence_delta=True,
    )
    numbers = attributions.detach().numpy().squeeze(0)
    return np.array(tokens), np.einsum("le->l", numbers), delta.numpy()
