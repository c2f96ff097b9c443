"""Batches."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from textlab.batches import Batch, batches

PAD = 1


def make(lengths: Sequence[int]) -> tuple[list[list[int]], list[int]]:
    """Reviews of these lengths; every token of review i is i + 2, and its label is i % 2."""
    return [[i + 2] * n for i, n in enumerate(lengths)], [i % 2 for i in range(len(lengths))]


def reviews(found: Sequence[Batch]) -> list[int]:
    """Numbers of the reviews, in the order they come."""
    return [int(row[0]) - 2 for batch in found for row in batch.ids]


def test_without_a_seed_the_order_is_kept_and_short_reviews_are_padded() -> None:
    encoded, labels = make([2, 3, 1])
    first, second = batches(encoded, labels, batch_size=2, pad_id=PAD)
    assert first.ids.tolist() == [[2, 2, PAD], [3, 3, 3]]
    assert first.lengths.tolist() == [2, 3]
    assert first.labels.tolist() == [0.0, 1.0]
    assert second.ids.tolist() == [[4]]
    assert (len(first), len(second)) == (2, 1)


def test_the_types_are_those_that_models_and_losses_want() -> None:
    (batch,) = batches(*make([2, 3]), batch_size=8, pad_id=PAD)
    assert (batch.ids.dtype, batch.lengths.dtype, batch.labels.dtype) == (torch.int64, torch.int64, torch.float32)


def test_long_reviews_are_cut_and_count_their_cut_length() -> None:
    (batch,) = batches(*make([9, 2]), batch_size=8, pad_id=PAD, max_length=4)
    assert batch.ids.shape == (2, 4)
    assert batch.lengths.tolist() == [4, 2]


def test_short_batches_are_padded_to_min_length_and_keep_their_true_lengths() -> None:
    (batch,) = batches(*make([1, 2]), batch_size=8, pad_id=PAD, min_length=5)
    assert batch.ids.shape == (2, 5)
    assert batch.lengths.tolist() == [1, 2]


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=120),
    st.integers(1, 16),
    st.one_of(st.none(), st.integers(0, 5)),
)
def test_every_review_comes_once_with_its_own_label_and_length(
    lengths: list[int], batch_size: int, seed: int | None
) -> None:
    encoded, labels = make(lengths)
    found = list(batches(encoded, labels, batch_size=batch_size, pad_id=PAD, seed=seed))
    assert sorted(reviews(found)) == list(range(len(lengths)))
    assert sum(len(batch) < batch_size for batch in found) <= 1
    for batch in found:
        for ids, length, label in zip(batch.ids, batch.lengths, batch.labels, strict=True):
            review = int(ids[0]) - 2
            assert (lengths[review], labels[review]) == (length, label)
            assert ids.tolist() == encoded[review] + [PAD] * (len(ids) - len(encoded[review]))


def test_the_same_seed_gives_the_same_batches_and_another_one_others() -> None:
    data = make([random.Random(3).randint(1, 40)] * 50 + list(range(1, 51)))
    order = [reviews(list(batches(*data, batch_size=8, pad_id=PAD, seed=seed))) for seed in (1, 1, 2)]
    assert order[0] == order[1] != order[2]


def test_shuffling_leaves_the_global_random_states_alone() -> None:
    random.seed(5)
    torch.manual_seed(5)
    expected = random.random(), torch.rand(1).item()
    random.seed(5)
    torch.manual_seed(5)
    list(batches(*make([3, 1, 2]), batch_size=1, pad_id=PAD, seed=0))
    assert (random.random(), torch.rand(1).item()) == expected


def test_a_seed_puts_reviews_of_like_length_together() -> None:
    source = random.Random(0)
    data = make([source.randint(1, 200) for _ in range(2000)])

    def padding(seed: int | None) -> int:
        found = batches(*data, batch_size=20, pad_id=PAD, seed=seed)
        return sum(batch.ids.numel() - int(batch.lengths.sum()) for batch in found)

    assert padding(0) < padding(None) / 5


def test_short_and_long_batches_come_in_mixed_order() -> None:
    found = [batch.ids.shape[1] for batch in batches(*make(range(1, 201)), batch_size=10, pad_id=PAD, seed=0)]
    assert found != sorted(found)


def test_a_class_sorted_corpus_gives_mixed_batches() -> None:
    encoded = [[2, 3]] * 400
    labels = [0] * 200 + [1] * 200
    found = list(batches(encoded, labels, batch_size=20, pad_id=PAD, seed=0))
    assert all(0 < float(batch.labels.mean()) < 1 for batch in found)


@pytest.mark.parametrize("option", ["batch_size", "max_length", "min_length"])
def test_sizes_below_one_are_refused(option: str) -> None:
    options: dict[str, Any] = {"batch_size": 2, option: 0}
    with pytest.raises(ValueError, match=f"{option} is 0"):
        batches(*make([1, 2]), pad_id=PAD, **options)


def test_unequal_numbers_of_reviews_and_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="2 reviews but 1 labels"):
        batches([[2], [3]], [1], batch_size=2, pad_id=PAD)


def test_an_empty_review_is_refused_by_its_number() -> None:
    with pytest.raises(ValueError, match="review 1 has no tokens"):
        batches([[2], []], [1, 0], batch_size=2, pad_id=PAD)


def test_no_reviews_give_no_batches() -> None:
    assert list(batches([], [], batch_size=2, pad_id=PAD, seed=0)) == []


def test_a_device_is_where_ids_and_labels_go() -> None:
    (batch,) = batches(*make([1, 2]), batch_size=2, pad_id=PAD, device="meta")
    assert (batch.ids.device.type, batch.labels.device.type, batch.lengths.device.type) == ("meta", "meta", "cpu")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_on_a_gpu_ids_and_labels_are_there_and_lengths_stay_on_the_cpu() -> None:
    (batch,) = batches(*make([1, 2]), batch_size=2, pad_id=PAD, device="cuda")
    assert (batch.ids.device.type, batch.labels.device.type, batch.lengths.device.type) == ("cuda", "cuda", "cpu")
    assert batch.ids.tolist() == [[2, PAD], [3, 3]]
