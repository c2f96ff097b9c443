# Captum's interpretable embedding layer and IntegratedGradients on embeddings, put back afterwards.
# %%
from captum.attr import (
    IntegratedGradients,
    configure_interpretable_embedding_layer,
    remove_interpretable_embedding_layer,
)


def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    tokens = tokenize(sentence)
    tokens.extend([PAD] * (min_len - len(tokens)))
    ids = torch.tensor([[vocabulary.stoi[token] for token in tokens]])
    was_training = model.training
    model.eval()
    layer = configure_interpretable_embedding_layer(model, "embedding")
    try:
        numbers = layer.indices_to_embeddings(ids)
        nothing = layer.indices_to_embeddings(torch.full_like(ids, vocabulary.pad_id))
        attributions, delta = IntegratedGradients(model).attribute(
            numbers, nothing, n_steps=n_steps, method="riemann_trapezoid", return_convergence_delta=True
        )
    finally:
        remove_interpretable_embedding_layer(model, layer)
        model.train(was_training)
    return tokens, attributions.sum(dim=2).squeeze(0).detach(), float(delta)
