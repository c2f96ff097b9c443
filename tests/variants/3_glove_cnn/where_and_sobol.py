# matrix by torch.where over stacked candidates, noise from a Sobol sequence; explanation through own class
# %%
def embedding_matrix(vocabulary, vectors):
    dim = vectors.dim
    noise = torch.quasirandom.SobolEngine(dim, scramble=True, seed=3).draw(len(vocabulary)) * 0.2 - 0.1
    nothing = torch.full((dim,), float("nan"))
    known = torch.stack([vectors[t] if t in vectors else nothing for t in vocabulary.tokens])
    is_pad = (torch.arange(len(vocabulary)) == vocabulary.pad_id).unsqueeze(1)
    return torch.where(is_pad, torch.zeros(()), torch.where(known.isnan(), noise, known)).to(torch.float32)


def pad_reference(ids, pad_idx):
    return torch.ones_like(ids).mul(pad_idx)


class Explainer:
    def __init__(self, model, vocabulary, n_steps):
        self.model, self.vocabulary, self.n_steps = model, vocabulary, n_steps
        self.device = model.embedding.weight.device

    def encode(self, tokens):
        return torch.tensor([[self.vocabulary[t] for t in tokens]], device=self.device)

    def __call__(self, tokens):
        ids = self.encode(tokens)
        mode = self.model.training
        self.model.eval()
        ig = LayerIntegratedGradients(self.model, self.model.embedding)
        parts, delta = ig.attribute(
            ids,
            baselines=pad_reference(ids, self.vocabulary.pad_id),
            n_steps=self.n_steps,
            method="riemann_middle",
            return_convergence_delta=True,
        )
        self.model.train(mode)
        return parts.sum(2).squeeze(0).detach().cpu(), delta.item()


def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    tokens = tokenize(sentence)
    tokens += (min_len - len(tokens)) * [PAD]
    return (tokens, *Explainer(model, vocabulary, n_steps)(tokens))
