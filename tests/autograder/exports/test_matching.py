"""Whose row a mark goes into: no key may speak against it, and nobody gets lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exports.marks import Mark
from autograder.exports.matching import Person, Roster

DORA = Person(
    2, {"ID": "20003", "SIS User ID": "12345", "Mail": "dora@x.org"}, "Right, Dora", "20003", "", ("dora@x.org",)
)
CARL = Person(3, {"ID": "12345", "SIS User ID": "9", "SIS Login ID": "carl"}, "Wrong, Carl", "12345")
ZOE = Person(4, {"ID": "20004", "SIS User ID": "8", "SIS Login ID": "zoe"}, "Ångström, Zoë", "20004")
CLASS = [DORA, CARL, ZOE]


def mark(student: str, name: str = "", email: str = "") -> Mark:
    return Mark(student, 1.0, 100.0, "", name=name, email=email)


def row(student: str, name: str = "", email: str = "", *, groups: bool = False) -> int | None:
    placed = Roster(CLASS, groups=groups).place([mark(student, name, email)])
    assert len(placed.by_row) + len(placed.unmatched) == 1
    return next(iter(placed.by_row), None)


def why(student: str, name: str = "", email: str = "") -> str:
    (sentence,) = Roster(CLASS).place([mark(student, name, email)]).unmatched
    return sentence


@pytest.mark.parametrize("student", ["dora", "DORA@x.org", "20003", "rightdora_20003", "Dora Right", "Right, Dora"])
def test_each_key_finds_its_row(student: str) -> None:
    assert row(student) == 0


@pytest.mark.parametrize("student", ["angstromzoe_20004", "ngstrmzo_20004", "Ångström, Zoë", "ångströmzoë_20004"])
def test_accents_are_written_in_any_way(student: str) -> None:
    assert row(student) == 2


def test_two_keys_that_point_to_two_rows_place_nothing_and_name_both() -> None:
    assert why("12345") == (
        "12345 has a mark, but 2 rows fit: "
        "Right, Dora (line 2) by SIS User ID 12345; Wrong, Carl (line 3) by ID 12345"
    )
    assert "2 rows fit" in why("wrongcarl_20003")


def test_a_number_under_another_name_is_no_key() -> None:
    assert "Wrong, Carl (line 3) by the number 12345 is not called 'jane'" in why("jane_12345")
    assert "has another number than 88" in why("rightdora_88")
    assert why("1234") == "1234 has a mark, but no row fits"


def test_a_group_s_name_in_front_of_the_student_s_is_no_other_name() -> None:
    assert row("Group A-Dora Right_20003") == 0
    assert row("Right_20003") is None


def test_of_two_people_with_one_name_the_number_tells_which() -> None:
    namesakes = [Person(2, {"ID": "7"}, "Doe, Ada", "7"), Person(3, {"ID": "8"}, "Doe, Ada", "8")]
    assert list(Roster(namesakes).place([mark("doeada_8")]).by_row) == [1]
    nameless = [namesakes[0], Person(3, {"ID": "8"}, "", "8")]
    assert not Roster(nameless).place([mark("doeada_8")]).by_row


def test_a_group_is_found_by_its_number_only_where_that_was_asked_for() -> None:
    assert row("team_a3_12345") is None
    assert row("team_a3_12345", groups=True) == 1


def test_what_the_gradebook_knows_is_a_key_too() -> None:
    assert row("s77", email="dora@x.org") == 0
    assert row("s77", name="Dora Right") == 0
    assert "2 rows fit" in why("carl", email="dora@x.org")
    assert "but its address is not else@x.org" in why("20003", email="else@x.org")
    assert "but its name is not Jane Doe" in why("20003", name="Jane Doe")
    assert row("20003", name="Dora Maria Right") == 0


def test_an_anonymous_submission_is_called_so() -> None:
    assert why("anon_a1B2c").endswith("no row fits (the submission is anonymous)")


def test_two_students_for_one_row_leave_it_empty() -> None:
    placed = Roster(CLASS).place([mark("dora"), mark("20003")])
    assert not placed.by_row and len(placed.unmatched) == 2
    assert "is also that of 20003" in placed.unmatched[0]


FIRST, LAST = st.sampled_from(["ada", "bob", "cy"]), st.sampled_from(["doe", "roe", "li"])
NUMBERS = st.sampled_from(["8", "88", "4711", "12345"])
LOGINS = st.sampled_from(["ada", "bob", "ada_88", "88", "8@x.org", "ada@x.org", "doeada", "ada doe"])


@st.composite
def people(draw: st.DrawFn) -> list[Person]:
    count = draw(st.integers(1, 4))
    numbers = draw(st.lists(NUMBERS, min_size=count, max_size=count))
    made = []
    for line, number in enumerate(numbers):
        name = f"{draw(LAST)}, {draw(FIRST)}" if draw(st.integers(0, 5)) else ""
        ids = {"ID": number, "SIS": draw(NUMBERS), "Login": draw(LOGINS)}
        made.append(Person(line, ids, name, number, "", tuple(value for value in ids.values() if "@" in value)))
    return made


STUDENTS = st.one_of(
    LOGINS, NUMBERS, st.builds("{}{}_{}".format, LAST, FIRST, NUMBERS), st.builds("{} {}".format, FIRST, LAST)
)
MAILS = st.one_of(st.just(""), st.sampled_from(["8@x.org", "ada@x.org", "else@x.org"]))


def keys(person: Person) -> set[str]:
    """All that a row may be called by, written down without the code under test."""
    ids = set(person.ids.values())
    return ids | {value.split("@")[0] for value in ids if "@" in value} | names(person)


def names(person: Person) -> set[str]:
    last, _, first = person.name.partition(", ")
    return {first + last, last + first, f"{first} {last}", f"{last} {first}"} if person.name else set()


def letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


@settings(max_examples=400, deadline=None)
@given(people(), st.lists(st.tuples(STUDENTS, MAILS), max_size=5, unique_by=lambda pair: pair[0]))
def test_no_mark_is_in_a_row_that_a_key_contradicts_and_nobody_is_lost(
    roster: list[Person], students: list[tuple[str, str]]
) -> None:
    placed = Roster(roster).place([mark(student, email=email) for student, email in students])
    there = [found.student for found in placed.by_row.values()]
    named = [sentence.split(" has a mark, but ")[0] for sentence in placed.unmatched]
    assert sorted(there + named) == sorted(student for student, _ in students)
    for place, found in placed.by_row.items():
        name, _, number = found.student.rpartition("_")
        compound = bool(name) and number.isdigit()
        own, others = roster[place], [person for at, person in enumerate(roster) if at != place]
        agrees = compound and number == own.number and letters(name) in {*map(letters, keys(own)), ""}
        nameless = compound and number == own.number and not own.name
        assert found.student in keys(own) or agrees or nameless or found.email in own.ids.values()
        mails = [value for value in own.ids.values() if "@" in value]
        assert not (found.email and mails) or found.email in mails
        for other in others:
            assert found.student not in keys(other)
            assert not compound or number != other.number
            # Of two people with one name the number tells which; a row without a name says nothing against it.
            theirs = compound and letters(name) in map(letters, names(other))
            assert not theirs or letters(name) in map(letters, names(own))
            assert not found.email or found.email not in other.ids.values()
