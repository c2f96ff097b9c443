"""A small judging: the real graders and workers, on data so small that training takes no time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch

from autograder.contracts import load_contract
from autograder.judge.few_reviews import FewReviews
from autograder.judge.hidden_data import Encoded, HiddenData
from autograder.judge.judge import run_graders
from autograder.judge.judging import Judging
from autograder.judge.workers import Workers
from autograder.record import CheckResult
from autograder.rubric import load_rubric
from autograder.thresholds import Budget, DeltaBound, Thresholds
from textlab.checks.draw import Draw
from textlab.definitions import Cell, slice_definitions

NETWORK = {"emb_dim": 12, "out_channels": 8, "kernel_sizes": [2, 3], "dropout": 0.1}
RECURRENT = {"embedding_dim": 12, "hidden_dim": 6, "n_layers": 1, "bidirectional": True, "dropout": 0.1}
Grade = Callable[..., dict[str, CheckResult]]


def tiny_data() -> HiddenData:
    """Reviews of 12 tokens in which token 2 praises and token 3 blames."""
    draw = Draw(5)
    labels = torch.tensor([float(number % 2) for number in range(80)])
    ids = draw.token_ids(80, 12, 30, avoid=[0, 1, 2, 3])
    ids[:, 4] = torch.where(labels == 1, 2, 3)
    reviews = Encoded(ids, torch.full((80,), 12), labels)
    return HiddenData(train=reviews, test=reviews, vocab_size=30)


def tiny_few() -> FewReviews:
    """The same reviews with random vectors, a budget of two epochs, and a bound of nothing."""
    data = tiny_data()
    matrix = Draw(6).normal(data.vocab_size, 12)
    matrix[1] = 0.0
    network = {name: value for name, value in NETWORK.items() if name != "emb_dim"}
    return FewReviews(data.train, data.test, matrix, 1, Budget(network, 80, 80, 2, 16, 12, f1_at_least=0.0))


def tiny_thresholds() -> Thresholds:
    """A budget of two epochs that asks for nothing."""
    budgets = {
        name: Budget(network, 80, 80, 2, 16, 12, f1_at_least=0.0, learning_rate=0.02)
        for name, network in (("cnn", NETWORK), ("rnn", RECURRENT))
    }
    return Thresholds(budgets, DeltaBound(share_at_most=0.5))


@pytest.fixture
def grade_source(workers: Workers) -> Grade:
    """Grades Python source as the cells of a notebook (split at lines "# ---") with the real graders.

    A single source is that of notebook 2_cnn; several are given by the names of their notebooks. `asked` names the
    checks; all without it.
    """
    graded_by = workers

    def grade(
        source: str | dict[str, str], workers: Workers = graded_by, asked: Sequence[str] = ()
    ) -> dict[str, CheckResult]:
        contract = load_contract().roles
        names = [name for role in contract.values() for name in role.names.values()]
        sources = {"2_cnn": source} if isinstance(source, str) else source
        cells = {
            notebook: [Cell(number + 1, part) for number, part in enumerate(text.split("# ---\n"))]
            for notebook, text in sources.items()
        }
        judging = Judging(
            drawn_from={entry.id: "0" * 64 for entry in load_rubric().checks},
            definitions={notebook: slice_definitions(found, names) for notebook, found in cells.items()},
            contract=contract,
            data=tiny_data(),
            thresholds=tiny_thresholds(),
            workers=workers,
            few=tiny_few(),
        )
        try:
            return run_graders(judging, load_rubric(), asked).results
        finally:
            judging.close()
            workers.close()  # the spare

    return grade
