"""The store believes only what it wrote itself, whole and under the same key."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.store.store import Store

KEY, OTHER = "ab" * 32, "ac" * 32


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with one result."""
    made = Store(tmp_path / "results", b"the course's")
    made.put(KEY, b"ten points")
    return made


def the_file(store: Store) -> Path:
    """The only file of a store."""
    (path,) = (path for path in store.folder.rglob("*") if path.is_file())
    return path


def test_what_was_put_comes_back(store: Store) -> None:
    assert store.get(KEY) == b"ten points"
    store.put(KEY, b"nine points")
    assert store.get(KEY) == b"nine points"
    assert store.get(OTHER) is None


@pytest.mark.parametrize("place", [0, 31, 32, -1])
def test_a_changed_byte_is_noticed(store: Store, place: int) -> None:
    content = bytearray(the_file(store).read_bytes())
    content[place] ^= 1
    the_file(store).write_bytes(content)
    assert store.get(KEY) is None


@pytest.mark.parametrize("length", [0, 5, 32, 41])
def test_what_was_cut_off_is_noticed(store: Store, length: int) -> None:
    the_file(store).write_bytes(the_file(store).read_bytes()[:length])
    assert store.get(KEY) is None


def test_a_result_under_another_key_is_not_believed(store: Store) -> None:
    target = store.folder / OTHER[:2] / OTHER[2:]
    target.parent.mkdir(parents=True)
    the_file(store).rename(target)
    assert store.get(OTHER) is None


def test_a_result_of_another_course_is_not_believed(store: Store) -> None:
    assert Store(store.folder, b"another course's").get(KEY) is None
