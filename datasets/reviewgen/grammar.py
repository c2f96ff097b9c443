"""Fills templates: one review has one domain, one tense, one label, and repeats no adjective and no aspect."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reviewgen.lexicon import Lexicon
from reviewgen.words import base_form, capitalised, plural, set_articles

_HERE = Path(__file__).parent
_SLOT = re.compile(r"\{([^{}]+)\}")
_JUDGEMENT = re.compile(r"(very )?(\+|-|good|bad) ?(any|mild|strong|item|aspect)?")
# Agreement: slot -> (present singular, present plural, past singular, past plural)
_VERBS = {
    "is": ("is", "are", "was", "were"),
    "does": ("does", "do", "did", "did"),
    "seems": ("seems", "seem", "seemed", "seemed"),
    "leaves": ("leaves", "leave", "left", "left"),
}
# Domains that tell a story share the sentences about plots.
STORY_DOMAINS = ("film", "series", "novel", "play")


@dataclass(frozen=True)
class Domains:
    """What can be reviewed: nouns, aspects and neutral sentences by domain."""

    domains: dict[str, dict[str, Any]]
    neutral: dict[str, list[str]]

    @classmethod
    def load(cls) -> Domains:
        """Read domains.json and neutral.json from the package."""
        read = [json.loads((_HERE / name).read_text("utf-8")) for name in ("domains.json", "neutral.json")]
        return cls(*read)

    def neutral_sentences(self, domain: str) -> list[str]:
        """Templates of neutral sentences for a domain."""
        return self.neutral[domain] + (self.neutral["story"] if domain in STORY_DOMAINS else [])


@dataclass
class Writer:
    """Writes the sentences of one review.

    label: 1 favourable, 0 unfavourable
    reserved_share: chance in [0, 1] that an open slot takes a word that training sets never show
    """

    rng: random.Random
    lexicon: Lexicon
    facts: dict[str, Any]
    label: int
    reserved_share: float
    used: set[str] = field(default_factory=set)
    group: str = ""
    plural: bool = False

    def sentence(self, template: str) -> str:
        """The template with every slot filled, articles and capitals set."""
        self.group, self.plural = "", False
        return capitalised(set_articles(_SLOT.sub(lambda match: self._fill(match[1]), template)))

    def _fill(self, slot: str) -> str:
        judgement = _JUDGEMENT.fullmatch(slot)
        if judgement:
            return self._judgement(bool(judgement[1]), judgement[2], judgement[3] or "")
        if slot == "aspect":
            return f"the {self._aspect()}"
        if slot == "is aspect":
            aspect = self._aspect()
            return f"{self._verb('is', self.plural)} the {aspect}"
        if slot in _VERBS:
            return self._verb(slot, self.plural)
        if slot.removesuffix("1") in _VERBS:
            return self._verb(slot.removesuffix("1"), False)
        if slot == "was1":
            return "was"
        if slot == "item":
            items: dict[str, int] = self.facts["items"]
            return self.rng.choices(list(items), list(items.values()))[0]
        if slot == "maker":
            return f"the {self.rng.choice(self.facts['maker'])}"
        if slot in self.facts:
            known = self.facts[slot]
            return str(self.rng.choice(known) if isinstance(known, list) else known)
        return self._plot_word(slot)

    def _verb(self, name: str, is_plural: bool) -> str:
        past = self.facts["tense"] == "was"
        return _VERBS[name][2 * past + is_plural]

    def _fresh(self, section: str) -> str:
        """A word of a section that this review has not used."""
        for _ in range(50):
            word = self.lexicon[section].pick(self.rng, self.reserved_share)
            if word not in self.used:
                break
        self.used.add(word)
        return word

    def _aspect(self) -> str:
        free: list[tuple[str, str]] = [
            (group, aspect)
            for group, aspects in self.facts["aspects"].items()
            for aspect in aspects
            if aspect not in self.used
        ]
        self.group, aspect = self.rng.choice(free)
        self.used.add(aspect)
        self.plural = aspect.endswith("*")
        return aspect.rstrip("*")

    def _judgement(self, intensified: bool, sense: str, form: str) -> str:
        if form == "aspect":
            noun = self._aspect()
            return f"{self._adjective(sense, '')[0]} {noun}"
        if form == "item":
            self.group = self.facts["item_group"]
            return f"{self._adjective(sense, '')[0]} {self._fill('item')}"
        adjective, strong = self._adjective(sense, form)
        if intensified:
            return f"{self._intensifier(sense, strong)}{adjective}"
        return adjective

    def _intensifier(self, sense: str, strong: bool) -> str:
        """An adverb and a space, or nothing."""
        section = self.rng.choices(("", "degree", "polar"), (30, 40, 30))[0]
        if section == "polar" and not strong:
            return f"{self._fresh('good.adverb' if self._praises(sense) else 'bad.adverb')} "
        if section:
            return f"{self._fresh('absolute' if strong else 'graded')} "
        return ""

    def _praises(self, sense: str) -> bool:
        return sense == "good" or (sense in "+-" and (sense == "+") == bool(self.label))

    def _adjective(self, sense: str, form: str) -> tuple[str, bool]:
        """An evaluative adjective, and whether it is a strong one."""
        pools = {"strong": 0.3, "mild": 0.35, self.group: 0.35}
        if form == "any" or not self.group:
            pools = {"strong": 0.45, "mild": 0.55}
        if form == "strong":
            pools = {"strong": 1.0}
        if form == "mild":
            pools.pop("strong")
        pool = self.rng.choices(list(pools), list(pools.values()))[0]
        return self._fresh(f"{'good' if self._praises(sense) else 'bad'}.{pool}"), pool == "strong"

    def _plot_word(self, slot: str) -> str:
        if slot == "person":
            return self._described(self._person_adjective(), self._fresh("jobs"))
        if slot in ("thing", "thing_plural"):
            noun = self._fresh("objects")
            return self._described(self._fresh("thing_adjectives"), plural(noun) if slot != "thing" else noun)
        if slot in ("object_plural", "animal_plural"):
            return plural(self._fresh(f"{slot.removesuffix('_plural')}s"))
        if slot == "plot_base":
            return base_form(self._fresh("plot_verbs"))
        if slot == "first":
            return self._fresh("first_names")
        plurals = {"dish": "dishes", "century": "centuries", "weather": "weather"}
        return self._fresh(plurals.get(slot, f"{slot}s"))

    def _described(self, adjective: str, noun: str) -> str:
        return f"{adjective} {noun}" if self.rng.random() < 0.55 else noun

    def _person_adjective(self) -> str:
        """Of a character in a plot: neutral, or praise or blame that says nothing about the work."""
        sections = ("adjectives", "good.people", "bad.people", "good.mild", "bad.mild")
        return self._fresh(self.rng.choices(sections, (50, 15, 15, 10, 10))[0])
