"""What the student's own trained CNN says about a few public sentences, for the picture on the feedback page.

The picture earns no points, so nothing that goes wrong here costs any: then there is none.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from autograder.judge.client import WorkerLost
from autograder.judge.judging import TRAIN_S, Judging, NotHandedIn
from autograder.judge.remote import RemoteModel, RemoteNetwork
from autograder.record import ExplainedSentence
from textlab.checks.failure import CheckFailed, StudentError
from textlab.text import Vocabulary, tokenize

SENTENCES = (
    "A warm and funny film with a wonderful cast.",
    "The plot is dull and the jokes are terrible.",
    "The story is not bad, and I would watch it again.",
    "Great actors, but the story is a mess.",
)
"""Ours, so they may be shown; the hidden reviews may not."""
STEPS = 200
DIGITS = 4


def explain_own_cnn(judging: Judging, *, again: bool = True) -> tuple[ExplainedSentence, ...]:
    """The sentences explained by integrated gradients on the CNN as the F1 check trained it; empty without one."""
    vocabulary = judging.data.vocabulary
    if not judging.trained or vocabulary is None:
        return ()
    tokens = [tokenize(sentence) for sentence in SENTENCES]
    ids = [torch.tensor(vocabulary.encode(sentence)) for sentence in SENTENCES]
    try:
        network = RemoteNetwork(judging.name("cnn", "network"), lambda: judging.worker("cnn"), TRAIN_S)
        budget = judging.thresholds.networks["cnn"]
        model = network.build(vocab_size=judging.data.vocab_size, pad_idx=vocabulary.pad_id, **budget.network)
        model.set_weights(judging.trained)
        scores, probabilities, deltas = explained(model, [len(row) for row in ids], ids, vocabulary)
    except WorkerLost:
        # Once may be the machine's fault, twice is the network's.
        return explain_own_cnn(judging, again=False) if again else ()
    except (CheckFailed, NotHandedIn, StudentError):
        return ()
    return tuple(
        ExplainedSentence(
            tokens=tuple(words),
            scores=tuple(round(float(score), DIGITS) for score in row),
            probability=round(float(probability), DIGITS),
            delta=round(float(delta), 6),
            unknown=tuple(place for place, token in enumerate(row_ids.tolist()) if token == vocabulary.unk_id),
        )
        for words, row_ids, row, probability, delta in zip(tokens, ids, scores, probabilities, deltas, strict=True)
    )


def explained(
    model: RemoteModel, lengths: list[int], ids: list[torch.Tensor], vocabulary: Vocabulary
) -> tuple[list[list[float]], list[float], list[float]]:
    """Scores, probabilities and deltas, their form checked: the worker is not trusted with it."""
    found: Any = model.attribute(ids, pad_id=vocabulary.pad_id, n_steps=STEPS)
    scores, probabilities, deltas = (found.get(name) for name in ("scores", "probabilities", "deltas"))
    good = _numbers(probabilities, len(ids)) and _numbers(deltas, len(ids))
    good = good and all(0 <= value <= 1 for value in probabilities)
    good = good and isinstance(scores, list) and len(scores) == len(ids)
    good = good and all(_numbers(row, length) for row, length in zip(scores, lengths, strict=True))
    model.expect(good, "attribute", "is not one finite score for every token")
    return scores, probabilities, deltas


def _numbers(values: Any, count: int) -> bool:
    """Whether these are so many finite numbers."""
    return (
        isinstance(values, list)
        and len(values) == count
        and all(isinstance(value, float) and math.isfinite(value) for value in values)
    )
