"""Bonus points come on top: they are in no maximum, and a missing bonus notebook is no fault."""

from __future__ import annotations

import csv
import io

from autograder.contracts import load_contract
from autograder.exports.marks import comment
from autograder.judge.judge import _definitions
from autograder.record import Outcome, read_record, record_json
from autograder.reports.class_page import class_page
from autograder.reports.grades import grades_csv
from autograder.rubric import Entry, Manual, load_rubric
from autograder.submissions import Submission
from tests.records import record

RUBRIC = load_rubric()
BONUS = [entry.id for entry in RUBRIC.checks if entry.bonus]


def test_the_assignment_has_100_points_and_10_on_top() -> None:
    entries: list[Entry | Manual] = [*RUBRIC.checks, *RUBRIC.manual]
    assert sum(entry.points for entry in entries if not entry.bonus) == 100
    assert sum(entry.points for entry in entries if entry.bonus) == 10
    assert {entry.notebook for entry in entries if entry.bonus} == {"4_transformer"}


def test_the_score_may_exceed_the_maximum_by_the_bonus() -> None:
    full, plain = record("a"), record("b", dict.fromkeys(BONUS, "skipped"))
    assert (full.max_score, full.max_bonus) == (90, 8) == (plain.max_score, plain.max_bonus)
    assert (full.score, full.bonus, plain.score, plain.bonus) == (98, 8, 90, 0)
    assert full.complete and plain.complete
    assert not record("c", {"cnn-f1": "failed"}).complete


def test_points_of_the_bonus_do_not_make_up_for_the_others() -> None:
    assert record("a", {"transformer-f1": "failed"}).complete
    assert not record("a", {"matrix-shape": "failed"}).complete


def test_a_record_with_a_bonus_is_read_back_and_one_without_the_mark_has_none() -> None:
    written = record("a")
    assert read_record(record_json(written)) == written
    old = record_json(written).replace(',\n      "bonus": true', "").replace(',\n      "bonus": false', "")
    assert read_record(old).max_bonus == 0


def test_grades_have_a_column_for_the_bonus() -> None:
    rows = list(csv.DictReader(io.StringIO(grades_csv([record("a")], RUBRIC.roles))))
    assert (rows[0]["score"], rows[0]["max_score"], rows[0]["bonus"]) == ("98", "90", "8")


def test_the_class_page_shows_nothing_lost_without_the_bonus() -> None:
    page = class_page([record("b", dict.fromkeys(BONUS, "skipped"))], RUBRIC.roles)
    assert "nothing" in page and "8 bonus points" in page


def test_a_comment_counts_no_check_of_a_bonus_that_was_left_out() -> None:
    left_out: dict[str, Outcome] = dict.fromkeys(BONUS, "skipped")
    assert comment(record("b", left_out)) == "90 points from the checks, of 90 and 8 extra."
    assert "1 check was not asked." in comment(record("b", {**left_out, "cnn-f1": "skipped"}))
    assert "7 checks were not asked." in comment(record("b", {**left_out, BONUS[0]: "failed"}))


def test_a_missing_bonus_notebook_is_no_problem_line() -> None:
    _, _, problems, _ = _definitions(Submission("a", (), ()), load_contract().roles, RUBRIC)
    assert problems == [f"{name}.ipynb was not handed in" for name in ("1_rnn", "2_cnn", "3_glove_cnn")]
