"""Phrase families: ways to express a judgement, grouped by how the sense comes about."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

PUBLIC_FAMILIES = Path(__file__).parent / "families.json"
KINDS = ("plain", "negation", "contrast", "idiom")
_SIDES = {"both", "positive", "negative"}


@dataclass(frozen=True)
class Family:
    """Sentence templates of one manner of speaking.

    positive, negative: templates of a favourable and an unfavourable sentence
    """

    name: str
    kind: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]

    def templates(self, label: int) -> tuple[str, ...]:
        """The templates for a label (1 favourable, 0 unfavourable)."""
        return self.positive if label else self.negative


@dataclass(frozen=True)
class Families:
    """Phrase families by kind."""

    kinds: dict[str, tuple[Family, ...]]

    @classmethod
    def load(cls, path: Path = PUBLIC_FAMILIES) -> Families:
        """Read a JSON file: kind -> name -> {"both": [...]} or {"positive": [...], "negative": [...]}.

        Raises ValueError on an unknown kind or side, or a family without one of the two senses.
        """
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}: not valid JSON ({error})") from None
        kinds: dict[str, tuple[Family, ...]] = {}
        for kind, families in raw.items():
            if kind not in KINDS:
                raise ValueError(f"{path}: unknown kind '{kind}'; use one of {', '.join(KINDS)}")
            kinds[kind] = tuple(_family(path, kind, name, sides) for name, sides in families.items())
        return cls(kinds)

    def pick(self, kind: str, rng: random.Random) -> Family:
        """One family of a kind."""
        return rng.choice(self.kinds[kind])


def _family(path: Path, kind: str, name: str, sides: dict[str, list[str]]) -> Family:
    unknown = set(sides) - _SIDES
    if unknown:
        raise ValueError(f"{path}: family '{name}' has unknown sides {sorted(unknown)}; use {sorted(_SIDES)}")
    both = tuple(sides.get("both", ()))
    positive = both + tuple(sides.get("positive", ()))
    negative = both + tuple(sides.get("negative", ()))
    if not positive or not negative:
        raise ValueError(f"{path}: family '{name}' needs templates for both senses")
    return Family(name, kind, positive, negative)
