"""Checks of train_model: what it gives back, what it moves, when it stops, and which weights it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, NotChecked
from textlab.checks.optimiser_replay import CHANGES, Loop, first_difference, follows, movement_cause
from textlab.checks.scripted import BASE, EXTRA, TRAIN, VALIDATION
from textlab.checks.subject import Bench, Function, Model
from textlab.checks.training_causes import SAME, length_cause, list_text, mean_cause, patience_cause, weights_cause
from textlab.checks.training_log import Step, distance, is_best, read_log, stop_by
from textlab.checks.training_runs import KEYS, batches, history_of, is_number, run, trained

EQUAL = 1e-6
"""Weights that differ by less are the same."""
LATE_FALL = [BASE] * 6 + [0.01]
"""Training losses of so many epochs; the gradients become small with the last."""
TINY = 1e-5
"""An improvement that counts, however small; the losses that a network says are exact to 1e-6."""


def gives_a_history(train_model: Function, bench: Bench, draw: Draw) -> None:
    """train_model gives back the losses of every epoch"""
    epochs = draw.integer(2, 4)
    history = history_of(*run(train_model, bench, _falling(bench, epochs), epochs=epochs, patience=epochs))
    for key in KEYS:
        if len(history[key]) != epochs:
            raise CheckFailed(
                f"history[{key!r}] does not hold one loss per epoch",
                input=f"train_model(model, train, validation, epochs={epochs}, patience={epochs})",
                expected=f"{epochs} losses, since the validation loss falls in every epoch",
                got=f"{len(history[key])} losses",
                likely=length_cause(len(history[key]), epochs, 3 if key == "train_loss" else 1),
                next="append one mean loss to each list at the end of every epoch",
            )


def adam_moves_this_model(train_model: Function, bench: Bench, draw: Draw) -> None:
    """Adam moves the weights of the model that was given, with the given learning rate"""
    # So many epochs without a new best, and a training loss that falls late, that schedules and amsgrad show.
    rate, epochs = _unusual_rate(draw), 18
    losses = [1.2, 1.1, *[1.11 + 0.01 * late for late in range(13)], 1.0, 0.9, 0.8]
    train, validation = batches(bench, TRAIN, [4] * 4, pulls=draw_pulls(draw)), batches(bench, VALIDATION, [3])

    def steps_for(train_losses: Sequence[float]) -> tuple[list[Step], Any]:
        model = bench.scripted(losses, train_losses)
        history = train_model(model, train, validation, epochs=epochs, patience=epochs, learning_rate=rate)
        return read_log(model).steps, history

    steps, history = steps_for(LATE_FALL)
    same = follows(steps, Loop().path(steps, rate), rate)
    cause = None if same else movement_cause(steps, rate)
    # Gradients of another loss have another size in each epoch. Where the loss stays, Adam moves all sizes alike.
    steady = [] if same or (cause and cause.name != CHANGES) else steps_for([BASE])[0]
    another_loss = bool(steady) and follows(steady, Loop().path(steady, rate), rate)
    if not another_loss:
        _expect_path(steps, rate, f"{epochs} epochs of 4 batches, learning_rate={rate}", cause)
    _expect_gradients_of_the_loss(train_model, bench, draw)
    if another_loss and _tells(history, BASE):
        _expect_path(steps, rate, f"{epochs} epochs of 4 batches, learning_rate={rate}", None)


def losses_are_means_per_review(train_model: Function, bench: Bench, draw: Draw) -> None:
    """The losses are plain numbers: means per review, each over its own set"""
    # The extras differ between batches, and the last batch has one review: a mean of means is off.
    train_sizes, validation_sizes = [5, 5, 5, 1], [4, 4, 1]
    extras = {name: _extras(draw, sizes) for name, sizes in zip(KEYS, (train_sizes, validation_sizes), strict=True)}
    script = [0.8, 0.7]
    train = batches(bench, TRAIN, train_sizes, extras["train_loss"])
    validation = batches(bench, VALIDATION, validation_sizes, extras["validation_loss"])
    model = bench.scripted(script)
    history = history_of(train_model(model, train, validation, epochs=2, patience=2), "epochs=2, patience=2")
    sets = [("train_loss", [BASE, BASE], train_sizes), ("validation_loss", script, validation_sizes)]
    for key, base, sizes in sets:
        shapes = [list(value.shape) for value in history[key] if isinstance(value, Tensor)]
        if shapes:
            raise CheckFailed(
                f"history[{key!r}] holds tensors",
                input="train_model(…, epochs=2, patience=2)",
                expected="plain numbers",
                got=f"tensors of shape {shapes[0]}",
                likely=Cause(
                    "losses-as-tensors", "losses are kept as tensors; with them stays the graph that computed them"
                ),
                next="take the number out of the tensor: loss.item()",
            )
        expected = [value + EXTRA * sum(extras[key]) / sum(sizes) for value in base]
        worst = max(abs(a - b) for a, b in zip(history[key], expected, strict=False))
        if len(history[key]) != 2 or worst > SAME:
            raise CheckFailed(
                f"history[{key!r}] is not the mean loss per review",
                input=f"batches of {sizes} reviews whose losses differ from batch to batch",
                expected=list_text(expected),
                got=list_text(history[key]),
                likely=mean_cause(history[key], base, extras[key], sizes, train_sizes, validation_sizes),
                next="add up loss.item() * len(batch) and divide by the number of reviews",
            )


def validation_only_looks(train_model: Function, bench: Bench, draw: Draw) -> None:
    """Training is done in training mode; validation in evaluation mode, without gradients and without steps"""
    epochs, sizes = draw.integer(3, 4), [draw.integer(2, 4), 2]
    how = {"epochs": epochs, "patience": epochs}
    log, _ = trained(train_model, bench, _falling(bench, epochs), validation_sizes=sizes, **how)
    looks = [event for event in log.events if event.what == VALIDATION]
    modes = [event.training for event in log.events if event.what == TRAIN and event.learning]
    if not looks or not modes:
        raise NotChecked("the network was not run on the batches of both sets")
    call = f"a network that notes how it is run, {epochs} epochs"
    in_training = any(event.training for event in looks)
    recorded = any(event.learning for event in looks)
    if in_training or recorded or log.moved_in_validation:
        said = {"in training mode": in_training, "with gradients recorded": recorded}
        how_run = [text for text, so in said.items() if so]
        if log.moved_in_validation:
            cause = Cause("steps-in-validation", "the weights change in validation, too")
        elif in_training:
            cause = Cause(
                "validation-in-training-mode", f"validation runs {' and '.join(how_run)}: dropout is active"
            )
        else:
            cause = Cause("validation-records-gradients", "torch.no_grad() is not in force in validation")
        raise CheckFailed(
            "validation does more than look",
            input=call,
            expected="validation batches in evaluation mode, without gradients, the weights as they were",
            got="validation batches "
            + ", ".join([*how_run, *["which change the weights"] * log.moved_in_validation]),
            likely=cause,
            next="model.eval() and with torch.no_grad(): around the validation loop, model.train() before training",
        )
    if not all(modes):
        raise CheckFailed(
            "the model was not in training mode while it was trained",
            input=call,
            expected="training batches in training mode",
            got=f"{modes.count(False)} of {len(modes)} training batches in evaluation mode",
            likely=Cause("eval-stays-in-force", "the model.eval() of the validation stays in force in later epochs")
            if modes[0]
            else Cause("never-in-training-mode", "the model is in evaluation mode from the first batch on"),
            next="call model.train() at the beginning of every epoch",
        )


def patience_counts_in_a_row(train_model: Function, bench: Bench, draw: Draw) -> None:
    """Training stops after `patience` epochs in a row without a new best validation loss"""
    _expect_all_epochs(train_model, bench)
    runs = []
    for patience in (1, 2, draw.integer(3, 4)):
        script = misleading_losses(draw, patience)
        log, _ = trained(
            train_model, bench, bench.scripted(script), epochs=len(script), patience=patience, learning_rate=0.01
        )
        if not log.validations:
            raise NotChecked("the network was never run on the validation batches")
        runs.append((script, patience, len(log.validations)))
    for script, patience, done in runs:
        stop = stop_by(is_best, script, patience)
        if done != stop:
            raise CheckFailed(
                "training stopped at the wrong epoch",
                input=f"patience={patience}, epochs={len(script)}, validation losses {list_text(script, 6)}",
                expected=f"{stop} epochs: the last {patience} did not beat the best, {min(script[:stop]):.6g}",
                got=f"{done} epochs",
                likely=patience_cause(runs),
                next="a new best loss sets the counter to 0, any other epoch adds 1; stop when it reaches patience",
            )


def best_weights_come_back(train_model: Function, bench: Bench, draw: Draw) -> None:
    """The weights of the epoch with the best validation loss come back"""
    rate, middle = draw.integer(10, 30) / 1000, draw.integer(2, 4)
    rising = [round(0.9 + draw.integer(0, 99) / 1000 + 0.02 * epoch, 3) for epoch in range(7)]
    small = round(1.0 + draw.integer(0, 99) / 1000, 3)
    # All losses are above ln 2, so that no epoch has a better accuracy. The best training loss is another epoch's.
    runs = [
        ([*rising[:middle], 0.75, *rising[middle + 1 :]], 7),
        ([0.75, *rising[1:]], 7),
        ([loss + 4.0 for loss in [1.3, 0.9, 1.2, 1.1, *rising]], 2),
        ([small + 0.1, small, small - TINY, small + 0.1, small + 0.05, *[small + 0.2] * 3], 2),
    ]
    for script, patience in runs:
        model = bench.scripted(script, [BASE - 0.04 * min(epoch, 10 - epoch) for epoch in range(11)])
        log, call = trained(train_model, bench, model, epochs=len(script), patience=patience, learning_rate=rate)
        if not log.has_moved:
            raise NotChecked("training does not move the weights of the model that was given")
        seen = [validation.loss for validation in log.validations]
        if not seen or (script is runs[-1][0] and len(seen) != stop_by(is_best, script, patience)):
            continue  # whether so small an improvement counts when training stops is another check's business
        best = seen.index(min(seen))
        expected = log.validations[best].weights[0]
        if min(distance(log.end, weights) for weights in log.validations[best].weights) > EQUAL:
            raise CheckFailed(
                "the weights of the best epoch did not come back",
                input=f"{call}, validation losses {list_text(script[: len(seen)], 6)}",
                expected=f"the weight after epoch {best + 1}: {expected[0]:.5f}",
                got=f"{log.end[0]:.5f}; after epoch {len(seen)}, the last, it was "
                f"{log.validations[-1].weights[0][0]:.5f}",
                likely=weights_cause(log),
                next="keep a deep copy of model.state_dict() at each new best, and load it at the end",
            )


def draw_pulls(draw: Draw) -> list[int]:
    """How four batches pull at the weights: one the other way, and gradients below any bound that is in use."""
    pulls = [draw.integer(30, 32), draw.integer(24, 26), draw.integer(10, 13), draw.integer(27, 29)]
    return [pulls[number] for number in draw.permutation(4).tolist()]


def misleading_losses(draw: Draw, patience: int) -> list[float]:
    """Validation losses with misses that fall, or miss by a hair, and bests by a hair.

    None repeats the best loss: whether that is a new best, the notebook does not say.
    """
    script, best = [0.95], 0.95
    for better in (draw.integer(20, 30) / 100, TINY, draw.integer(20, 30) / 100, TINY):
        late = [best + 0.09 - 0.02 * number for number in range(patience - 1)]
        best -= better
        script += [*late, best]
    misses = [best + 0.15 - 0.02 * number for number in range(patience)]
    misses[-1] = best + TINY
    script += misses
    # What training would see that went on: more misses, each better than the one before, and then new bests.
    return [*script, *[best + 0.4 - 0.02 * number for number in range(patience + 4)], 0.2, 0.1]


def _expect_path(steps: Sequence[Step], rate: float, call: str, cause: Cause | None) -> None:
    """Fail unless one Adam with this learning rate makes these steps."""
    if not steps:
        raise NotChecked("the network was not run on the training batches with gradients")
    path = Loop().path(steps, rate)
    if follows(steps, path, rate):
        return
    number, got, expected = first_difference(steps, path, rate)
    raise CheckFailed(
        "the weights did not move as Adam moves them",
        input=f"{call}; a weight that starts at {steps[0].before[0]:g} and whose gradients are known",
        expected=f"{expected:.5f} after batch {number}" + (", as the steps before" if number > 1 else ""),
        got=f"{got[0]:.5f}" if abs(got[0] - expected) > abs(got[1] - expected) else f"{got[1]:.5f}",
        likely=cause,
        next="one torch.optim.Adam over model.parameters() with lr, made before the first epoch; zero_grad, "
        "backward and step for every batch",
    )


def _expect_gradients_of_the_loss(train_model: Function, bench: Bench, draw: Draw) -> None:
    """Fail unless the steps follow the gradients of the loss; whether the history tells it is another check's."""
    rate, count = _unusual_rate(draw), 5
    extras = [number for batch in draw.permutation(count).tolist() for number in [2 * batch] * 4]
    model = bench.scripted([0.9, 0.8])
    train = batches(bench, TRAIN, [4] * count, extras, [draw.integer(24, 26) for _ in range(count)])
    call = {"epochs": 2, "patience": 2, "learning_rate": rate}
    history = train_model(model, train, batches(bench, VALIDATION, [3]), **call)
    if not _tells(history, BASE + EXTRA * sum(extras) / len(extras)):
        return
    steps = read_log(model).steps
    path = Loop().path(steps, rate)
    if not follows(steps, path, rate):
        number, got, at = first_difference(steps, path, rate)
        raise CheckFailed(
            "the weights do not follow the gradients of the loss",
            input=f"2 epochs of {count} batches whose losses differ, learning_rate={rate}",
            expected=f"{at:.5f} after batch {number}, with the gradients of binary cross-entropy",
            got=f"{got[0]:.5f}",
            likely=None,
            next="call backward() on what F.binary_cross_entropy_with_logits gives, and on nothing else",
        )


def _tells(history: Any, loss: float) -> bool:
    """Whether this is what a history tells as the first training loss."""
    told = history.get("train_loss") if isinstance(history, dict) else None
    return isinstance(told, list) and bool(told) and is_number(told[0]) and abs(float(told[0]) - loss) <= SAME


def _expect_all_epochs(train_model: Function, bench: Bench) -> None:
    """NotChecked when training stops although the validation loss falls: then not even that much was counted."""
    log, _ = trained(train_model, bench, _falling(bench, 3), epochs=3, patience=3)
    if log.validations and len(log.validations) != 3:
        raise NotChecked("training does not run all its epochs while the validation loss falls")


def _falling(bench: Bench, epochs: int) -> Model:
    return bench.scripted([0.9 - 0.1 * epoch for epoch in range(epochs)])


def _unusual_rate(draw: Draw) -> float:
    """A learning rate that nobody writes out."""
    return draw.integer(7, 17) / 1000 + 0.0003


def _extras(draw: Draw, sizes: Sequence[int]) -> list[int]:
    """Extras per review, larger in the last batch."""
    small = [draw.integer(0, 3) for _ in range(sum(sizes) - sizes[-1])]
    return [*small, *[draw.integer(9, 12) for _ in range(sizes[-1])]]
