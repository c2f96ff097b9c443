"""What counting phrases tells about reviews: the reviews on which it is wrong need a network that reads further."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB
from torch import Tensor


class Reviews(Protocol):
    """Padded ids [reviews, length], lengths [reviews] and labels [reviews]."""

    @property
    def ids(self) -> Tensor:
        """Word ids."""

    @property
    def lengths(self) -> Tensor:
        """Words of each review."""

    @property
    def labels(self) -> Tensor:
        """1 for praise, 0 for blame."""


LONGEST = 3
"""Words of the longest phrase; the best of naive Bayes on our reviews."""
LONGER = 5
BUCKETS = 2**18
SMOOTHING = 0.1
"""Of naive Bayes: with 1, its usual value, it does worse on our reviews."""
_MIX = np.uint64(0x9E3779B97F4A7C15)


def misled_by_phrases(train: Reviews, test: Reviews) -> Tensor:
    """Which test reviews [reviews] naive Bayes gets wrong, on phrases of up to three words or of up to five.

    Whoever counts phrases in another way gets about these wrong, too: docs/calibration.md has the figures.
    """
    truth = test.labels.bool()
    return (naive_bayes(train, test) != truth) | (naive_bayes(train, test, LONGER) != truth)


def naive_bayes(train: Reviews, test: Reviews, longest: int = LONGEST) -> Tensor:
    """Which test reviews [reviews] naive Bayes on phrases calls positive."""
    model = BernoulliNB(alpha=SMOOTHING).fit(phrases(train, longest), train.labels.numpy())
    return _positive(model.predict(phrases(test, longest)))


def refitted_naive_bayes(train: Reviews, test: Reviews) -> Tensor:
    """The same of a naive Bayes that learns from its own answers to the test reviews, too."""
    known, asked = phrases(train), phrases(test)
    answers = BernoulliNB(alpha=SMOOTHING).fit(known, train.labels.numpy()).predict(asked)
    model = BernoulliNB(alpha=SMOOTHING).fit(vstack([known, asked]), np.append(train.labels.numpy(), answers))
    return _positive(model.predict(asked))


def logistic_regression(train: Reviews, test: Reviews) -> Tensor:
    """Which test reviews [reviews] logistic regression on phrases calls positive."""
    model = LogisticRegression(solver="liblinear", random_state=0).fit(phrases(train), train.labels.numpy())
    return _positive(model.predict(phrases(test)))


def phrases(reviews: Reviews, longest: int = LONGEST) -> csr_matrix:
    """Which phrases of one to `longest` words a review has: zeros and ones [reviews, BUCKETS], phrases hashed."""
    ids, lengths = reviews.ids.numpy().astype(np.uint64), reviews.lengths.numpy()
    places = np.arange(ids.shape[1])
    hashes = np.zeros_like(ids)
    rows, columns = [], []
    for size in range(1, min(longest, ids.shape[1]) + 1):
        # A phrase is the one that is a word shorter, and one more word.
        hashes = (hashes[:, : ids.shape[1] - size + 1] + ids[:, size - 1 :] + np.uint64(size)) * _MIX
        hashes ^= hashes >> np.uint64(29)
        row, column = np.nonzero(places[: hashes.shape[1]] + size <= lengths[:, None])
        rows.append(row)
        columns.append(hashes[row, column] % np.uint64(BUCKETS))
    row, column = np.concatenate(rows), np.concatenate(columns).astype(np.int64)
    found = csr_matrix((np.ones(len(row)), (row, column)), shape=(len(ids), BUCKETS))
    found.data[:] = 1.0
    return found


def _positive(labels: object) -> Tensor:
    return torch.as_tensor(np.asarray(labels) > 0.5)
