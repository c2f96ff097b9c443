"""What leaves a worker that has read hidden reviews: nothing that is printed, no text of an error, no order."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from autograder.judge import border
from autograder.judge.f1_bound import Trained, train_and_measure, train_networks
from autograder.judge.hidden_data import Encoded
from autograder.judge.hushed import NOT_SHOWN, not_kept, without_data
from autograder.judge.limits import exceeded
from tests.autograder.judge.conftest import Grade, tiny_data, tiny_few, tiny_thresholds
from tests.autograder.judge.test_client import says, worker
from textlab.checks.draw import Draw
from textlab.checks.failure import PLACEHOLDER, StudentError
from textlab.checks.local import LocalNetwork
from textlab.checks.subject import Model
from textlab.training import TrainingPlan

SECRET = "1101"
NEEDED = ("cnn-builds", "cnn-runs")
HEAD = """
import sys
import torch
from torch import nn
"""
CNN = (
    HEAD
    + """
SEEN = []
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convs = nn.ModuleList([nn.Conv1d(emb_dim, out_channels, size) for size in kernel_sizes])
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text):
        rows = self.embedding(text).permute(0, 2, 1)
        logits = self.fc(self.drop(torch.cat([conv(rows).relu().amax(2) for conv in self.convs], 1)))
        hidden(self, text, logits)
        return logits
"""
)


def test_an_error_keeps_its_call_type_and_line_only() -> None:
    told = without_data(
        StudentError(f"CNN.forward({SECRET})", "ValueError", SECRET, f"cell 5, line 3: x = '{SECRET}'"), "CNN.forward"
    )
    assert (told.call, told.type_name, told.message, told.where) == (
        "CNN.forward",
        "ValueError",
        NOT_SHOWN,
        "cell 5, line 3",
    )
    assert SECRET not in str(told)


@pytest.mark.parametrize("name", [f"Spy{SECRET}", SECRET * 100, "ValueErrors"])
def test_a_class_of_the_students_own_has_no_name(name: str) -> None:
    assert without_data(StudentError("f", name, ""), "f").type_name == "Exception"


def test_a_place_holds_no_data() -> None:
    assert without_data(StudentError("f", "ValueError", "", SECRET * 9), "f").where == ""
    assert without_data(StudentError("f", "ValueError", "", f"cell 5, line {SECRET * 9}"), "f").where == ""


def test_a_passed_limit_and_an_unwritten_blank_are_still_told() -> None:
    errors = [
        StudentError("f", "RuntimeError", f"{SECRET} DefaultCPUAllocator: can't allocate memory: {SECRET}"),
        StudentError("f", "OSError", f"[Errno 28] {SECRET}"),
        StudentError("f", "MemoryError", SECRET),
        StudentError("f", "RuntimeError", f"can't start new thread {SECRET}"),
    ]
    for error in errors:
        told = without_data(error, "f")
        assert exceeded(told) == exceeded(error) is not None
        assert SECRET not in str(told)
    assert without_data(StudentError("f", "NotImplementedError", PLACEHOLDER), "f").not_attempted


def test_a_hushed_worker_keeps_nothing_and_counts() -> None:
    error = ["forward", "KeyError", SECRET, "cell 1, line 2"]
    client = worker(says({"printed": SECRET, "student_error": error}))
    with pytest.raises(StudentError, match=SECRET):
        client.request("build", 5.0, border.handle())
    client.hush()
    with pytest.raises(StudentError, match=NOT_SHOWN):
        client.request("forward", 5.0, border.value(100))
    assert client.printed == [SECRET]
    assert client.not_kept == len(SECRET)
    assert "4 characters" in not_kept(client.not_kept)
    assert not not_kept(0)


def test_the_order_of_reviews_and_ids_is_drawn() -> None:
    data, names = tiny_data(), torch.arange(30)
    first, second, again = (data.disguised(names, Draw(seed)) for seed in (1, 2, 1))
    for part in ("train", "test"):
        one, other, same = (getattr(each, part) for each in (first, second, again))
        assert torch.equal(one.ids, same.ids)
        assert not torch.equal(one.ids, other.ids)
        for each in (one, other):
            rows = [[*row, label] for row, label in zip(each.ids.tolist(), each.labels.tolist(), strict=True)]
            reviews = getattr(data, part)
            asked = [[*row, label] for row, label in zip(reviews.ids.tolist(), reviews.labels.tolist(), strict=True)]
            assert sorted(rows) == sorted(asked)
    few = [tiny_few().disguised(Draw(seed)).test.labels.tolist() for seed in (1, 2)]
    assert few[0] != few[1]


def test_a_spy_carries_nothing_out(grade_source: Grade) -> None:
    """Prints, now and later, the text and the class of an exception: the report has none of the ids or signs."""
    spying = """
def hidden(model, text, logits):
    if model.training or len(text) < 60:
        return
    SEEN.append("IDS" + str(text.flatten().tolist()) + "".join(str(int(v > 0)) for v in logits.flatten()))
    print(SEEN[-1])

def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    print("LATER", SEEN)
    if model.embedding.num_embeddings == 30:
        print("IDS", sentence)
        raise type("IDS" + "x" * 300, (Exception,), {})("IDS" + sentence)
    raise ValueError("LATER" + str(SEEN))
"""
    results = grade_source(CNN + spying, asked=[*NEEDED, "cnn-f1", "interpret-tokens"])
    assert results["cnn-f1"].outcome == "passed"
    assert re.search(r"\d[\d,]* characters were printed while hidden reviews were read", results["cnn-f1"].message)
    said = "".join(result.message for result in results.values())
    assert "IDS" not in said
    assert "LATER[]" in said  # a worker that has read no hidden review shows its errors


class Failing(nn.Module):
    """A network that fails on long batches, or on token 2 only."""

    def __init__(self, only: int | None = None) -> None:
        super().__init__()
        self.embedding = nn.Embedding(30, 4)
        self.only = only

    def forward(self, ids: Tensor) -> Tensor:
        """Logits [batch]."""
        rare = self.only is not None and (ids == self.only).sum() == len(ids) // 2
        if rare or (self.only is None and len(ids) > 60):
            raise ValueError(f"this batch of {len(ids)} is not for me: {ids.flatten().tolist()}")
        logits: Tensor = self.embedding(ids).sum(dim=(1, 2))
        return logits


@pytest.mark.parametrize("only", [None, 2])
def test_an_error_on_hidden_reviews_shows_the_text_that_drawn_ids_bring_out(only: int | None) -> None:
    """The order in which ids are asked for is that of tiny data: half of the reviews hold token 2."""

    def train(build: Callable[[], Model], reviews: Encoded, test: Encoded, plan: TrainingPlan) -> Trained:
        try:
            return train_and_measure(build, reviews, test, plan)
        except StudentError as error:
            raise without_data(error, "CNN.forward") from None

    plan = TrainingPlan(1, 80, 3, pad_id=1)
    data, network = tiny_data(), LocalNetwork(Failing)
    with pytest.raises(StudentError) as caught:
        train_networks(lambda seed: network.build(only=only), data, plan, tiny_thresholds().networks["cnn"], train)
    assert caught.value.type_name == "ValueError"
    # What the network can only say of hidden reviews, it cannot say.
    assert ("is not for me" in str(caught.value)) == (only is None)
    assert (NOT_SHOWN in str(caught.value)) == (only is not None)
