"""Reviews, labels and networks with several classes whose explanations are known."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from textlab.checks.attribution_mistakes import Explained, Way
from textlab.checks.draw import Draw
from textlab.checks.interpretation_cases import APART, LEAST_DELTA
from textlab.checks.probe import RULES, ClassProbe
from textlab.checks.subject import Bench, Model

PAD = 1
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
    explained: Explained | None = None
    """With the same network in this process; None where it is the student's."""
    masked: float | None = None
    """F(x) − F(x′) when the mask of the baseline hides all of it."""

    @property
    def call(self) -> str:
        """The call as students read it."""
        return f'explain_label({self.said}, ids {list(self.ids.shape)}, "{self.label}", {self.labels}, pad_idx={PAD})'


def draw_cases(bench: Bench, draw: Draw, n_steps: int) -> list[Case]:
    """Reviews without padding, models with three to five classes in an order of their own; weights drawn for each.

    Every mistake that is known shows in the scores, and the delta of few steps is not small.
    """
    cases: list[Case] = []
    for n_classes, length in [(3, draw.integer(7, 9)), (draw.integer(4, 5), draw.integer(3, 5))]:
        vocab_size, emb_dim = 30, draw.integer(5, 9)
        ids, labels = draw.token_ids(1, length, vocab_size, avoid=[0, PAD]), draw_names(draw, n_classes)
        # Once neither the first nor the last class, which nobody has to look up.
        place = draw.integer(0, n_classes - 1) if cases else draw.integer(1, n_classes - 2)
        while True:
            mirror = ClassProbe(vocab_size, emb_dim, PAD, n_classes).double().eval()
            weights = {name: draw.normal(*value.shape, scale=0.5) for name, value in mirror.state_dict().items()}
            if not cases:
                weights["embedding.weight"][PAD] = 0.0
            for name in ("inner.weight", "inner.bias"):
                weights[name] *= 3.0 if n_steps == STEPS_OF_DELTAS else 1.0
            mirror.load_state_dict({name: value.double() for name, value in weights.items()})
            case = _case(bench, mirror, ids, labels, place)
            if _tells(case, n_steps):
                break
        cases.append(case)
    return cases


def _case(bench: Bench, mirror: ClassProbe, ids: Tensor, labels: list[str], place: int) -> Case:
    """The case of a network that is known."""
    pads = torch.full_like(ids[0], PAD)
    vocab_size, emb_dim = mirror.embedding.weight.shape
    baselines: dict[Way, Tensor] = {
        ("baseline-of-id-0", "the baseline is id 0, not pad_idx"): torch.zeros_like(pads),
    }
    if bool(mirror.embedding.weight[PAD].any()):
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
        hidden = float(mirror(pads[None])[0, place] - mirror(pads[None], pads[None] != PAD)[0, place])
    probe = bench.probe(vocab_size, emb_dim, PAD, len(labels))
    probe.set_weights({name: value.float() for name, value in mirror.state_dict().items()})
    said = f"model with {len(labels)} classes"
    masked = right.difference - hidden
    return Case(probe, ids, labels[place], labels, right.scores, right.difference, said, explained, masked)


def turned(case: Case, bench: Bench) -> Case:
    """The same with all logits' signs turned, and so the delta's."""
    assert case.explained is not None
    old = case.explained.network
    mirror = (
        ClassProbe(old.embedding.num_embeddings, old.embedding.embedding_dim, PAD, len(case.labels)).double().eval()
    )
    turned = {name: -value if name.startswith("head.") else value for name, value in old.state_dict().items()}
    mirror.load_state_dict(turned)
    return _case(bench, mirror, case.ids, case.labels, case.labels.index(case.label))


def _tells(case: Case, n_steps: int) -> bool:
    """Whether every mistake that is known shows: in the scores, or in the delta where there are few steps."""
    assert case.explained is not None and case.masked is not None
    if n_steps == STEPS_OF_DELTAS:
        least = LEAST_DELTA * max(1.0, abs(case.difference))
        deltas = [case.explained.attributions(n_steps, rule).delta for rule in RULES]
        return min(map(abs, deltas)) > least and abs(case.masked - case.difference) > 5 * least
    others = [mistake.scores for mistake in case.explained.others(n_steps)]
    size = float(case.scores.abs().max())
    return min(float((other - case.scores).abs().max()) for other in others) > APART * size


def draw_names(draw: Draw, count: int) -> list[str]:
    """Labels in an order that no sorting gives by chance alone."""
    names = sorted(draw.word() for _ in range(count))
    return [names[place] for place in [*range(1, count), 0]]
