"""Whose row a mark goes into: found by all that is known of a student, and by nobody's guess."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.exports.marks import Mark

NUMBERED = re.compile(r"(?P<name>.*)_(?P<number>\d+)(?:_assignsubmission_.*)?", re.DOTALL)
"""Canvas and Moodle write the student's name and number into the names of what was handed in."""
ANONYMOUS = re.compile(r"anon_\w+")
"""Canvas names anonymous submissions so."""
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})


@dataclass(frozen=True)
class Person:
    """Somebody as a row of a course system's table knows them."""

    line: int
    ids: Mapping[str, str]
    """By column: login, address, student number … each belongs to one person."""
    name: str = ""
    """"Lovelace, Ada" or "Ada Lovelace"; empty in a table without names."""
    number: str = ""
    """The number that the system writes into the names of what was handed in."""
    anonymous: str = ""
    """What the system writes there in place of the name where it tells nobody's name: "Participant"."""
    addresses: tuple[str, ...] = ()
    """The mail addresses; a login that looks like one is none."""

    @property
    def shown(self) -> str:
        """For the teacher."""
        said = self.name or next(filter(None, self.ids.values()), "a row without a name")
        return f"{said} (line {self.line})"


@dataclass(frozen=True)
class Placement:
    """Which row gets which mark."""

    by_row: Mapping[int, Mark]
    unmatched: tuple[str, ...]
    """A sentence about every student whose mark is in no row."""


@dataclass
class _Known:
    """Rows by what they are known by, each with the words that say so."""

    rows: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, key: str, place: int, why: str) -> None:
        if key and (place, why) not in self.rows[key]:
            self.rows[key].append((place, why))

    def of(self, keys: Iterable[str]) -> list[tuple[int, str]]:
        return list(dict.fromkeys(hit for key in keys for hit in self.rows.get(key, ())))


class Roster:
    """The people of a table. With `groups` the names of what was handed in are those of groups, and say nothing."""

    def __init__(self, people: Sequence[Person], *, groups: bool = False) -> None:
        self._people = people
        self._groups = groups
        self._ids, self._numbers, self._names = _Known(), _Known(), _Known()
        for place, person in enumerate(people):
            for column, value in person.ids.items():
                key = value.strip().casefold()
                self._ids.add(key, place, f"{column} {value.strip()}")
                if "@" in key:
                    self._ids.add(key.split("@")[0], place, f"the address {value.strip()}")
            self._numbers.add(person.number, place, f"the number {person.number}")
            for form in name_forms(person.name):
                self._names.add(form, place, f"the name {person.name}")

    def place(self, marks: Sequence[Mark]) -> Placement:
        """The mark of each row; a row that two students fit, or that a key speaks against, stays empty."""
        wanted: dict[int, list[Mark]] = defaultdict(list)
        unmatched: dict[str, str] = {}
        for mark in marks:
            found = self._row(mark)
            if isinstance(found, str):
                unmatched[mark.student] = found
            else:
                wanted[found].append(mark)
        for place, several in wanted.items():
            if len(several) > 1:
                for mark in several:
                    others = " and ".join(other.student for other in several if other is not mark)
                    row = f"its row, {self._people[place].shown}, is also that of {others}"
                    unmatched[mark.student] = f"{mark.student} has a mark, but {row}"
        placed = {place: several[0] for place, several in wanted.items() if len(several) == 1}
        return Placement(placed, tuple(unmatched[mark.student] for mark in marks if mark.student in unmatched))

    def _row(self, mark: Mark) -> int | str:
        """The only row that fits, or why there is none."""
        whole = mark.student.strip().casefold()
        hits = self._ids.of([whole])
        hits += [hit for hit in self._numbers.of([whole]) if hit[0] not in {place for place, _ in hits}]
        hits += self._names.of(name_forms(mark.student))
        name, number = split_number(mark.student)
        by_number, by_name = self._numbers.of([number]), self._names.of(name_forms(name) if number else ())
        if not number or hits:
            hits += by_number + by_name
        else:
            agree = all(self._groups or _agree(name, self._people[place]) for place, _ in by_number)
            hits = by_number if agree else []
            if hits and not self._groups and not {place for place, _ in by_number} & {place for place, _ in by_name}:
                # A row without a name: the name must not be another row's.
                hits = by_number + by_name
            if not hits and (by_number or by_name):
                return self._disagreeing(mark.student, by_number, by_name)
        hits += self._ids.of([mark.email.strip().casefold()]) + self._names.of(name_forms(mark.name))
        places = list(dict.fromkeys(place for place, _ in hits))
        if not places:
            anonymous = " (the submission is anonymous)" if ANONYMOUS.fullmatch(mark.student) else ""
            return f"{mark.student} has a mark, but no row fits{anonymous}"
        if len(places) > 1:
            return f"{mark.student} has a mark, but {len(places)} rows fit: {self._told(hits)}"
        against = _against(mark, self._people[places[0]])
        if against:
            return f"{mark.student} has a mark, but no row fits: {self._told(hits)}, but {against}"
        return places[0]

    def _disagreeing(self, student: str, by_number: list[tuple[int, str]], by_name: list[tuple[int, str]]) -> str:
        name, number = split_number(student)
        if not by_number:
            return f"{student} has a mark, but no row fits: {self._told(by_name)} has another number than {number}"
        if not by_name:
            return f"{student} has a mark, but no row fits: {self._told(by_number)} is not called {name!r}"
        rows = len({place for place, _ in by_number + by_name})
        return f"{student} has a mark, but {rows} rows fit: {self._told(by_number + by_name)}"

    def _told(self, hits: list[tuple[int, str]]) -> str:
        """Each row with what speaks for it."""
        reasons: dict[int, list[str]] = defaultdict(list)
        for place, why in hits:
            if why not in reasons[place]:
                reasons[place].append(why)
        return "; ".join(f"{self._people[place].shown} by {' and '.join(why)}" for place, why in reasons.items())


