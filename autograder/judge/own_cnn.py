"""What the student's own trained CNN says about a few public sentences, for the picture on the feedback page.

The scores come from forward passes, as the ones that check a student's explanation do. The picture earns no points,
so nothing that goes wrong here costs any: then there is none.
"""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.judge.client import WorkerLost
from autograder.judge.hidden_data import renamed_weights
from autograder.judge.judging import TRAIN_S, Judging, NotHandedIn
from autograder.judge.remote import RemoteNetwork
from autograder.record import ExplainedSentence
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, NotChecked, StudentError
from textlab.checks.path_differences import scores_from_differences
from textlab.checks.subject import Model
from textlab.text import Vocabulary, tokenize
from textlab.weights import EMBEDDING

SENTENCES = (
    "A warm and funny film with a wonderful cast.",
    "The plot is dull and the jokes are terrible.",
    "The story is not bad, and I would watch it again.",
    "Great actors, but the story is a mess.",
)
"""Ours, so they may be shown; the hidden reviews may not."""
STEPS = 100
DIGITS = 3
MOST = 100.0
"""What a larger score is shown as: the network has learnt from hidden reviews, and digits could carry them out."""


def explain_own_cnn(judging: Judging, *, again: bool = True) -> tuple[ExplainedSentence, ...]:
    """The sentences explained by integrated gradients on the CNN as the F1 check trained it; empty without one."""
    vocabulary = judging.data.vocabulary
    if not judging.trained or vocabulary is None:
        return ()
    draw = judging.draw("cnn-f1")
    # The second permutation: the first one renamed the reviews that the network was trained on.
    _, names = draw.permutation(judging.data.vocab_size), draw.permutation(judging.data.vocab_size)
    pad_id = int(names[vocabulary.pad_id])
    try:
        network = RemoteNetwork(judging.name("cnn", "network"), lambda: judging.worker("cnn"), TRAIN_S)
        budget = judging.thresholds.networks["cnn"]
        model = network.build(vocab_size=judging.data.vocab_size, pad_idx=pad_id, **budget.network)
        model.hush()
        weights = renamed_weights(judging.trained, names)
        if EMBEDDING not in weights or len(weights[EMBEDDING]) != len(names):
            return ()  # a network that reads fewer words: which ones, its ids do not tell
        model.set_weights(weights)
        return tuple(_explained(model, names, sentence, vocabulary, draw) for sentence in SENTENCES)
    except WorkerLost:
        # Once may be the machine's fault, twice is the network's.
        return explain_own_cnn(judging, again=False) if again else ()
    except (CheckFailed, NotHandedIn, StudentError):
        return ()


def _explained(model: Model, names: Tensor, sentence: str, vocabulary: Vocabulary, draw: Draw) -> ExplainedSentence:
    """One sentence; names [words] are the ids that words have in the model."""
    own = torch.tensor(vocabulary.encode(sentence))
    ids, baseline = names[own], names[torch.full_like(own, vocabulary.pad_id)]
    scores = scores_from_differences(model, ids, int(baseline[0]), draw, steps=STEPS)
    logit, floor = (_only(model.forward(row[None])) for row in (ids, baseline))
    return ExplainedSentence(
        tokens=tuple(tokenize(sentence)),
        scores=tuple(_shown(score, DIGITS) for score in scores.tolist()),
        probability=_shown(float(torch.sigmoid(torch.tensor(logit))), DIGITS),
        delta=_shown(float(scores.sum()) - (logit - floor), DIGITS),
        unknown=tuple(place for place, token in enumerate(own.tolist()) if token == vocabulary.unk_id),
    )


def _only(logits: Tensor) -> float:
    """The logit of the only review. Raises CheckFailed when there is not one."""
    if logits.numel() != 1:
        raise NotChecked("there is not one logit per review")
    return float(logits)


def _shown(value: float, digits: int) -> float:
    return round(max(-MOST, min(MOST, value)), digits)
