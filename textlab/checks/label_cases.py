"""Reviews, labels and networks with several classes whose explanations are known."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from textlab.checks.attribution_mistakes import Explained, Mistake, Way
from textlab.checks.draw import Draw
from textlab.checks.failure import Cause
from textlab.checks.interpretation_cases import APART, LEAST_DELTA
from textlab.checks.probe import ClassProbe
from textlab.checks.probe_attributions import RULES
from textlab.checks.subject import Bench, Model

OWN_PAD = 1
"""Of the student's own network."""
NOTEBOOK_LABELS = ("negative", "positive")
"""Classes 0 and 1 of the notebook's network, and other ones of these."""
STEPS_OF_SCORES = 300
STEPS_OF_DELTAS = 4


@dataclass(frozen=True)
class Case:
    """A review [1, length], a model with named classes, and what has to come out."""

    model: Model
    ids: Tensor
    label: str
    labels: list[str]
    scores: Tensor
    """[length] float64."""
    difference: float
    """F(x) − F(x′), both with the padding mask of the review."""
    said: str
    pad_idx: int = OWN_PAD
    explained: Explained | None = None
    """With the same network in this process; None where it is the student's."""
    masked: float | None = None
    """F(x) − F(x′) when the mask of the baseline hides all of it."""

    @property
    def call(self) -> str:
        """The call as students read it."""
        given = f'ids {list(self.ids.shape)}, "{self.label}", {self.labels}'
        return f"explain_label({self.said}, {given}, pad_idx={self.pad_idx})"


def draw_cases(bench: Bench, draw: Draw, n_steps: int) -> list[Case]:
    """A review without padding and one with some at its end, models with four and five classes, weights drawn anew.

    Every mistake that is known shows in the scores, and the delta of few steps is not small.
    """
    cases: list[Case] = []
    for n_classes, length in [(4, draw.integer(7, 9)), (5, draw.integer(3, 5))]:
        vocab_size, emb_dim = 30, draw.integer(5, 9)
        # Neither 0 nor 1, which may be written out.
        pad_idx = draw.integer(2, 7)
        ids = draw.token_ids(1, length, vocab_size, avoid=[0, 1, pad_idx])
        if cases:
            ids = torch.nn.functional.pad(ids, (0, 2), value=pad_idx)
        # Neither the first nor the last class, which nobody has to look up, and not the same one twice.
        place = draw.integer(2, 3) if cases else 1
        labels = _labels(draw, n_classes, place, turned=bool(cases))
        while True:
            mirror = ClassProbe(vocab_size, emb_dim, pad_idx, n_classes).double().eval()
            weights = {name: draw.normal(*value.shape, scale=0.5) for name, value in mirror.state_dict().items()}
            if not cases:
                weights["embedding.weight"][pad_idx] = 0.0
            for name in ("inner.weight", "inner.bias"):
                weights[name] *= 3.0 if n_steps == STEPS_OF_DELTAS else 1.0
            mirror.load_state_dict({name: value.double() for name, value in weights.items()})
            mirror.mask = ids == pad_idx
            case = _case(bench, mirror, ids, labels, place)
            if _tells(case, n_steps):
                break
        cases.append(case)
    return cases


def _case(bench: Bench, mirror: ClassProbe, ids: Tensor, labels: list[str], place: int) -> Case:
    """The case of a network that is known."""
    pad_idx = mirror.pad_idx
    pads = torch.full_like(ids[0], pad_idx)
    vocab_size, emb_dim = mirror.embedding.weight.shape
    baselines: dict[Way, Tensor] = {
        ("baseline-of-id-0", "the baseline is id 0, not pad_idx"): torch.zeros_like(pads),
        ("baseline-of-id-1", "the baseline is id 1 whatever pad_idx is"): torch.ones_like(pads),
    }
    if bool(mirror.embedding.weight[pad_idx].any()):
        zeros = torch.zeros(len(pads), emb_dim, dtype=torch.float64)
        baselines["baseline-of-zero-vectors", "the baseline is vectors of zeros, not those of pad_idx"] = zeros
    outputs: dict[Way, int] = {
        ("class-of-another-label", f"they explain “{name}”: the label was not looked up in labels"): row
        for row, name in enumerate(labels)
        if row != place
    }
    explained = Explained(mirror, ids[0], pads, place, baselines=baselines, outputs=outputs)
    right = explained.attributions(1000)
    with torch.no_grad():
        hidden = float(mirror(pads[None])[0, place] - mirror(pads[None], ids == pad_idx)[0, place])
    probe = bench.probe(vocab_size, emb_dim, pad_idx, len(labels))
    probe.set_weights({name: value.float() for name, value in mirror.state_dict().items()})
    said = f"model with {len(labels)} classes"
    masked = right.difference - hidden
    return Case(probe, ids, labels[place], labels, right.scores, right.difference, said, pad_idx, explained, masked)


def turned(case: Case, bench: Bench) -> Case:
    """The same with all logits' signs turned, and so the delta's."""
    assert case.explained is not None
    old = case.explained.network
    vocab_size, emb_dim = old.embedding.num_embeddings, old.embedding.embedding_dim
    mirror = ClassProbe(vocab_size, emb_dim, case.pad_idx, len(case.labels)).double().eval()
    turned = {name: -value if name.startswith("head.") else value for name, value in old.state_dict().items()}
    mirror.load_state_dict(turned)
    mirror.mask = old.mask
    return _case(bench, mirror, case.ids, case.labels, case.labels.index(case.label))


def opened(case: Case, n_steps: int) -> list[Mistake]:
    """What comes out when the padding of a review is shown to the network; nothing where there is none."""
    explained = case.explained
    if (
        explained is None
        or not isinstance(explained.network, ClassProbe)
        or not bool((case.ids == case.pad_idx).any())
    ):
        return []
    mask, explained.network.mask = explained.network.mask, None
    found = explained.attributions(n_steps)
    explained.network.mask = mask
    return [Mistake(Cause("padding-opened", "the mask that was given hides no padding"), found, found.scores)]


def _tells(case: Case, n_steps: int) -> bool:
    """Whether every mistake that is known shows: in the scores, or in the delta where there are few steps."""
    assert case.explained is not None and case.masked is not None
    if n_steps == STEPS_OF_DELTAS:
        least = LEAST_DELTA * max(1.0, abs(case.difference))
        deltas = [case.explained.attributions(n_steps, rule).delta for rule in RULES]
        return min(map(abs, deltas)) > least and abs(case.masked - case.difference) > 5 * least
    others = [mistake.scores for mistake in (*case.explained.others(n_steps), *opened(case, n_steps))]
    size = float(case.scores.abs().max())
    return min(float((other - case.scores).abs().max()) for other in others) > APART * size


def draw_names(draw: Draw, count: int) -> list[str]:
    """Labels in an order that no sorting gives by chance alone."""
    names = sorted(draw.word() for _ in range(count))
    return [names[place] for place in [*range(1, count), 0]]


def _labels(draw: Draw, count: int, place: int, turned: bool) -> list[str]:
    """Labels in an order of their own; beside the one at `place` stand its capitalised form and a longer one."""
    while True:
        labels = [draw.word() for _ in range(count)]
        if turned:
            labels[place] = NOTEBOOK_LABELS[draw.integer(0, 1)]
        beside = [labels[place].capitalize(), labels[place] + "s"]
        labels[place - 1], labels[place + 1] = reversed(beside) if turned else beside
        if (
            sorted(labels).index(labels[place]) != place
            and sorted(labels, key=str.lower).index(labels[place]) != place
        ):
            return labels
