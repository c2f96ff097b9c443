"""The checks of f1_on on right and on wrong answers."""

from __future__ import annotations

import pytest

from tests.textlab.checks.answers import Change, answer, expect_named, failing
from textlab.checks import f1
from textlab.checks.draw import Draw
from textlab.checks.local import LocalBench, LocalFunction

CHECKS = (f1.whole_set_at_once, f1.positive_from_one_half, f1.measured_in_evaluation_mode)
SCORE = "f1_score(torch.cat(all_labels).numpy(), predicted.numpy())"
LAST_BATCH = "f1_score(all_labels[-1].numpy(), (all_logits[-1] > 0).numpy())"
BY_HAND = '''
@torch.no_grad()
def f1_on(model, batches):
    """Counts, and a tensor comes back."""
    model.eval()
    tp = fp = fn = 0
    for b in batches:
        said = torch.sigmoid(model(b.ids, b.lengths)).round().flatten()
        tp += (said * b.labels).sum()
        fp += (said * (1 - b.labels)).sum()
        fn += ((1 - said) * b.labels).sum()
    return 2 * tp / (2 * tp + fp + fn)
'''
PER_BATCH = """
def f1_on(model, batches):
    model.eval()
    with torch.no_grad():
        scores = [f1_score(b.labels, (model(b.ids, b.lengths) > 0).view(-1), zero_division=0.0) for b in batches]
    return sum(scores) / len(scores)
"""


@pytest.mark.parametrize("extra", ["", BY_HAND], ids=["solution", "counted by hand"])
@pytest.mark.parametrize("seed", range(20))
def test_a_right_answer_passes_every_check(extra: str, seed: int) -> None:
    assert failing(CHECKS, LocalFunction(answer("f1_on", extra=extra)), LocalBench(), seed=seed) == {}


@pytest.mark.parametrize(
    ("changes", "extra", "expected", "cause"),
    [
        ([], PER_BATCH, "whole_set_at_once", "the mean of the batches' F1"),
        ([(SCORE, SCORE[:-1] + ", average='macro')")], "", "whole_set_at_once", "macro"),
        ([(SCORE, SCORE[:-1] + ", average='weighted')")], "", "whole_set_at_once", "weighted"),
        ([(SCORE, SCORE[:-1] + ", average='micro')")], "", "whole_set_at_once", "accuracy"),
        ([("torch.cat(all_logits) > 0", "torch.cat(all_logits) > 0.5")], "",
         "positive_from_one_half", "none"),
        ([("    model.eval()\n    all_", "    all_")], "",
         "measured_in_evaluation_mode", "none of the"),
        ([(SCORE, LAST_BATCH)], "", "whole_set_at_once", ""),
        ([(SCORE, SCORE[:-1] + ", pos_label=0)")], "", "whole_set_at_once", ""),
        ([], "\nfrom textlab.training import f1_on\n", {check.__name__ for check in CHECKS},
         "the kit's own answer"),
    ],
    ids=["per batch", "macro", "weighted", "micro", "one half", "training mode", "last batch", "class 0", "given"],
)  # fmt: skip
def test_a_wrong_answer_is_named(changes: list[Change], extra: str, expected: str | set[str], cause: str) -> None:
    expect_named(failing(CHECKS, LocalFunction(answer("f1_on", changes, extra)), LocalBench()), expected, cause)


@pytest.mark.parametrize("constant", [wrong / 24 for wrong in range(25)])
def test_no_constant_passes_a_check(constant: float) -> None:
    given = LocalFunction(answer("f1_on", extra=f"\ndef f1_on(model, batches):\n    return {constant!r}\n"))
    assert set(failing(CHECKS, given, LocalBench())) == {check.__name__ for check in CHECKS}


def test_a_cause_is_said_once() -> None:
    found = failing(CHECKS, LocalFunction(answer("f1_on", extra=PER_BATCH)), LocalBench())
    assert found and all(str(failure).count("mean of the batches' F1") == 1 for failure in found.values())


def test_every_known_mistake_gives_another_number_on_every_key() -> None:
    for key in range(50):
        sizes = (9, 5, 1)
        logits, labels = f1.telling_set(Draw(key), sizes, sort=True)
        right = f1.counted_f1(labels, (logits > 0).float())
        assert all(abs(value - right) > f1.SAME for _, value in f1.mistakes(logits, labels, sizes)), key
