"""Canvas's import file: who is found, what stays as it was, and that nobody gets lost."""

from __future__ import annotations

import csv
import io

import pytest

from autograder.exports.canvas import canvas_csv
from autograder.exports.marks import Mark

ROSTER = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Quiz (77),Homework 2 (1234),Final Score\n"
    ",,,,,Manual Posting,,\n"
    "    Points Possible,,,,,10,100,(read only)\n"
    '"Lovelace, Ada",101,s1,ADA@example.org,Monday,9,50,90\n'
    "\"=cmd|' /C calc'!A0\",102,s2,bob@example.org,Monday,8,,80\n"
    '"Test, Student",103,,f00,Monday,,EX,\n'
)


def marks(*pairs: tuple[str, float | None]) -> list[Mark]:
    return [Mark(student, score, 100.0, "") for student, score in pairs]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_mark_goes_to_the_login_the_id_or_the_sis_id_whatever_the_case() -> None:
    made = canvas_csv(marks(("ada@example.org", 87.5), ("102", 60.0)), ROSTER, "Homework 2 (1234)")
    found = {row["ID"]: row["Homework 2 (1234)"] for row in rows(made.text)}
    assert found["101"] == "87.5"
    assert found["102"] == "60"
    by_sis = canvas_csv(marks(("S2", 5.0)), ROSTER, "Homework 2 (1234)")
    assert {row["ID"]: row["Homework 2 (1234)"] for row in rows(by_sis.text)}["102"] == "5"


def test_a_student_is_found_by_the_number_in_the_name_of_what_was_handed_in() -> None:
    made = canvas_csv(marks(("lovelaceada_101", 87.5), ("bob_999", 1.0)), ROSTER, "Homework 2 (1234)")
    assert {row["ID"]: row["Homework 2 (1234)"] for row in rows(made.text)}["101"] == "87.5"
    assert made.unmatched == ("bob_999 has a mark, but no row fits",)


def test_only_the_columns_that_say_who_and_the_one_with_marks_are_written() -> None:
    made = canvas_csv(marks(("101", 1.0)), ROSTER, "Homework 2")
    assert list(rows(made.text)[0]) == [
        "Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Homework 2 (1234)"
    ]  # fmt: skip


def test_points_possible_an_excused_student_and_one_without_mark_stay_as_they_were() -> None:
    made = canvas_csv(marks(("bob@example.org", None)), ROSTER, "Homework 2 (1234)")
    column = [row["Homework 2 (1234)"] for row in rows(made.text)]
    assert column == ["", "100", "50", "", "EX"]
    assert "Lovelace, Ada" in made.unmarked


def test_an_excused_student_who_handed_in_gets_the_mark() -> None:
    made = canvas_csv(marks(("f00", 70.0)), ROSTER, "Homework 2 (1234)")
    assert rows(made.text)[-1]["Homework 2 (1234)"] == "70"


def test_whoever_is_not_in_the_roster_or_twice_in_it_is_reported() -> None:
    twice = ROSTER + '"Bob, Two",105,s5,bob@example.org,Monday,8,,80\n'
    made = canvas_csv(marks(("nobody", 1.0), ("bob@example.org", 2.0), ("101", 3.0)), twice, "Homework 2 (1234)")
    assert made.unmatched == (
        "nobody has a mark, but no row fits",
        "bob@example.org has a mark, but 2 rows fit",
    )


def test_a_name_is_no_formula_and_every_cell_is_quoted() -> None:
    made = canvas_csv(marks(("102", 1.0)), ROSTER, "Homework 2 (1234)")
    assert "\"'=cmd|" in made.text
    assert '"Lovelace, Ada"' in made.text


def test_a_title_that_the_gradebook_does_not_have_becomes_a_new_column() -> None:
    made = canvas_csv(marks(("101", 1.0)), ROSTER, "Text classification")
    assert rows(made.text)[2]["Text classification"] == "1"
    assert rows(made.text)[1]["Text classification"] == "100"


def test_a_file_that_is_no_gradebook_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="export the gradebook from Canvas"):
        canvas_csv(marks(("101", 1.0)), "name,grade\nada,1\n", "Homework")
