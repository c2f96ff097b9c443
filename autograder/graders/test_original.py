"""Graders for notebooks of other contracts, where the kit's own assignment asks for something else."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.judge.checks import check
from autograder.judge.repairs import IsolatedFailure
from autograder.judge.started import NotebookNetworks, Started
from autograder.judge.translated import TranslatedNetwork, served_words
from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed

DIMS = (300, 100, 200, 50)
"""Lengths of the word vectors that are in use, the commonest first."""
WORDS = 24


@check(
    "glove-vectors",
    hint="The weights of the embedding are the vectors of the vocabulary's words, row by row, before training.",
)
def test_vectors(glove: TranslatedNetwork, glove_networks: NotebookNetworks, draw: Draw) -> None:
    """The network starts from the word vectors"""
    matrix = _matrix(draw, 8)
    own = glove.build_as_it_is(matrix=matrix, out_channels=4, kernel_sizes=[2, 3, 4], dropout=0.5, pad_idx=1)
    if _known_rows(own.get_weights(), matrix) == WORDS:
        return
    told: list[str] = []
    for dim in DIMS:
        matrix = _matrix(draw, dim)
        started = glove_networks.start(served_words(len(matrix)), matrix)
        rows = {name: _known_rows(weights, matrix) for name, weights in started.weights.items()}
        if WORDS in rows.values():
            _expect_trained(started, [name for name, count in rows.items() if count == WORDS])
            return
        told = told or [f"{name} has {count} of {WORDS} rows right" for name, count in rows.items()]
        told = [*told, *started.failures] if dim == DIMS[0] else told
    raise CheckFailed(
        "no network starts from the word vectors",
        input=f"{glove.name}, and what the notebook makes from it, with a vocabulary of {WORDS} words with vectors",
        expected="a network whose embedding.weight holds the vector of word i in row i",
        got="; ".join(told[:4]) or f"no network is made from {glove.name} in the notebook's cells",
        likely=None,
        next="put them in with from_pretrained, copy_ or nn.Parameter, before the optimiser is made",
    )


def _expect_trained(started: Started, names: list[str]) -> None:
    """Fail when an optimiser moves every weight of a network but the embedding, which is trained."""
    for name in names:
        trained = started.trained[name]
        for optimizer, moved in started.moved[name].items():
            left = [weight for weight in trained if weight not in moved]
            if left and all("embedding" in weight for weight in left):
                raise IsolatedFailure(
                    "the optimiser does not train the word vectors",
                    input=f"one step of {optimizer}, all gradients of {name} being 1",
                    expected=f"other values in {', '.join(sorted(trained))}",
                    got=f"{', '.join(left)} as before",
                    likely=Cause(
                        "optimiser-made-too-early",
                        f"{optimizer} was made before the vectors came in: it still holds the parameter from then",
                    ),
                    next="put the vectors in first and make the optimiser then, or copy them with copy_",
                )


def _matrix(draw: Draw, dim: int) -> Tensor:
    """Vectors of WORDS words behind `<unk>` and `<pad>`, which have none."""
    return torch.cat([torch.zeros(2, dim), draw.normal(WORDS, dim)])


def _known_rows(weights: dict[str, Tensor], matrix: Tensor) -> int:
    """How many words have their vector in a weight of that shape; the two special tokens do not count."""
    alike = [value.float() for value in weights.values() if value.shape == matrix.shape]
    return max((int((value - matrix).abs().amax(dim=1)[2:].lt(1e-6).sum()) for value in alike), default=0)
