"""Why a matrix of word vectors is wrong: the mistake that, put in, gives the same rows."""

from __future__ import annotations

import torch
from torch import Tensor

from textlab.checks.failure import Cause
from textlab.checks.matrix_cases import Words

SAME = 1e-6
UNRELATED = 0.3
"""Mean cosine below which rows have nothing to do with the vectors; rounded or shifted ones lie near 1."""


def shape_cause(got: Tensor, words: Words) -> Cause | None:
    """What the axes are in place of tokens × dim."""
    tokens, dim = words.shape
    return {
        (dim, tokens): Cause("vectors-in-columns", "the vectors are the columns: they were stacked along axis 1"),
        (len(words.words), dim): Cause("rows-of-the-vectors", "there is a row for every vector, not for every token"),
        (len(words.known), dim): Cause("rows-of-known-words", "there is one row for every known word only"),
        (tokens - 2, dim): Cause("special-tokens-left-out", "the two special tokens have no rows"),
        (tokens - 1, dim): Cause("one-row-left-out", "one row is missing"),
    }.get(tuple(got.shape))  # type: ignore[arg-type]


def row_cause(got: Tensor, words: Words) -> Cause | None:
    """The mistake that explains every wrong row of known words; None when no known one does."""
    rows = words.known
    expected = words.expected(rows)
    wrong = (got[rows] - expected).abs().amax(dim=1) > SAME
    for cause in (_case_cause, _size_cause, _order_cause):
        found = cause(got, words, rows[wrong], expected[wrong])
        if found:
            return found
    places = wrong.nonzero().flatten()
    if len(places) == len(rows):
        alike = torch.cosine_similarity(got[rows], expected, dim=1).mean()
        if float(alike.abs()) < UNRELATED and _holds_none(got, words):
            return Cause("vectors-not-filled-in", "no row holds a vector: the matrix was never filled in")
        return None
    first, last = int(rows[places[0]]), int(rows[places[-1]])
    if len(places) == len(rows) - int(places[0]):
        return Cause("rows-cut-off", f"every known word from row {first} on lacks its vector, and no other does")
    if len(places) == int(places[-1]) + 1:
        return Cause("first-rows-left-out", f"every known word up to row {last} lacks its vector, and no other does")
    wanted = {words.tokens[row] for row in rows[wrong].tolist()}
    if wanted <= {words.words[0], words.words[-1]}:
        return Cause("ends-of-the-vectors-left-out", "the first or the last word of the vectors was left out")
    return None


def _case_cause(got: Tensor, words: Words, rows: Tensor, expected: Tensor) -> Cause | None:
    held = set(words.words)
    capitals = [words.tokens[row].capitalize() for row in rows.tolist()]
    if all(word in held for word in capitals) and torch.allclose(got[rows], words.vectors_of(capitals), atol=SAME):
        return Cause("looked-up-in-another-case", "the word was looked up with a capital, which is another word")
    return None


def _order_cause(got: Tensor, words: Words, rows: Tensor, expected: Tensor) -> Cause | None:
    for shift in (-2, -1, 1, 2):
        inside = (rows + shift >= 0) & (rows + shift < len(got))
        if int(inside.sum()) > 1 and torch.allclose(got[(rows + shift)[inside]], expected[inside], atol=SAME):
            return Cause(
                "rows-shifted",
                f"each vector is in row i {shift:+d} in place of row i",
            )
    known = set(words.tokens)
    for start in (0, 2):
        in_order = words.vectors_of([word for word in words.words if word in known])
        for held in (words.vectors, in_order):
            count = min(len(got) - start, len(held))
            if torch.allclose(got[start + 2 : start + count], held[2:count], atol=SAME):
                return Cause("order-of-the-vectors", "the rows are in the order of the vectors")
    if all(float((words.vectors - got[row]).abs().amax(dim=1).min()) <= SAME for row in rows.tolist()[:200]):
        return Cause("rows-in-another-order", "these rows hold the vectors of other words")
    return None


def _size_cause(got: Tensor, words: Words, rows: Tensor, expected: Tensor) -> Cause | None:
    parts = got[rows]
    for name, said, made in [
        (
            "vectors-normalised",
            "each was divided by its length",
            torch.nn.functional.normalize(expected, dim=1),
        ),
        ("vectors-turned", "the sign of every vector is turned", -expected),
    ]:
        if torch.allclose(parts, made, atol=SAME):
            return Cause(name, said)
    factor = float((parts * expected).sum() / expected.square().sum())
    if factor and torch.allclose(parts, factor * expected, atol=1e-5):
        return Cause("vectors-scaled", f"every vector was multiplied by {factor:.3g}")
    return None


def _holds_none(got: Tensor, words: Words) -> bool:
    rows = words.known.tolist()[:200]
    return all(float((words.vectors - got[row]).abs().amax(dim=1).min()) > SAME for row in rows)
