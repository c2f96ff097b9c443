"""Draws sets of reviews: balanced, without repeats, the same for the same seed."""

from __future__ import annotations

import csv
import hashlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from reviewgen.families import Families
from reviewgen.grammar import Domains, Writer
from reviewgen.lexicon import Lexicon

SPLITS = ("train", "validation", "test")
_TOKEN = re.compile(r"[\w\-]+|[.,!?']")


class DrawnReview(NamedTuple):
    """text; label 1 favourable, 0 unfavourable."""

    text: str
    label: int


@dataclass(frozen=True)
class Recipe:
    """The mixture that sets how hard the reviews are.

    kinds: weight of each kind of phrase family
    judgements, neutral: weights of 0, 1, 2, ... judging and neutral sentences
    reserved_share: chance that an open slot of validation and test takes a word training never shows
    private_share: chance that a judgement uses a private family, where there are any
    shortest, longest: tokens
    """

    kinds: tuple[tuple[str, float], ...] = (("plain", 54), ("negation", 12), ("contrast", 12), ("idiom", 22))
    judgements: tuple[float, ...] = (0, 0, 25, 50, 25)
    neutral: tuple[float, ...] = (68, 28, 4)
    reserved_share: float = 0.2
    private_share: float = 0.5
    shortest: int = 12
    longest: int = 60


HIDDEN_RECIPE = Recipe(
    kinds=(("plain", 20), ("negation", 20), ("contrast", 40), ("idiom", 20)),
    judgements=(0, 0, 70, 30),
    neutral=(1,),
    shortest=6,
    longest=40,
)
"""Of the graders' sets: the order of words decides more often than in the public corpus, and reviews are shorter, so
that a few seconds of training tell a network that reads phrases from one that counts words."""


def draw_reviews(
    rng: random.Random,
    *,
    reserved_share: float,
    recipe: Recipe | None = None,
    lexicon: Lexicon | None = None,
    private: Families | None = None,
) -> Iterator[DrawnReview]:
    """Endless reviews, labels 1 and 0 in turn, no text twice.

    reserved_share: chance in [0, 1] that an open slot takes a reserved word
    private: further phrase families, used besides the public ones
    """
    recipe = recipe or Recipe()
    lexicon = lexicon or Lexicon.load()
    public = Families.load()
    domains = Domains.load()
    names = list(domains.domains)
    weights = [domains.domains[name]["share"] for name in names]
    seen: set[str] = set()
    label = 1
    while True:
        name = rng.choices(names, weights)[0]
        writer = Writer(rng, lexicon, domains.domains[name], label, reserved_share)
        text = _compose(writer, recipe, public, private, domains.neutral_sentences(name))
        length = len(_TOKEN.findall(text))
        if text in seen or not recipe.shortest <= length <= recipe.longest:
            continue
        seen.add(text)
        yield DrawnReview(text, label)
        label = 1 - label


def _compose(writer: Writer, recipe: Recipe, public: Families, private: Families | None, neutral: list[str]) -> str:
    rng = writer.rng
    kinds, kind_weights = zip(*recipe.kinds, strict=True)
    sentences: list[str] = []
    families: set[str] = set()
    wanted = rng.choices(range(len(recipe.judgements)), recipe.judgements)[0]
    while len(sentences) < wanted:
        kind = rng.choices(kinds, kind_weights)[0]
        source = public
        if private is not None and kind in private.kinds and rng.random() < recipe.private_share:
            source = private
        family = source.pick(kind, rng)
        if family.name in families:
            continue
        families.add(family.name)
        sentences.append(writer.sentence(rng.choice(family.templates(writer.label))))
    count = rng.choices(range(len(recipe.neutral)), recipe.neutral)[0]
    for template in rng.sample(neutral, count):
        # Neutral sentences open the review or stand after its first judgement, never at the end.
        sentences.insert(0 if rng.random() < 0.7 else 1, writer.sentence(template))
    return " ".join(sentences)


def draw_corpus(
    seed: int | str,
    sizes: tuple[int, int, int],
    *,
    private: Families | None = None,
    recipe: Recipe | None = None,
) -> dict[str, list[DrawnReview]]:
    """Train, validation and test reviews, by split name; no review twice, also across splits.

    sizes: reviews per split, even numbers (each split is balanced)
    """
    if any(size % 2 for size in sizes):
        raise ValueError(f"sizes {sizes}: each must be even, so that a split can be balanced")
    recipe = recipe or Recipe()
    lexicon = Lexicon.load()
    seen: set[str] = set()
    corpus: dict[str, list[DrawnReview]] = {}
    for split, size in zip(SPLITS, sizes, strict=True):
        rng = random.Random(f"{seed}/{split}")
        share = 0.0 if split == "train" else recipe.reserved_share
        rows: list[DrawnReview] = []
        wanted = {0: size // 2, 1: size // 2}
        for review in draw_reviews(rng, reserved_share=share, recipe=recipe, lexicon=lexicon, private=private):
            if len(rows) == size:
                break
            if review.text in seen or not wanted[review.label]:
                continue
            seen.add(review.text)
            wanted[review.label] -= 1
            rows.append(review)
        rng.shuffle(rows)
        corpus[split] = rows
    return corpus


def write_corpus(corpus: dict[str, list[DrawnReview]], folder: Path) -> None:
    """Write <split>.csv files, columns label,text, UTF-8, line ends \\n."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, rows in corpus.items():
        with (folder / f"{split}.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(("label", "text"))
            table.writerows((row.label, row.text) for row in rows)


def draw_hidden(
    key: bytes | str, out: Path, *, families: Path, sizes: tuple[int, int, int] = (4000, 500, 2000)
) -> None:
    """Draw the graders' own sets into a folder; arguments and errors as in `hidden_corpus`."""
    write_corpus(hidden_corpus(key, families=families, sizes=sizes), out)


def hidden_corpus(
    key: bytes | str, *, families: Path, sizes: tuple[int, int, int] = (4000, 500, 2000)
) -> dict[str, list[DrawnReview]]:
    """The graders' sets by split.

    key: any secret; the sets follow from it and cannot be guessed without it
    families: file of the phrase families that the public corpus never uses
    Raises ValueError on an empty key.
    """
    secret = key.encode("utf-8") if isinstance(key, str) else key
    if not secret.strip():
        raise ValueError("the key is empty; give at least a few characters of your own")
    seed = hashlib.sha256(b"hidden sets\0" + secret.strip()).hexdigest()
    return draw_corpus(seed, sizes, private=Families.load(families), recipe=HIDDEN_RECIPE)
