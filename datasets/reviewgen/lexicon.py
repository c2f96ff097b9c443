"""Word lists: named sections of words, some of them reserved so that training sets never show them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

LEXICON_DIR = Path(__file__).parent / "lexicon"

# Sections whose words follow a frequency curve (first words are common); the others are drawn evenly.
_RANKED_PREFIXES = ("good.", "bad.")
# A section shorter than this holds everyday words and keeps none back.
_SMALLEST_RESERVING = 24
_RESERVE_EVERY = 6


@dataclass(frozen=True)
class Section:
    """One list of words.

    ordinary: words any set may use, in the order of the file
    reserved: words that only validation, test and unlabelled text may use
    weights: cumulative draw weights of `ordinary`
    """

    name: str
    ordinary: tuple[str, ...]
    reserved: tuple[str, ...]
    weights: tuple[float, ...]

    def pick(self, rng: random.Random, reserved_share: float) -> str:
        """One word; with probability `reserved_share` (in [0, 1]) a reserved one, where there are any."""
        if self.reserved and rng.random() < reserved_share:
            return rng.choice(self.reserved)
        return rng.choices(self.ordinary, cum_weights=self.weights)[0]


@dataclass(frozen=True)
class Lexicon:
    """All sections by name."""

    sections: dict[str, Section]

    @classmethod
    def load(cls, folder: Path = LEXICON_DIR) -> Lexicon:
        """Read every *.txt of a folder.

        A line is a comment (#), a section's name ([name]) or words divided by spaces; an underscore in a word
        stands for a space. Raises ValueError, naming file and line, on a word twice in a section, a section
        twice, or words before the first section.
        """
        words: dict[str, list[str]] = {}
        for file in sorted(folder.glob("*.txt")):
            for section, word, where in _read(file):
                if section in words and not word:
                    raise ValueError(f"{where}: section [{section}] exists already; merge the two")
                known = words.setdefault(section, [])
                if word in known:
                    raise ValueError(f"{where}: '{word}' is twice in [{section}]; remove one")
                if word:
                    known.append(word)
        if not words:
            raise ValueError(f"{folder}: no word lists (*.txt) found")
        reserved = {word for listed in words.values() for word in _candidates(listed)}
        # A word that some section needs in training is reserved nowhere.
        needed = {word for listed in words.values() for word in listed if word not in _candidates(listed)}
        return cls({name: _section(name, listed, reserved - needed) for name, listed in words.items()})

    def __getitem__(self, name: str) -> Section:
        try:
            return self.sections[name]
        except KeyError:
            raise KeyError(f"no section [{name}] in the lexicon; known: {', '.join(self.sections)}") from None

    def polarity_words(self) -> dict[str, int]:
        """Every evaluative word with its own sense: 1 praise, -1 blame."""
        return {
            word: 1 if name.startswith("good.") else -1
            for name, section in self.sections.items()
            if name.startswith(_RANKED_PREFIXES)
            for word in section.ordinary + section.reserved
        }


def _read(file: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (section, word, place); the word is empty on a section's own line."""
    section = ""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{file}, line {number}"
        if line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[] ")
            yield section, "", where
            continue
        for word in line.split():
            if not section:
                raise ValueError(f"{where}: '{word}' stands before the first [section]")
            yield section, word.replace("_", " "), where


def _candidates(words: list[str]) -> list[str]:
    """The words of a section that may be reserved; the common first quarter never is."""
    return words[len(words) // 4 + 2 :: _RESERVE_EVERY] if len(words) >= _SMALLEST_RESERVING else []


def _section(name: str, words: list[str], reserved: set[str]) -> Section:
    ordinary = tuple(word for word in words if word not in reserved)
    ranked = name.startswith(_RANKED_PREFIXES)
    weights = accumulate(1.0 / (rank + 8) if ranked else 1.0 for rank in range(len(ordinary)))
    return Section(name, ordinary, tuple(word for word in words if word in reserved), tuple(weights))