def _against(mark: Mark, person: Person) -> str:
    """What the gradebook says of a student that the row says otherwise."""
    mail = mark.email.strip().casefold()
    if mail and person.addresses and mail not in [address.casefold() for address in person.addresses]:
        return f"its address is not {mark.email.strip()}"
    if mark.name and person.name and not _words(mark.name) & _words(person.name):
        same = set(name_forms(mark.name)) & set(name_forms(person.name))
        return "" if same else f"its name is not {mark.name}"
    return ""


def _agree(said: str, person: Person) -> bool:
    """Whether what stands in front of a number may be the person's name."""
    if not person.name or (person.anonymous and _letters(said) == _letters(person.anonymous)):
        return True
    known = {*name_forms(person.name), *_ascii_forms(person.name)}
    # Moodle writes the group's name and a hyphen in front.
    parts = said.split("-")
    return any({*name_forms(own), _ascii(own)} & known for own in ("-".join(parts[at:]) for at in range(len(parts))))


def split_number(student: str) -> tuple[str, str]:
    """The name and the number in the name of what was handed in; a name without a number stays as it is."""
    found = NUMBERED.fullmatch(student)
    return (found["name"], found["number"]) if found else (student, "")


def name_forms(name: str) -> list[str]:
    """How a name may be written, as letters and digits only: "Doe, Jane" and "Jane Doe" have a form in common."""
    return list(dict.fromkeys(form for order in _orders(name) for form in _spellings(order) if form))


def _ascii_forms(name: str) -> list[str]:
    """The same without all other letters than those of ASCII, which some versions of Canvas leave out."""
    return [form for form in map(_ascii, _orders(name)) if len(form) > 3]


def _orders(name: str) -> list[str]:
    last, comma, first = name.partition(",")
    words = name.split()
    return [first + last, last + first] if comma else [" ".join(words[at:] + words[:at]) for at in range(len(words))]


def _spellings(text: str) -> Iterator[str]:
    whole = unicodedata.normalize("NFC", text).casefold()
    yield _letters(whole)
    yield _letters("".join(c for c in unicodedata.normalize("NFKD", whole) if not unicodedata.combining(c)))
    yield _letters(whole.translate(UMLAUTS))


def _ascii(text: str) -> str:
    return _letters("".join(c for c in unicodedata.normalize("NFC", text).casefold() if c.isascii()))


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _words(name: str) -> set[str]:
    return {form for word in re.split(r"[\W_]+", name) for form in _spellings(word) if len(form) > 1}
