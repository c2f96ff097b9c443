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
        "bob@example.org has a mark, but 2 rows fit: =cmd|' /C calc'!A0 (line 5) by SIS Login ID bob@example.org; "
        "Bob, Two (line 7) by SIS Login ID bob@example.org",
    )


def test_a_name_is_no_formula_and_every_cell_is_quoted() -> None:
    made = canvas_csv(marks(("102", 1.0)), ROSTER, "Homework 2 (1234)")
    assert "\"'=cmd|" in made.text
    assert '"Lovelace, Ada"' in made.text


def test_a_title_that_the_gradebook_does_not_have_becomes_a_new_column() -> None:
    made = canvas_csv(marks(("101", 1.0)), ROSTER, "Text classification")
    assert rows(made.text)[2]["Text classification"] == "1"
    assert rows(made.text)[1]["Text classification"] == "100"
    assert made.notes[0].startswith(
        "the roster has no column 'Text classification': Canvas will make a new assignment"
    )


def test_a_file_that_is_no_gradebook_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="export the gradebook from Canvas"):
        canvas_csv(marks(("101", 1.0)), "name,grade\nada,1\n", "Homework")


WHO = "Student,ID,SIS User ID,SIS Login ID,Section"


def gradebook(header: str, *lines: str) -> str:
    return "\n".join([header, *lines]) + "\n"


def test_names_in_two_columns_and_semicolons_come_back_as_they_were() -> None:
    roster = gradebook(
        "LastName;FirstName;ID;SIS Login ID;Integration ID;Root Account;Section;Homework 2 (1234)",
        "    Points Possible;;;;;;;100,00",
        "Lovelace;Ada;101;ada;i9;x.org;Monday;",
    )
    made = canvas_csv(marks(("lovelaceada_101", 87.5)), roster, "Homework 2")
    header, _, ada = csv.reader(io.StringIO(made.text), delimiter=";")
    assert ",".join(header) == (
        "LastName,FirstName,ID,SIS Login ID,Integration ID,Root Account,Section,Homework 2 (1234)"
    )
    assert ada == ["Lovelace", "Ada", "101", "ada", "i9", "x.org", "Monday", "87,5"]


@pytest.mark.parametrize("posting", ["Manual Posting", "Manuelle Veröffentlichung"])
def test_the_row_about_posting_is_no_student(posting: str) -> None:
    made = canvas_csv(marks(("101", 1.0)), ROSTER.replace("Manual Posting", posting), "Homework 2")
    assert made.unmarked == ("=cmd|' /C calc'!A0", "Test, Student")


@pytest.mark.parametrize("title", ["homework 2", "Homework  2 (1234)", "Homework 2"])
def test_a_title_is_found_without_its_number_and_in_any_case(title: str) -> None:
    made = canvas_csv(marks(("101", 1.0)), ROSTER, title)
    assert rows(made.text)[2]["Homework 2 (1234)"] == "1" and not made.notes


@pytest.mark.parametrize("title", ["Homwork 2", "Homework 2 (99)", "Homework 3"])
def test_a_title_with_a_slip_is_refused_and_a_new_one_has_to_be_meant(title: str) -> None:
    with pytest.raises(ValueError, match=r"Did you mean 'Homework 2 \(1234\)'\?.*--new"):
        canvas_csv(marks(("101", 1.0)), ROSTER, title)
    assert rows(canvas_csv(marks(("101", 1.0)), ROSTER, title, new=True).text)[2][title] == "1"


def test_a_title_that_two_columns_have_needs_its_number() -> None:
    roster = gradebook(f"{WHO},Homework (1),Homework (2)", "Ada,101,s1,ada,Monday,,")
    with pytest.raises(ValueError, match=r"2 columns for 'Homework': 'Homework \(1\)', 'Homework \(2\)'"):
        canvas_csv(marks(("101", 1.0)), roster, "Homework")
    assert rows(canvas_csv(marks(("101", 1.0)), roster, "Homework (2)").text)[0]["Homework (2)"] == "1"
    with pytest.raises(ValueError, match="2 columns"):
        canvas_csv(marks(("101", 1.0)), roster.replace("(2)", "(1)"), "Homework (1)")


@pytest.mark.parametrize(
    ("title", "said"), [("Section", "no assignment"), ("Final Score", "computes"), ("", "the title is empty")]
)
def test_a_column_that_is_no_assignment_is_refused(title: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        canvas_csv(marks(("101", 1.0)), ROSTER, title)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Lovelace, Ada,101,s1,ada,", r"roster\.csv, line 2: ID is 'Ada', .*comma in a name"),
        ("Lovelace, Ada,101,s1,ada,Monday,", r"roster\.csv, line 2: (7 cells|ID is 'Ada')"),
        ('"Lovelace, Ada",1.01E+11,s1,ada,Monday,', r"line 2: ID is '1\.01E\+11'.*export the gradebook again"),
        ('"Lovelace, Ada",101,"4,71E+09",ada,Monday,', r"line 2: SIS User ID is '4,71E\+09'.*shortened"),
    ],
)
def test_cells_that_moved_and_numbers_that_were_shortened_are_refused(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        canvas_csv(marks(("101", 1.0)), gradebook(f"{WHO},Homework (1)", line), "Homework", name="roster.csv")


def test_a_column_of_keys_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="the column ID more than once"):
        canvas_csv(marks(("101", 1.0)), gradebook("Student,ID,ID,Section,H (1)", "Ada,101,102,Monday,"), "H")


def test_a_row_that_is_there_twice_gets_nothing() -> None:
    twice = gradebook(f"{WHO},H (1)", "Ada,101,s1,ada,Monday,", "Ada,101,s1,ada,Tuesday,")
    made = canvas_csv(marks(("101", 1.0)), twice, "H")
    assert [row["H (1)"] for row in rows(made.text)] == ["", ""]
    assert "2 rows fit: Ada (line 2) by ID 101; Ada (line 3) by ID 101" in made.unmatched[0]


def test_points_possible_below_the_marks_are_said() -> None:
    made = canvas_csv(marks(("101", 1.0)), ROSTER.replace("10,100", "10,50"), "Homework 2")
    assert made.notes == ("points possible are 50 in this column, and the marks go to 100",)


def test_a_student_whom_nobody_graded_is_named() -> None:
    assert "101 (not graded)" in canvas_csv(marks(("101", None)), ROSTER, "Homework 2").unmarked


def test_a_login_that_looks_like_an_address_speaks_against_nobody() -> None:
    known = [Mark("101", 1.0, 100.0, "", name="Ada Lovelace", email="ada.lovelace@example.org")]
    made = canvas_csv(known, ROSTER, "Homework 2")
    assert rows(made.text)[2]["Homework 2 (1234)"] == "1" and not made.unmatched
