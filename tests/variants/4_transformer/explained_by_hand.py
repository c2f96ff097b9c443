# Integrated gradients without Captum, pieces merged with index_add.
# %%
def explain_label(model, ids, label, labels, pad_idx, n_steps=500):
    columns = {name: place for place, name in enumerate(labels)}
    if label not in columns:
        raise KeyError(f"{label} is none of {sorted(columns)}")
    model.eval()
    end, start = model.embedding(ids).detach(), model.embedding(torch.full_like(ids, pad_idx)).detach()
    shares = ((torch.arange(n_steps) + 0.5) / n_steps).to(end)
    path = (start + shares[:, None, None] * (end - start)).requires_grad_()
    given = [path]
    hook = model.embedding.register_forward_hook(lambda *_: given[0])
    logits = model(ids.expand(n_steps, -1), ids.expand(n_steps, -1) == pad_idx)[:, columns[label]]
    scores = ((end - start)[0] * torch.autograd.grad(logits.sum(), path)[0].mean(dim=0)).sum(dim=-1)
    with torch.no_grad():
        given[0] = torch.cat([end, start])
        ends = model(ids.expand(2, -1), ids.expand(2, -1) == pad_idx)[:, columns[label]]
    hook.remove()
    return scores.cpu().tolist(), float(scores.sum() - (ends[0] - ends[1]))


# %%
def merge_pieces(pieces, scores):
    begins = torch.tensor([True] + [piece.startswith(START) for piece in pieces[1:]])
    numbers = begins.cumsum(0) - 1
    sums = torch.zeros(int(numbers[-1]) + 1).index_add(0, numbers, scores.float())
    words = [""] * len(sums)
    for number, piece in zip(numbers.tolist(), pieces):
        words[number] += piece.removeprefix(START)
    return words, sums
