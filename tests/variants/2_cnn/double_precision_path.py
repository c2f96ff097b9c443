# Integrated gradients on a path in double precision with n_steps + 1 points; tokens in a tuple, scores one by one.
# %%
import contextlib
import copy


@contextlib.contextmanager
def evaluating(model):
    before = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(before)


def pad_reference(ids, pad_idx):
    return torch.zeros(ids.shape, dtype=ids.dtype, device=ids.device) + pad_idx


def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    words = tuple(tokenize(sentence))
    words += (PAD,) * max(0, min_len - len(words))
    ids = torch.tensor([list(map(vocabulary.__getitem__, words))], dtype=torch.int64)
    exact = copy.deepcopy(model).double()
    path = {}

    def replace(layer, given, output):
        return path["now"]

    with evaluating(model), evaluating(exact):
        ends = exact.embedding(torch.cat([pad_reference(ids, vocabulary.pad_id), ids])).detach()
        handle = exact.embedding.register_forward_hook(replace)
        total, logits = 0, []
        for place in torch.linspace(0, 1, n_steps + 1, dtype=torch.float64):
            path["now"] = (ends[:1] + place * (ends[1:] - ends[:1])).requires_grad_()
            logit = exact(ids).squeeze()
            logits.append(logit.item())
            (gradient,) = torch.autograd.grad(logit, path["now"])
            total = total + gradient * (0.5 if place in (0, 1) else 1.0)
        handle.remove()
    scores = ((ends[1:] - ends[:1]) * total / n_steps).sum(dim=2)[0]
    return words, [score for score in scores], np.float64(scores.sum().item() - (logits[-1] - logits[0]))
