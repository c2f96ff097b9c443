"""What the kit offers for a blank cannot fill it in, and works everywhere else."""

from __future__ import annotations

import inspect
import subprocess
import sys
import textwrap
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from textlab.attribution import Explanation, explain, merge_subwords
from textlab.checks import assess, convolutional
from textlab.checks.local import LocalFunction
from textlab.kit_answers import ANSWERS, TEXT, KitAnswer, students_call
from textlab.training import f1_of_logits, f1_on, fit


def train_model(
    model: nn.Module, train: Any, validation: Any, epochs: int, patience: int, learning_rate: float = 1e-3
) -> dict[str, list[float]]:
    """Trained by the kit."""
    return vars(
        fit(
            model,
            lambda epoch: train,
            lambda epoch: validation,
            epochs=epochs,
            patience=patience,
            learning_rate=learning_rate,
        )
    )


def measured(model: nn.Module, batches: Any) -> float:
    """Measured by the kit."""
    model.eval()
    return f1_of_logits(
        torch.cat([model(batch.ids, batch.lengths).reshape(-1) for batch in batches]),
        torch.cat([batch.labels for batch in batches]),
    )


def interpret_sentence(
    model: Any, sentence: str, vocabulary: Any, min_len: int = 7, n_steps: int = 500
) -> tuple[list[str], Tensor, float]:
    """Explained by the kit."""
    found = explain(model, sentence, vocabulary, min_len=min_len, n_steps=n_steps).data
    return list(found.tokens[0]), found.scores[0], float(found.deltas[0])


def merge_pieces(pieces: list[str], scores: list[float]) -> Any:
    """Merged by the kit."""
    return merge_subwords(pieces, scores, start="▁")


def merge_by_explanation(pieces: list[str], scores: list[float]) -> Any:
    """Merged by a method of the kit's."""
    found = Explanation(tuple(pieces), tuple(float(score) for score in scores), 0.5, 0.0, 1).by_word(start="▁")
    return found.tokens, found.scores


@pytest.mark.parametrize(
    ("blank", "answer"),
    [
        ("train-model", train_model),
        ("f1-on", measured),
        ("interpret-sentence", interpret_sentence),
        ("merge-pieces", merge_pieces),
        ("merge-pieces", merge_by_explanation),
    ],
)
def test_the_card_says_that_the_kit_answers(blank: str, answer: Any) -> None:
    card = assess(blank, answer)
    assert card.state == "raised"
    assert TEXT in card.head
    assert "write it yourself" in dict(card.rows)["next"]


def test_outside_of_a_blank_it_works() -> None:
    assert merge_subwords(["▁a", "b"], [1.0, 2.0], start="▁") == (["ab"], [3.0])
    assert f1_of_logits(torch.tensor([1.0, -1.0]), torch.tensor([1.0, 0.0])) == 1.0


def test_what_checks_compare_with_is_refused_and_the_checks_go_on() -> None:
    def borrowing(value: float) -> float:
        convolutional.kernels({}, ())
        return value

    with pytest.raises(Exception, match=TEXT):
        LocalFunction(borrowing)(1.0)


@pytest.mark.parametrize("function", [fit, f1_on, explain, merge_subwords])
def test_nothing_on_a_refused_function_gives_it_away(function: Any) -> None:
    assert not hasattr(function, "__wrapped__")
    assert len(inspect.signature(function).parameters) > 1
    with students_call(), pytest.raises(KitAnswer):
        function()


def test_a_call_that_fails_ends_the_refusal() -> None:
    def failing() -> None:
        raise ValueError("no")

    with pytest.raises(Exception, match="no"):
        LocalFunction(failing)()
    assert merge_subwords([], []) == ([], [])
    assert fit in ANSWERS


IN_A_WORKER = """
import gc, importlib, inspect, sys, types
import autograder.worker.answering
from autograder.worker.withheld import withhold

hidden = withhold()
from textlab.attribution import Explanation, explain, merge_subwords, show, slopes_on_path
from textlab.checks import check, hint, symptom
from textlab.training import History, f1_on, fit, seed_everything
import textlab, textlab.training

assert check("rnn-layers", None) is None and hint("rnn-layers", 1) is None
seed_everything(1)
refused = []
for ask in (
    fit, f1_on, explain, merge_subwords, slopes_on_path,
    textlab.training.f1_of_logits, textlab.training.fit_encoded, textlab.training.predict_encoded,
    Explanation.by_word,
    lambda: importlib.import_module("textlab.training_loop").run_epoch,
    lambda: importlib.import_module("textlab.checks.recurrent").states_of,
    lambda: sys.modules["textlab.checks.local"].LocalModel,
    lambda: getattr(textlab.checks, "cnn"),
    lambda: textlab.attribution.integrated_gradients.explain,
    lambda: textlab.attribution.words.merge_subwords,
):
    try:
        ask()
    except Exception as error:
        assert type(error).__name__ == "KitAnswer", (ask, error)
        refused.append(ask)
assert len(refused) == 15, len(refused)
alive = {
    thing.__qualname__
    for thing in gc.get_objects()
    if isinstance(thing, types.FunctionType) and str(thing.__module__).startswith("textlab.")
}
for name in ("explain", "merge_subwords", "word_groups", "f1_on", "f1_of_logits", "fit", "integrate",
             "integrated_gradients", "states_of", "layers_of", "read_features", "Kernel.maps", "whole_set_at_once",
             "computes_what_was_asked", "Explained.attributions", "scores_from_differences"):
    assert name not in alive or not any(
        isinstance(thing, types.FunctionType) and thing.__qualname__ == name
        and thing.__code__.co_filename.endswith((name, ".py")) and "withheld" not in thing.__code__.co_filename
        for thing in gc.get_objects()
    ), name
assert all(place.name for place in hidden) and any(place.name == "checks" for place in hidden)
for name in ("batches", "comparison", "corpus", "expected_curves", "figures", "matrix_figure", "shape_strip",
             "subwords", "text", "transformer_figure", "vectors", "weights"):
    importlib.import_module("textlab." + name)
print("as it should be")
"""


def test_in_a_worker_it_is_gone_by_every_way() -> None:
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(IN_A_WORKER)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout.strip() == "as it should be", done.stderr[-2000:]
