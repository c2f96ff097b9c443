"""The checks of train_model on right and on wrong answers."""

from __future__ import annotations

import dataclasses
import math

import pytest

from tests.textlab.checks.answers import Change, answer, expect_named, failing
from textlab.checks import training
from textlab.checks.draw import Draw
from textlab.checks.local import LocalBench, LocalFunction
from textlab.checks.optimiser_replay import CHANGES, LOOPS, Loop, follows, movement_cause
from textlab.checks.scripted import NO_PULL, START
from textlab.checks.training_causes import RULES
from textlab.checks.training_log import Step, is_best, stop_by

CHECKS = (
    training.gives_a_history,
    training.adam_moves_this_model,
    training.losses_are_means_per_review,
    training.validation_only_looks,
    training.patience_counts_in_a_row,
    training.best_weights_come_back,
)
TOTAL = "total += loss.item() * len(batch)"
OTHER_LOOP = '''
def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    """Two loops, the whole model copied, parts of the loss kept in lists, gradients clipped."""
    adam = torch.optim.Adam([w for w in model.parameters() if w.requires_grad], learning_rate)
    curves, best, misses, epoch = ([], []), None, 0, 0
    while epoch < epochs and misses < patience:
        epoch += 1
        model.train()
        parts, counts = [], []
        for b in train:
            adam.zero_grad()
            probability = torch.sigmoid(model(b.ids, b.lengths)).squeeze(1)
            loss = nn.functional.binary_cross_entropy(probability, b.labels)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            adam.step()
            parts.append(float(loss.detach()))
            counts.append(b.labels.numel())
        curves[0].append(sum(p * c for p, c in zip(parts, counts)) / sum(counts))
        model.eval()
        with torch.inference_mode():
            losses = [
                F.binary_cross_entropy_with_logits(model(b.ids, b.lengths)[:, 0], b.labels, reduction="none")
                for b in validation
            ]
        curves[1].append(torch.cat(losses).mean().item())
        if best is None or curves[1][-1] < min(curves[1][:-1]):
            best, misses = copy.deepcopy(model), 0
        else:
            misses += 1
    model.load_state_dict(best.state_dict())
    return dict(train_loss=curves[0], validation_loss=curves[1])
'''
COPY_BY_HAND: list[Change] = [
    ("copy.deepcopy(model.state_dict())", "{k: v.clone() for k, v in model.state_dict().items()}"),
]


@pytest.mark.parametrize(
    ("changes", "extra"), [([], ""), ([], OTHER_LOOP), (COPY_BY_HAND, "")], ids=["solution", "two loops", "clones"]
)
@pytest.mark.parametrize("seed", [7, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (8, 9))])
def test_a_right_answer_passes_every_check(changes: list[Change], extra: str, seed: int) -> None:
    given = LocalFunction(answer("train_model", changes, extra))
    assert failing(CHECKS, given, LocalBench(), seed=seed) == {}


