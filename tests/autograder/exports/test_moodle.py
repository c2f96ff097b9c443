"""Moodle's worksheet: found in any language, filled, and otherwise left as it was."""

from __future__ import annotations

import csv
import io

import pytest

from autograder.exports.marks import Mark
from autograder.exports.moodle import moodle_worksheet

ENGLISH = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    '"Participant 501",Ada Lovelace,ada@example.org,Submitted,,100.00,Yes,"Friday, 1 May",-,\n'
    '"Participant 502",Bob,bob@example.org,Submitted,12.00,100.00,Yes,-,-,old\n'
)
GERMAN = (
    "ID;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung;Bewertung kann geändert werden;"
    "Zuletzt geändert (Abgabe);Zuletzt geändert (Bewertung);Feedback als Kommentar\n"
    "Teilnehmer/in501;Ada Lovelace;ada@example.org;Abgegeben;;100,00;Ja;-;-;\n"
    "Teilnehmer/in502;Bob;bob@example.org;Abgegeben;;100,00;Ja;-;-;\n"
)


def mark(student: str, score: float | None = 87.5, comment: str = "well\ndone") -> Mark:
    return Mark(student, score, 100.0, comment)


def table(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


@pytest.mark.parametrize(
    "student",
    [
        "ada@example.org",
        "ADA",
        "Ada Lovelace",
        "501",
        "Ada Lovelace_501_assignsubmission_file_",
        "Ada Lovelace_501",
        "Participant 501",
    ],
)
def test_a_student_is_found_by_address_name_or_number(student: str) -> None:
    made = moodle_worksheet([mark(student)], ENGLISH)
    assert [row[4] for row in table(made.text)[1:]] == ["87.5", "12.00"]
    assert made.unmatched == () and made.unmarked == ("Participant 502",)


def test_a_mark_that_equals_somebodys_number_finds_nobody() -> None:
    graded = ENGLISH.replace(",,100.00,", ",502,100.00,")
    assert [row[4] for row in table(moodle_worksheet([mark("Bob_502")], graded).text)[1:]] == ["502", "87.5"]


def test_the_feedback_is_filled_and_everything_else_stays() -> None:
    before, after = table(ENGLISH), table(moodle_worksheet([mark("ada")], ENGLISH).text)
    before[1][4], before[1][9] = "87.5", "well<br>done"
    assert after == before


def test_a_worksheet_in_another_language_is_filled_by_what_stands_in_its_columns() -> None:
    made = moodle_worksheet([mark("ada")], GERMAN)
    row = table(made.text, ";")[1]
    assert row[4] == "87,5"
    assert row[9] == "well<br>done"


def test_without_a_feedback_column_only_the_grade_is_filled() -> None:
    short = "\n".join(";".join(line.split(";")[:-1]) for line in GERMAN.splitlines())
    row = table(moodle_worksheet([mark("ada")], short).text, ";")[1]
    assert row[4] == "87,5" and row[-1] == "-"


def test_the_byte_order_mark_comes_back() -> None:
    assert moodle_worksheet([mark("ada")], ENGLISH).text.startswith("\ufeff")
    assert not moodle_worksheet([mark("ada")], GERMAN).text.startswith("\ufeff")


def test_a_comment_is_no_formula_and_a_missing_mark_leaves_the_grade() -> None:
    made = table(moodle_worksheet([mark("bob", None, "=1+1")], ENGLISH).text)
    assert made[2][4] == "12.00"
    assert made[2][9] == "'=1+1"


def test_a_mark_larger_than_the_maximum_grade_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="maximum grade is 10, the marks go to 100; set the maximum in Moodle"):
        moodle_worksheet([mark("ada")], ENGLISH.replace("100.00", "10.00"))


def test_columns_that_cannot_be_told_are_asked_for() -> None:
    odd = "A,B,C\n1,ada,x\n"
    with pytest.raises(ValueError, match="--grade-column"):
        moodle_worksheet([mark("ada")], odd)
    with pytest.raises(ValueError, match="no column 'D'"):
        moodle_worksheet([mark("ada")], odd, grade_column="D")
    assert table(moodle_worksheet([mark("ada")], odd, grade_column="C").text)[1] == ["1", "ada", "87.5"]


def test_whoever_fits_no_row_or_two_is_reported() -> None:
    twice = ENGLISH + '"Participant 503",Ada Lovelace,ada3@example.org,-,,100.00,Yes,-,-,\n'
    made = moodle_worksheet([mark("Ada Lovelace"), mark("nobody"), mark("bob"), mark("Bob_502")], twice)
    assert made.unmatched == (
        "Ada Lovelace has a mark, but 2 rows fit: Ada Lovelace (line 2) by the name Ada Lovelace; "
        "Ada Lovelace (line 4) by the name Ada Lovelace",
        "nobody has a mark, but no row fits",
        "bob has a mark, but its row, Bob (line 3), is also that of Bob_502",
        "Bob_502 has a mark, but its row, Bob (line 3), is also that of bob",
    )
    assert [row[4] for row in table(made.text)[1:]] == ["", "12.00", ""]


