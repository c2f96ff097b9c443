"""Checks of train_model: what it gives back, what it moves, when it stops, and which weights it leaves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, NotChecked
from textlab.checks.scripted import BASE, EXTRA, GRADIENT_ON, TRAIN, VALIDATION, WRONG_MODE
from textlab.checks.subject import Bench, Function, Model
from textlab.checks.training_causes import SAME, list_text, mean_cause, movement_cause, patience_cause, weights_cause

History = dict[str, list[Any]]
KEYS = ("train_loss", "validation_loss")
WEIGHT, BATCHES = "position", "learned_from"


def gives_a_history(train_model: Function, bench: Bench, draw: Draw) -> None:
    """train_model gives back the losses of every epoch"""
    epochs = draw.integer(2, 4)
    falling = [0.9 - 0.1 * epoch for epoch in range(epochs)]
    _, history = run(train_model, bench, bench.scripted(falling), epochs=epochs, patience=epochs)
    for key in KEYS:
        if len(history[key]) != epochs:
            raise CheckFailed(
                f"history[{key!r}] does not hold one loss per epoch",
                input=f"train_model(model, train, validation, epochs={epochs}, patience={epochs})",
                expected=f"{epochs} losses, since the validation loss falls in every epoch",
                got=f"{len(history[key])} losses",
                likely="every batch's loss was kept, the return stands inside the loop, or training stopped early",
                next="append one mean loss to each list at the end of every epoch",
            )


def adam_moves_this_model(train_model: Function, bench: Bench, draw: Draw) -> None:
    """Adam moves the weights of the model that was given, with the given learning rate"""
    for learning_rate in (draw.integer(8, 12) / 1000, draw.integer(20, 30) / 10000):
        # One epoch, so that nothing is asked about which epoch's weights come back.
        steps = draw.integer(42, 57)
        call = {"epochs": 1, "patience": 1, "learning_rate": learning_rate}
        moved, expected = end(train_model, bench, bench.scripted([0.9]), steps, **call), learning_rate * steps
        if abs(moved - expected) > 0.06 * expected:
            raise CheckFailed(
                "the weights did not move as Adam moves them",
                input=f"one epoch of {steps} batches, learning_rate={learning_rate}; the only weight has the same "
                "gradient at every step",
                expected=f"the weight at {expected:.4f}: one step of {learning_rate} a batch",
                got=f"{moved:.4f}",
                likely=movement_cause(moved, expected, steps),
                next="one torch.optim.Adam over model.parameters() with lr, made before the first epoch; zero_grad, "
                "backward and step for every batch",
            )
    _loss_falls(train_model, bench, draw)


def losses_are_means_per_review(train_model: Function, bench: Bench, draw: Draw) -> None:
    """The losses are plain numbers: means per review, each over its own set"""
    # The extras differ between batches, and the last batch has one review: a mean of means is off.
    train_sizes, validation_sizes = [5, 5, 5, 1], [4, 4, 1]
    extras = {name: _extras(draw, sizes) for name, sizes in zip(KEYS, (train_sizes, validation_sizes), strict=True)}
    script = [0.8, 0.7]
    model = bench.scripted(script)
    train = batches(bench, TRAIN, train_sizes, extras["train_loss"])
    validation = batches(bench, VALIDATION, validation_sizes, extras["validation_loss"])
    history = call(train_model, model, train, validation, epochs=2, patience=2)
    sets = [("train_loss", [BASE, BASE], train_sizes), ("validation_loss", script, validation_sizes)]
    for key, base, sizes in sets:
        shapes = [list(value.shape) for value in history[key] if isinstance(value, Tensor)]
        if shapes:
            raise CheckFailed(
                f"history[{key!r}] holds tensors",
                input="train_model(…, epochs=2, patience=2)",
                expected="plain numbers",
                got=f"tensors of shape {shapes[0]}",
                likely="the loss was added up as a tensor, so that the graph of the whole epoch stays in memory",
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
                likely=mean_cause(history[key][0], base[0], extras[key], sizes, train_sizes, validation_sizes),
                next="add up loss.item() * len(batch) and divide by the number of reviews",
            )


def validation_only_looks(train_model: Function, bench: Bench, draw: Draw) -> None:
    """Training is done in training mode; validation in evaluation mode, without gradients and without steps"""
    script = [draw.integer(60, 90) / 100 for _ in range(3)]
    script.sort(reverse=True)
    # The same training twice; only one of the networks minds the mode. So nothing is asked about the losses as such.
    networks = [(script, False), (script, True), ([loss + 0.3 for loss in script], False)]
    runs = [
        run(train_model, bench, bench.scripted(losses, strict=strict), epochs=3, patience=3)
        for losses, strict in networks
    ]
    if not all(float(model.get_weights()[BATCHES]) for model, _ in runs):
        raise NotChecked("the network was not run on the training batches with gradients")
    plain, strict, other = (
        {key: torch.tensor([float(loss) for loss in history[key]]) for key in KEYS} for _, history in runs
    )
    if any(plain[key].shape != strict[key].shape for key in KEYS):
        raise NotChecked("the history does not hold one loss per epoch")
    if torch.equal(plain["validation_loss"], other["validation_loss"]):
        raise NotChecked("the losses are not those of the network")
    _expect_quiet((strict["validation_loss"] - plain["validation_loss"]).tolist())
    off = (strict["train_loss"] - plain["train_loss"]).tolist()
    if max(abs(loss) for loss in off) > SAME:
        late = "the first epoch is right, the later ones are not: " if abs(off[0]) <= SAME else ""
        raise CheckFailed(
            "the model was not in training mode while it was trained",
            input="a model whose loss is higher in the wrong mode, 3 epochs",
            expected="losses as they are in training mode",
            got=f"losses higher by {list_text(off)}",
            likely=f"{late}model.eval() for the validation stays in force until model.train()",
            next="call model.train() at the beginning of every epoch",
        )
    ends = []
    for validation_sizes in ([2], [2, 2, 2, 2]):
        model, _ = run(
            train_model, bench, bench.scripted([0.5]), validation_sizes=validation_sizes, epochs=1, patience=2
        )
        ends.append(weight_of(model))
    if abs(ends[0] - ends[1]) > 1e-6:
        raise CheckFailed(
            "validation batches change the weights",
            input="one epoch of the same training batches, with 1 and with 4 validation batches",
            expected=f"the same weight both times: {ends[0]:.5f}",
            got=f"{ends[0]:.5f} and {ends[1]:.5f}",
            likely="optimizer.step() is called in the validation loop too",
            next="validation: model.eval(), torch.no_grad(), the loss, and nothing else",
        )


def patience_counts_in_a_row(train_model: Function, bench: Bench, draw: Draw) -> None:
    """Training stops after `patience` epochs in a row without a new best validation loss"""
    for patience in (2, draw.integer(3, 4)):
        # Each time patience - 1 epochs are worse than the best, and falling, so that the last epoch's loss misleads.
        script = [1.5]
        for best in (1.2, 0.9):
            script += [script[-1] + 0.09 - 0.02 * late for late in range(patience - 1)]
            script.append(best)
        stop = len(script) + patience
        script += [script[-1] + 0.15 - 0.02 * late for late in range(patience + 4)]
        _, history = run(
            train_model, bench, bench.scripted(script), epochs=len(script), patience=patience, learning_rate=0.01
        )
        done = len(history["validation_loss"])
        if done != stop:
            raise CheckFailed(
                "training stopped at the wrong epoch",
                input=f"patience={patience}, epochs={len(script)}, validation losses {list_text(script)}",
                expected=f"{stop} epochs: the last {patience} did not beat the best, {min(script):.2f}",
                got=f"{done} epochs",
                likely=patience_cause(done, stop, patience, script),
                next="a new best loss sets the counter to 0, any other epoch adds 1; stop when it reaches patience",
            )


def best_weights_come_back(train_model: Function, bench: Bench, draw: Draw) -> None:
    """The weights of the epoch with the best validation loss come back"""
    for best in (draw.integer(2, 4), 0):
        script = [round(0.9 + draw.integer(0, 99) / 1000 + 0.02 * epoch, 3) for epoch in range(7)]
        script[best] = 0.6
        rate = draw.integer(10, 30) / 1000
        # The same training with `best + 1` epochs ends in the best epoch: its weights are the ones to come back.
        got, expected, last = (
            end(train_model, bench, bench.scripted(losses), epochs=epochs, patience=7, learning_rate=rate)
            for losses, epochs in [(script, 7), (script[: best + 1], best + 1), (sorted(script, reverse=True), 7)]
        )
        if max(abs(expected), abs(last)) < 1e-6:
            raise NotChecked("training does not move the weights of the model that was given")
        if abs(got - expected) > 1e-6 or abs(last - expected) < 1e-6:
            raise CheckFailed(
                "the weights of the best epoch did not come back",
                input=f"7 epochs, validation losses {list_text(script)}",
                expected=f"the weight after epoch {best + 1}: {expected:.5f}",
                got=f"{got:.5f}, after 7 epochs it was {last:.5f}",
                likely=weights_cause(got, expected, last),
                next="keep a deep copy of model.state_dict() at each new best, and load it at the end",
            )


def run(
    train_model: Function,
    bench: Bench,
    model: Model,
    *,
    train_sizes: Sequence[int] = (3, 3, 3),
    validation_sizes: Sequence[int] = (3,),
    **keywords: object,
) -> tuple[Model, History]:
    """Train a scripted model on reviews that are all alike; the model and the history."""
    return model, _history(_trained(train_model, bench, model, train_sizes, validation_sizes, keywords), keywords)


def end(train_model: Function, bench: Bench, model: Model, steps: int = 3, **keywords: object) -> float:
    """Where the only weight of a scripted model stands after training, whatever comes back."""
    _trained(train_model, bench, model, [2] * steps, [3], keywords)
    return weight_of(model)


def _trained(
    train_model: Function,
    bench: Bench,
    model: Model,
    train_sizes: Sequence[int],
    validation_sizes: Sequence[int],
    keywords: Mapping[str, object],
) -> Any:
    train = batches(bench, TRAIN, train_sizes)
    return train_model(model, train, batches(bench, VALIDATION, validation_sizes), **keywords)


def call(train_model: Function, model: Model, train: object, validation: object, **keywords: object) -> History:
    """Call train_model; its history. CheckFailed when it is no history."""
    return _history(train_model(model, train, validation, **keywords), keywords)


def _history(history: Any, keywords: Mapping[str, object]) -> History:
    good = isinstance(history, dict) and all(isinstance(history.get(key), list) and history[key] for key in KEYS)
    good = good and all(_is_number(value) for key in KEYS for value in history[key])
    if not good:
        raise CheckFailed(
            "train_model does not give back a history",
            input=f"train_model(model, train, validation, {', '.join(f'{k}={v}' for k, v in keywords.items())})",
            expected='{"train_loss": [one number per epoch], "validation_loss": [one number per epoch]}',
            got=str(history)[:200],
            likely="the return is missing, the keys have other names, or the model was returned",
            next='end with: return {"train_loss": …, "validation_loss": …}',
        )
    return {key: list(history[key]) for key in KEYS}


def batches(bench: Bench, split: int, sizes: Sequence[int], extras: Sequence[int] | None = None) -> object:
    """Batches of scripted reviews of one set, positive and negative in turn."""
    count = sum(sizes)
    labels = torch.tensor([float(number % 2) for number in range(count)])
    third = torch.zeros(count).long() if extras is None else torch.tensor(extras)
    ids = torch.stack([torch.full((count,), split), labels.long(), third], dim=1)
    return bench.batches(ids, torch.full((count,), 3), labels, sizes)


def weight_of(model: Model) -> float:
    """The only weight of a scripted model."""
    return float(model.get_weights()[WEIGHT])


def _loss_falls(train_model: Function, bench: Bench, draw: Draw) -> None:
    """On reviews whose first token decides, the loss falls; the losses are computed anew from the trained model."""
    labels = torch.tensor([float(number % 2) for number in range(32)])
    ids = draw.token_ids(32, 4, 12)
    ids[:, 0] = 2 * draw.token_ids(1, 32, 6)[0] + labels.long()
    lengths = torch.full((32,), 4)
    model = bench.lookup(12, 0.2)
    # One epoch again, in which every review comes ten times.
    often = (ids.repeat(10, 1), lengths.repeat(10), labels.repeat(10))
    train, validation = bench.batches(*often, [8] * 40), bench.batches(ids, lengths, labels, [8] * 4)
    train_model(model, train, validation, epochs=1, patience=1, learning_rate=0.05)
    logits = model.forward(ids, lengths).reshape(-1)
    loss = float(torch.nn.functional.binary_cross_entropy_with_logits(logits, labels))
    if loss > 0.5:
        raise CheckFailed(
            "the loss does not fall on a set that is easy to learn",
            input="320 reviews whose first token decides, one epoch of 40 batches, learning_rate=0.05",
            expected=f"a loss below 0.5 at the end; it starts at {math.log(2):.3f}",
            got=f"{loss:.3f}",
            likely="the loss is not binary cross-entropy on logits, or the first weights came back",
            next="F.binary_cross_entropy_with_logits takes the logits, as [batch], and the labels",
        )


def _expect_quiet(off: list[float]) -> None:
    """Say from what a strict network added to its losses in which mode the validation ran."""
    worst = max(off, key=abs)
    if abs(worst) <= SAME:
        return
    faults = {
        WRONG_MODE: "the model was in training mode, so dropout was active: model.eval() is missing",
        GRADIENT_ON: "gradients were recorded: torch.no_grad() is missing",
        WRONG_MODE + GRADIENT_ON: "model.eval() and torch.no_grad() are both missing",
    }
    named = [text for size, text in faults.items() if abs(worst - size) <= SAME]
    raise CheckFailed(
        "validation does more than look",
        input="a model whose validation loss is higher in the wrong mode, 3 epochs",
        expected="losses as they are in evaluation mode and without gradients",
        got=f"losses higher by {list_text(off)}",
        likely=named[0] if named else "the mode or the gradients are not as they should be in some batches",
        next="model.eval() and with torch.no_grad(): around the validation loop, model.train() before training",
    )


def _extras(draw: Draw, sizes: Sequence[int]) -> list[int]:
    """Extras per review, larger in the last batch."""
    small = [draw.integer(0, 3) for _ in range(sum(sizes) - sizes[-1])]
    return [*small, *[draw.integer(9, 12) for _ in range(sizes[-1])]]


def _is_number(value: object) -> bool:
    if isinstance(value, Tensor):
        return value.numel() == 1
    return isinstance(value, (int, float)) and not isinstance(value, bool)