@pytest.mark.parametrize(
    ("changes", "expected", "cause"),
    [
        ([("copy.deepcopy(model.state_dict())", "model.state_dict()")], "best_weights_come_back", "is no copy"),
        ([("model.load_state_dict(best_weights)", "pass")], "best_weights_come_back", "no weights were loaded"),
        (
            [("torch.set_grad_enabled(learning)", "torch.enable_grad()"), ("model.train(learning)", "model.train()")],
            "validation_only_looks",
            "in training mode and with gradients recorded",
        ),
        (
            [("torch.set_grad_enabled(learning)", "torch.enable_grad()"), ("if learning:", "if True:")],
            "validation_only_looks",
            "the weights change in validation",
        ),
        ([("optimizer.zero_grad()", "pass")], "adam_moves_this_model", "they are never cleared"),
        ([("lr=learning_rate", "lr=1e-3")], "adam_moves_this_model", "the learning rate 0.001"),
        (
            [("model.parameters()", "nn.Linear(1, 1).parameters()")],
            {"adam_moves_this_model", "best_weights_come_back"},
            "none of the mistakes",
        ),
        ([(TOTAL, "total = total + loss * len(batch)")], "losses_are_means_per_review", "loss.item()"),
        (
            [("total / count", "total / sum(len(b) for b in train)")],
            "losses_are_means_per_review",
            "the sum over the reviews is divided by 16",
        ),
        ([("return history", "return model")], {check.__name__ for check in CHECKS}, "Scripted"),
        ([(".reshape(-1)", ".squeeze()")], "losses_are_means_per_review", "raised"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_loop_is_named(changes: list[Change], expected: str | set[str], cause: str) -> None:
    found = failing(CHECKS, LocalFunction(answer("train_model", changes)), LocalBench())
    expect_named(found, expected, cause)


def test_every_known_loop_leaves_the_path_of_adam() -> None:
    steps, rate = _drawn_steps(Draw(1)), 0.0093
    right = Loop().path(steps, rate)
    for cause, loop in LOOPS:
        assert not follows(_moved(steps, loop.path(steps, rate)), right, rate), cause


@pytest.mark.parametrize("name", ["new-optimiser-each-epoch", "other-betas", "no-step-each-batch"])
def test_a_known_loop_is_named(name: str) -> None:
    steps, rate = _drawn_steps(Draw(2)), 0.0093
    loop = next(loop for cause, loop in LOOPS if cause.name == name)
    named = movement_cause(_moved(steps, loop.path(steps, rate)), rate)
    assert named and named.name == name


@pytest.mark.parametrize("name", ["amsgrad", "weight-decay", "adamw"])
def test_what_differs_least_from_adam_is_found_on_every_key(name: str) -> None:
    cause, loop = [pair for pair in LOOPS if pair[0].name == name][-1]
    for key in range(50):
        steps, rate = _drawn_steps(Draw(key)), 0.0073
        right = Loop().path(steps, rate)
        assert not follows(_moved(steps, loop.path(steps, rate)), right, rate), f"{cause}, key {key}"


def test_a_rate_that_changes_is_named_and_a_customary_bound_of_gradients_is_none() -> None:
    steps, rate = _drawn_steps(Draw(3)), 0.0093
    path, before = [], Loop().path(steps, rate)
    at = START
    for number, step in enumerate(steps):
        at += 0.9**step.epoch * (before[number] - (before[number - 1] if number else START))
        path.append(at)
    cause = movement_cause(_moved(steps, path), rate)
    assert cause and cause.name == CHANGES
    assert all(2 * step.gradient**2 < 0.25**2 for step in steps)


def test_every_known_rule_of_patience_stops_elsewhere_on_every_key() -> None:
    for key in range(50):
        draw = Draw(key)
        runs = [(training.misleading_losses(draw, patience), patience) for patience in (1, 2, draw.integer(3, 4))]
        right = [stop_by(is_best, *run) for run in runs]
        for cause, rule in RULES:
            assert [rule(*run) for run in runs] != right or cause.name == "", f"{cause}, key {key}"


def _drawn_steps(draw: Draw) -> list[Step]:
    """What a training of the check shows, with weights that stay where they start."""
    pulls = [pull / NO_PULL - 1.0 for pull in training.draw_pulls(draw)]
    losses = [training.LATE_FALL[min(epoch, 6)] for epoch in range(18)]
    start = (START, START)
    return [
        Step(epoch, pull * math.expm1(-loss), start, start) for epoch, loss in enumerate(losses) for pull in pulls
    ]


def _moved(steps: list[Step], path: list[float]) -> list[Step]:
    """The same steps along a path."""
    places = [START, *path]
    return [
        dataclasses.replace(step, before=(before, before), after=(after, after))
        for step, before, after in zip(steps, places, path, strict=False)
    ]


def test_the_given_training_loop_is_no_answer() -> None:
    given = "\nfrom textlab.training import fit\ndef train_model(m, t, v, epochs, patience, learning_rate=1e-3):\n"
    given += "    h = fit(m, lambda e: t, lambda e: v, epochs=epochs, patience=patience)\n    return vars(h)\n"
    found = failing(CHECKS, LocalFunction(answer("train_model", extra=given)), LocalBench())
    assert set(found) == {check.__name__ for check in CHECKS}


def test_losses_read_out_of_the_network_are_no_training() -> None:
    """Without a step and without a pass: only the form of the history is right."""
    given = "\ndef train_model(model, t, v, epochs, patience, learning_rate=1e-3):\n"
    given += "    losses = [float(loss) for loss in model._script.losses][:epochs]\n"
    given += "    return {'train_loss': losses, 'validation_loss': losses}\n"
    found = failing(CHECKS, LocalFunction(answer("train_model", extra=given)), LocalBench())
    assert set(found) == {check.__name__ for check in CHECKS} - {"gives_a_history"}
