"""The checks of explain_label on right and on wrong answers."""

from __future__ import annotations

import pytest
import torch

from tests.textlab.checks.answers import Change, answer, expect_named, failing
from textlab.checks import assess, labels
from textlab.checks.local import LocalBench, LocalFunction, LocalNetwork

BY_HAND = '''
def explain_label(model, ids, label, labels, pad_idx, n_steps=500):
    """Integrated gradients without Captum, on the embeddings."""
    columns = {name: place for place, name in enumerate(labels)}
    if label not in columns:
        raise KeyError(f"{label} is none of {sorted(columns)}")
    model.eval()
    end, start = model.embedding(ids).detach(), model.embedding(torch.full_like(ids, pad_idx)).detach()
    shares = (torch.arange(n_steps) + 0.5) / n_steps
    path = (start + shares[:, None, None] * (end - start)).requires_grad_()
    given = [path]
    hook = model.embedding.register_forward_hook(lambda *_: given[0])
    logits = model(ids.expand(n_steps, -1), ids.expand(n_steps, -1) == pad_idx)[:, columns[label]]
    scores = ((end - start)[0] * torch.autograd.grad(logits.sum(), path)[0].mean(dim=0)).sum(dim=-1)
    with torch.no_grad():
        given[0] = torch.cat([end, start])
        ends = model(ids.expand(2, -1), ids.expand(2, -1) == pad_idx)[:, columns[label]]
    hook.remove()
    return scores.tolist(), float(scores.sum() - (ends[0] - ends[1]))
'''
WRAPPED = '''
class OneClass(nn.Module):
    """The logit of one class."""

    def __init__(self, model, column, padding):
        super().__init__()
        self.model, self.column, self.padding = model, column, padding

    def forward(self, ids):
        """Logits [batch]."""
        return self.model(ids, self.padding.expand(len(ids), -1))[:, self.column]


def explain_label(model, ids, label, labels, pad_idx, n_steps=500):
    """A wrapper in place of a target."""
    try:
        column = labels.index(label)
    except ValueError:
        raise ValueError(f"unknown label; choose one of {labels}") from None
    one = OneClass(model, column, ids == pad_idx).eval()
    found, delta = LayerIntegratedGradients(one, model.embedding).attribute(
        ids, ids * 0 + pad_idx, n_steps=n_steps, method="riemann_middle", return_convergence_delta=True
    )
    return found.sum(dim=2).squeeze(0), delta
'''
TARGET = "target=labels.index(label)"
MASK = "        additional_forward_args=(ids == pad_idx,),\n"
SUM = "attributions[0].sum(dim=-1)"
REFUSAL = """    if label not in labels:
        raise ValueError(f"there is no class {label!r}; the classes are {', '.join(labels)}")
"""


def faults(changes: list[Change], extra: str = "", seed: int = 7) -> dict[str, Exception]:
    """The checks that fail, by name, on the solution's network and a changed function."""
    torch.manual_seed(seed)
    network = LocalNetwork(answer("TransformerClassifier", notebook="4_transformer"))
    explain = LocalFunction(answer("explain_label", changes, extra, notebook="4_transformer"))
    checks = (
        labels.class_is_found_by_its_label,
        labels.unknown_label_is_refused,
        labels.delta_belongs_to_the_review,
    )
    found = failing(checks, explain, LocalBench(), seed=seed)
    return {**found, **failing([labels.own_network_is_explained], network, explain, seed=seed)}


@pytest.mark.parametrize("extra", ["", BY_HAND, WRAPPED], ids=["solution", "by hand", "wrapper"])
@pytest.mark.parametrize("seed", [7, 8, 9])
def test_a_right_answer_passes_every_check(extra: str, seed: int) -> None:
    assert faults([], extra, seed) == {}


EVERYWHERE = {"class_is_found_by_its_label", "own_network_is_explained"}


@pytest.mark.parametrize(
    ("changes", "expected", "cause"),
    [
        pytest.param(
            [(TARGET, "target=sorted(labels).index(label)")], {*EVERYWHERE, "delta_belongs_to_the_review"},
            "they explain “", id="label by its place in the alphabet",
        ),
        pytest.param([(TARGET, "target=1")], {*EVERYWHERE, "delta_belongs_to_the_review"}, "they explain “",
                     id="always class 1"),
        pytest.param([(REFUSAL, "")], "unknown_label_is_refused", "list.index speaks", id="no refusal"),
        pytest.param([(MASK, "")], {"delta_belongs_to_the_review", "own_network_is_explained"},
                     "the baseline's own mask", id="mask not handed on"),
        pytest.param([("torch.full_like(ids, pad_idx)", "torch.zeros_like(ids)")],
                     {*EVERYWHERE, "delta_belongs_to_the_review"}, "id 0", id="another baseline"),
        pytest.param([(SUM, "attributions[0].mean(dim=-1)")],
                     {*EVERYWHERE, "delta_belongs_to_the_review"}, "averaged over", id="mean over the axis"),
        pytest.param([(SUM, f"{SUM} / {SUM}.norm()")],
                     {*EVERYWHERE, "delta_belongs_to_the_review"}, "divided: by their norm", id="normalised"),
        pytest.param([(SUM, "attributions.sum(dim=-1)")], EVERYWHERE, "batch axis", id="batch axis kept"),
        pytest.param([("    model.eval()\n", "    model.train()\n")], {*EVERYWHERE}, "dropout", id="training mode"),
        pytest.param([("delta.item()", "-delta.item()")],
                     "delta_belongs_to_the_review", "wrong sign", id="sign of the delta"),
        pytest.param([("return attributions", "attributions")],
                     {*EVERYWHERE, "delta_belongs_to_the_review"}, "return is missing", id="no return"),
    ],
)  # fmt: skip
def test_a_wrong_explanation_is_named(changes: list[Change], expected: str | set[str], cause: str) -> None:
    found = faults(changes)
    assert set(found) >= ({expected} if isinstance(expected, str) else expected), set(found)
    expect_named(found, set(found), cause)


def test_the_blank_takes_network_and_function() -> None:
    network, explain = (answer(name, notebook="4_transformer") for name in ("TransformerClassifier", "explain_label"))
    assert assess("explain-label", network, explain).state == "right"
    wrong = answer("explain_label", [(MASK, "")], notebook="4_transformer")
    assert assess("explain-label", network, wrong).state == "wrong"
