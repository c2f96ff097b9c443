"""Values that may be, hold or be held by each other, as groups that only grow."""

from __future__ import annotations

from collections.abc import Hashable


class Groups:
    """Union and find."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def find(self, key: Hashable) -> Hashable:
        """The key that stands for the group."""
        above = self._above
        root = key
        while (next_one := above.get(root, root)) != root:
            root = next_one
        while (next_one := above.get(key, key)) != root:
            above[key] = root
            key = next_one
        return root

    def unite(self, one: Hashable, other: Hashable) -> None:
        """Make one group of two."""
        one, other = self.find(one), self.find(other)
        if one != other:
            self._above[one] = other


class Untaken:
    """The places of one sorted list, each given out once."""

    def __init__(self, places: list[int]) -> None:
        self.places = places
        self._next = list(range(len(places) + 1))

    def take(self, first: int, end: int) -> list[int]:
        """Give out the places numbered `first` to before `end` that were not given out before."""
        found = []
        at = self._skip(first)
        while at < end:
            found.append(self.places[at])
            self._next[at] = at + 1
            at = self._skip(at)
        return found

    def _skip(self, at: int) -> int:
        root = at
        while self._next[root] != root:
            root = self._next[root]
        while self._next[at] != root:
            self._next[at], at = root, self._next[at]
        return root
