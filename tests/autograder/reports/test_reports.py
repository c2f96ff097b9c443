"""The writers: what they say, what they escape, and that they never leave half a file."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.record import (
    OUTCOMES,
    SCHEMA,
    ExplainedSentence,
    Measured,
    Outcome,
    Record,
    read_record,
    record_json,
)
from autograder.reports.class_page import (
    MEANINGS,
    SHOWN,
    class_page,
    distribution,
    failures_by_kind,
    hardest,
    near_threshold,
    part_marks,
)
from autograder.reports.files import NotWrittenError, write_whole
from autograder.reports.grades import defused, grades_csv
from autograder.rubric import load_rubric
from tests.records import record

ROLES = load_rubric().roles
POINTS = {entry.id: entry.points for entry in load_rubric().checks}


def test_the_json_report_holds_the_fields_of_the_schema() -> None:
    fields = json.loads(record_json(record(outcomes={"cnn-f1": "failed"})))
    assert fields["schema"] == SCHEMA
    assert list(fields)[-1] == "seconds"
    assert fields["max_score"] + fields["max_bonus"] - fields["score"] == POINTS["cnn-f1"]
    assert fields["submission"]["files"] == [{"name": "2_cnn.ipynb", "sha256": "0" * 64}]
    assert set(fields["checks"][0]) == {
        "id", "title", "role", "points", "max_points", "outcome", "message", "hint", "visibility", "bonus",
        "measured", "cause", "fault",
    }  # fmt: skip


def test_grades_have_one_row_a_student_in_order_and_one_column_a_role() -> None:
    rows = list(csv.reader(io.StringIO(grades_csv([record("bob"), record("ada", {"cnn-f1": "failed"})], ROLES))))
    assert rows[0] == ["student", "score", "max_score", "bonus", *ROLES, "problems", "lost"]
    assert [row[0] for row in rows[1:]] == ["ada", "bob"]
    full, bonus = record().max_score, record().max_bonus
    assert rows[1][1:4] == [str(full + bonus - POINTS["cnn-f1"]), str(full), str(bonus)]
    assert sum(map(int, rows[1][4:-2])) == full + bonus - POINTS["cnn-f1"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\n=1"])
def test_no_name_is_a_formula(name: str) -> None:
    rows = list(csv.reader(io.StringIO(grades_csv([record(name)], ROLES))))
    assert rows[1][0] == defused(name) == "'" + name


def test_a_report_is_read_back_as_it_was_written() -> None:
    sentence = ExplainedSentence(("a", "dull", "plot"), (0.1, -1.5, 0.25), 0.2, 1e-4, (2,))
    written = replace(with_f1("ada", 0.85), problems=("a problem",), explained=(sentence,))
    assert read_record(record_json(written)) == written
    with pytest.raises(ValueError, match="schema"):
        read_record('{"schema": "something/2"}')


def test_a_fault_of_the_grader_is_an_empty_mark_and_not_a_zero() -> None:
    rows = list(csv.reader(io.StringIO(grades_csv([record("a", {"cnn-f1": "error"})], ROLES))))
    assert rows[1][1] == "" and set(rows[1][3:-2]) == {""}


def test_quotes_commas_and_line_ends_in_problems_survive() -> None:
    problem = 'a "quoted", two\nline problem'
    rows = list(csv.reader(io.StringIO(grades_csv([record(problems=(problem,))], ROLES))))
    assert rows[1][-2] == problem


def test_the_class_page_escapes_whatever_students_wrote() -> None:
    script = "<script>alert(1)</script>"
    page = class_page([record(script, {"cnn-f1": "failed"}, message=script, problems=(script,))], ROLES)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 3


def test_what_stands_between_backticks_is_code_on_the_class_page() -> None:
    made = record("ada", {"cnn-f1": "failed"}, message="no `<pad>`")
    page = class_page(
        [replace(made, checks=tuple(replace(check, title="of `<unk>`") for check in made.checks))], ROLES
    )
    assert "of <code>&lt;unk&gt;</code>" in page and "no <code>&lt;pad&gt;</code>" in page
    assert "`" not in page


def test_the_class_page_is_self_contained() -> None:
    page = class_page([record("ada")], ROLES)
    assert re.findall(r"(?:src|href)=[\"']([^\"']*)", page) == ["feedback/ada.html"]
    assert "@import" not in page and "<script" not in page


def test_a_link_leads_to_a_student_of_any_name() -> None:
    assert 'href="feedback/d%C3%B6r%20te%231.html"' in class_page([record("dör te#1")], ROLES)


def test_numbers_near_their_bound_are_listed_nearest_first_on_both_sides() -> None:
    near = [with_f1("ada", 0.88), with_f1("bob", 0.859), with_f1("cy", 0.95)]
    cases = near_threshold(near)
    assert [(case.student, case.page) for case in cases] == [("bob", "bob.html"), ("ada", "ada.html")]
    assert "Near a threshold" in class_page(near, ROLES)
    assert "Near a threshold" not in class_page([record()], ROLES)


def with_f1(student: str, value: float) -> Record:
    """A record whose CNN got this F1 where 0.86 was asked."""
    made = record(student)
    checks = [
        replace(check, measured=Measured("F1", value, 0.86)) if check.id == "cnn-f1" else check
        for check in made.checks
    ]
    return replace(made, checks=tuple(checks))


def test_marks_per_part_leave_out_what_has_no_mark() -> None:
    marks = part_marks([record("a"), record("b", {"f1-one-half": "failed"}), record("c", {"cnn-f1": "error"})], ROLES)
    found = {part.role: part for part in marks}
    most = sum(entry.points for entry in load_rubric().checks if entry.role == "f1")
    assert (found["f1"].max_points, found["f1"].full, found["f1"].none) == (most, 1, 0)
    assert found["f1"].mean == most - POINTS["f1-one-half"] / 2


def test_a_fault_of_the_grader_is_said_on_the_class_page() -> None:
    page = class_page([record("a", {"cnn-f1": "error"}, message="the grader itself failed\nKeyError: 'x'")], ROLES)
    assert "The grader itself failed on a" in page and "KeyError" in page


def test_the_class_page_says_when_the_sandbox_was_weak() -> None:
    assert "weaker sandbox" in class_page([record(sandbox="process")], ROLES)
    assert "weaker sandbox" not in class_page([record()], ROLES)


def test_the_grades_say_when_the_sandbox_was_weak() -> None:
    weak, strong = list(csv.reader(io.StringIO(grades_csv([record("a", sandbox="process"), record("b")], ROLES))))[1:]
    assert "weaker sandbox level process" in weak[-2]
    assert strong[-2] == ""


def test_mean_and_median_say_that_they_hold_the_bonus() -> None:
    made = record()
    plain = replace(made, checks=tuple(check for check in made.checks if not check.bonus))
    for graded in (made, plain):
        page = class_page([graded], ROLES)
        assert f'<b>{graded.score}.0</b> <span class="soft">mean</span>' in page
        assert ("bonus points, which mean and median include" in page) == (graded is made)


def test_the_class_page_of_nobody_is_a_page() -> None:
    assert "0 submissions" in class_page([], ROLES)


def test_the_distribution_counts_every_student_once() -> None:
    everything_failed = {entry.id: "failed" for entry in load_rubric().checks}
    bars = distribution([record("a"), record("b", everything_failed), record("c", everything_failed)])  # type: ignore[arg-type]
    assert [bar.count for bar in bars] == [2, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_the_hardest_check_comes_first_and_unchecked_ones_do_not_count() -> None:
    class_records = [
        record("a", {"cnn-f1": "failed", "cnn-padding": "failed"}),
        record("b", {"cnn-f1": "failed", "cnn-padding": "skipped"}),
    ]
    assert [(hard.title, hard.lost, hard.passed, hard.students) for hard in hardest(class_records)] == [
        ("cnn-f1", 2, 0, (("a", "a.html"), ("b", "b.html"))),
        ("cnn-padding", 1, 0, (("a", "a.html"),)),
    ]


def test_failures_are_counted_by_kind_and_every_kind_has_a_meaning() -> None:
    kinds = failures_by_kind(
        [
            record("a", {"cnn-f1": "failed", "cnn-padding": "failed"}),
            record("b", {"cnn-f1": "failed", "rnn-f1": "timeout"}),
        ]
    )
    assert [(kind.outcome, kind.checks, kind.students) for kind in kinds] == [("failed", 3, 2), ("timeout", 1, 1)]
    assert set(MEANINGS) == set(OUTCOMES) - {"passed"}


def test_a_bonus_that_was_not_handed_in_is_no_failure() -> None:
    bonus: dict[str, Outcome] = {entry.id: "skipped" for entry in load_rubric().checks if entry.bonus}
    assert failures_by_kind([record("a", bonus)]) == []
    blank = failures_by_kind([record("a", bonus), record("b", {**bonus, "cnn-f1": "skipped"})])
    assert [(kind.outcome, kind.checks, kind.students) for kind in blank] == [("skipped", 1, 1)]


def test_long_tables_are_folded_and_nothing_is_lost() -> None:
    everything = {entry.id: "failed" for entry in load_rubric().checks}
    page = class_page([record(f"s{number}", everything) for number in range(40)], ROLES)  # type: ignore[arg-type]
    assert f"{len(everything) - SHOWN} more</summary>" in page
    assert page.count("40 students</summary>") == len(everything) and "and 10 more" in page


def test_trouble_with_files_is_counted_once_a_student() -> None:
    page = class_page([record("a", problems=("gone", "gone")), record("b", problems=("gone",))], ROLES)
    assert '<td>gone</td><td class="n">2</td>' in page


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.json"
    write_whole(target, "old")

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(NotWrittenError, match=r"report.json: cannot be written: No space .* Make room"):
        write_whole(target, "new")
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]
