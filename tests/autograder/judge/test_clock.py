"""The deadlines of single calls draw from one budget, and what is left of the checks is not asked."""

from __future__ import annotations

from autograder.budget import Budget, Clock
from autograder.judge.workers import Workers
from tests.autograder.judge.conftest import Grade

DRIP = """
import time
import torch
from torch import nn

class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convs = nn.ModuleList(nn.Conv2d(1, out_channels, (size, emb_dim)) for size in kernel_sizes)
        self.fc = nn.Linear(len(kernel_sizes) * out_channels, 1)
        self.drop = nn.Dropout(dropout)

    def forward(self, text):
        time.sleep(0.4)
        picture = self.embedding(text).unsqueeze(1)
        best = [torch.relu(conv(picture)).squeeze(3).amax(2) for conv in self.convs]
        return self.fc(self.drop(torch.cat(best, 1)))
"""


def test_deadlines_of_single_calls_draw_from_what_is_left(grade_source: Grade, workers: Workers) -> None:
    workers.prepare()
    assert workers._spare is not None
    workers._spare.wait_ready()
    workers.begin(Clock(Budget(wall_s=6.0)))
    results = grade_source(DRIP, workers)
    outcomes = {name: result.outcome for name, result in results.items()}
    assert outcomes["cnn-builds"] == "passed"
    assert outcomes["cnn-f1"] == outcomes["cnn-computes"] == "timeout"
    late = [result for result in results.values() if result.outcome == "timeout"]
    assert all("the time of all its checks together" in result.message for result in late)
    # One call was cut short; the others were never made.
    assert sum(not result.message.startswith("not checked: ") for result in late) == 1
