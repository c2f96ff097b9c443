# The label looked up in a dictionary, a module for its column, batches of steps; words by itertools.groupby.
# %%
import itertools


class Column(nn.Module):
    def __init__(self, model, column, padding):
        super().__init__()
        self.model, self.column, self.padding = model, column, padding

    def forward(self, ids):
        return self.model(ids, self.padding.expand(len(ids), -1)).select(1, self.column)


def explain_label(model, ids, label, labels, pad_idx, n_steps=500):
    columns = {name: column for column, name in enumerate(labels)}
    try:
        column = columns[label]
    except KeyError:
        raise ValueError(f"{label}: choose one of {', '.join(columns)}") from None
    was_training = model.training
    one = Column(model.eval(), column, ids.eq(pad_idx)).eval()
    found, delta = LayerIntegratedGradients(one, one.model.embedding).attribute(
        ids,
        torch.full_like(ids, pad_idx),
        n_steps=n_steps,
        method="riemann_middle",
        internal_batch_size=20,
        return_convergence_delta=True,
    )
    model.train(was_training)
    return found.squeeze(0).sum(-1).tolist(), delta


# %%
def merge_pieces(pieces, scores):
    numbers = list(itertools.accumulate(int(piece.startswith(START)) for piece in pieces))
    groups = [list(group) for _, group in itertools.groupby(zip(numbers, pieces, scores), key=lambda part: part[0])]
    words = tuple("".join(piece for _, piece, _ in group).replace(START, "", 1) for group in groups)
    return words, torch.stack([torch.stack([score for *_, score in group]).sum() for group in groups])
