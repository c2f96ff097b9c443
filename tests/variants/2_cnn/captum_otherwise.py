# Captum with TokenReferenceBase, Gauss–Legendre points, the output flattened; numpy scores and a tensor as delta.
# %%
from captum.attr import TokenReferenceBase


def pad_reference(ids, pad_idx):
    row = TokenReferenceBase(reference_token_idx=pad_idx).generate_reference(ids.shape[1], device="cpu")
    return row.unsqueeze(0).repeat(ids.shape[0], 1).long()


def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    words = tokenize(sentence)
    words = words + [PAD for _ in range(min_len - len(words))]
    ids = torch.LongTensor(vocabulary.encode(" ".join(words))).unsqueeze(0)
    if ids.shape[1] != len(words):
        ids = torch.tensor([vocabulary[word] for word in words])[None]
    model.zero_grad()
    model.eval()
    lig = LayerIntegratedGradients(lambda tokens: model(tokens).reshape(-1), model.embedding)
    attributions, delta = lig.attribute(
        ids, pad_reference(ids, vocabulary.pad_id), n_steps=n_steps, return_convergence_delta=True
    )
    return words, attributions.sum(dim=2).squeeze(0).cpu().detach().numpy(), delta