def test_a_student_s_text_is_no_html_and_no_formula_in_the_column_that_is_html() -> None:
    comment = '=1+1: the class <img src=x onerror=alert(1)> & “F1” raised "it\'s"\nline'
    cell = table(moodle_worksheet([mark("ada", 1.0, comment)], ENGLISH).text)[1][9]
    assert cell.startswith("'=1+1") and "<img" not in cell and cell.endswith("<br>line")
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; “F1” raised &quot;it&#x27;s&quot;" in cell


@pytest.mark.parametrize(
    ("word", "folder"),
    [("Participant ", "Participant_88"), ("Teilnehmer/in", "Teilnehmerin_88"), ("参与者", "参与者_88")],
)
def test_anonymous_participants_are_found_by_their_number(word: str, folder: str) -> None:
    blind = (
        f"ID,Status,Grade,Maximum Grade,Edit,Date,Date2,Feedback\n{word}88,-,,100,Y,-,-,\n{word}188,-,,100,Y,-,-,\n"
    )
    made = moodle_worksheet([mark(folder)], blind)
    assert [row[2] for row in table(made.text)[1:]] == ["87.5", ""]
    revealed = blind.replace("ID,", "ID,Full name,").replace("88,-", "88,Ada B,-")
    assert [row[3] for row in table(moodle_worksheet([mark(folder)], revealed).text)[1:]] == ["87.5", ""]


def test_a_number_inside_another_number_or_a_login_is_no_key() -> None:
    sheet = ENGLISH + '"Participant 88",Cy Other,cy@example.org,-,,100.00,Yes,-,-,\n'
    made = moodle_worksheet([mark("jane_88"), mark("50"), mark("01"), mark("8")], sheet)
    assert [row[4] for row in table(made.text)[1:]] == ["", "12.00", ""]
    assert "Cy Other (line 4) by the number 88 is not called 'jane'" in made.unmatched[0]


def test_a_login_with_a_number_is_not_given_to_the_participant_of_that_number() -> None:
    sheet = ENGLISH + '"Participant 88",Cy Other,cy@example.org,-,,100.00,Yes,-,-,\n'
    sheet += '"Participant 7",Jane,jane_88@example.org,-,,100.00,Yes,-,-,\n'
    made = moodle_worksheet([mark("jane_88")], sheet)
    assert all(row[4] in ("", "12.00") for row in table(made.text)[1:])
    assert "2 rows fit" in made.unmatched[0] and "Cy Other" in made.unmatched[0] and "line 5" in made.unmatched[0]


def test_a_status_is_no_key() -> None:
    made = moodle_worksheet([mark("Submitted")], ENGLISH)
    assert made.unmatched == ("Submitted has a mark, but no row fits",)


def test_a_participant_who_is_there_twice_is_named_with_both_lines() -> None:
    twice = ENGLISH + '"Participant 501",Ada Lovelace,ada@example.org,Submitted,,100.00,Yes,-,-,\n'
    made = moodle_worksheet([mark("Ada Lovelace_501")], twice)
    assert "(line 2)" in made.unmatched[0] and "(line 4)" in made.unmatched[0]
    assert [row[4] for row in table(made.text)[1:]] == ["", "12.00", ""]


def test_the_date_of_the_grade_is_never_taken_for_feedback() -> None:
    header = "ID,Nom,Courriel,Statut,Note,Note maximale,Modifiable,Remise,Texte en ligne,Modifié"
    line = "Participant 501,Ada,ada@x.org,Remis,,100.00,Oui,-,a text,"
    made = moodle_worksheet([mark("ada@x.org")], f"{header}\n{line}vendredi 1 mai 2026\n")
    assert table(made.text)[1][-1] == "vendredi 1 mai 2026" and "--feedback-column" in made.notes[0]


def test_cells_that_are_missing_or_too_many_are_no_traceback() -> None:
    short = "\n".join(line.removesuffix(",") for line in ENGLISH.splitlines())
    assert [row[4] for row in table(moodle_worksheet([mark("ada")], short).text)[1:]] == ["87.5", "12.00"]
    with pytest.raises(
        ValueError, match=r"Grades\.csv, line 2: 11 cells, and the header has 10: 'x' is in no column"
    ):
        moodle_worksheet([mark("ada")], ENGLISH.replace('May",-,', 'May",-,,x'), name="Grades.csv")


def test_an_address_of_the_gradebook_that_is_not_the_row_s_speaks_against_it() -> None:
    known = [Mark("501", 1.0, 100.0, "", email="other@example.org")]
    made = moodle_worksheet(known, ENGLISH)
    assert [row[4] for row in table(made.text)[1:]] == ["", "12.00"]
    assert "but its address is not other@example.org" in made.unmatched[0]
