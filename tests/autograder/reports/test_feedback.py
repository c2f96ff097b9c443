"""The page that a student gets: what it says, what it keeps back, and that it needs nothing from outside."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.record import NO_NOTEBOOK, ExplainedSentence, Outcome, Record, not_passed
from autograder.reports.feedback import TITLES, feedback_page, next_step, parts, write_feedback
from autograder.reports.message import GRADER_FAILED, Message, read_message
from autograder.rubric import load_rubric
from tests.records import record
from textlab.checks.failure import Cause, CheckFailed, StudentError

RUBRIC = load_rubric()
FAILURE = CheckFailed(
    "the result has the wrong shape",
    input="CNN.forward(ids [3, 9])",
    expected="(3, 1)",
    got="(3, 5)",
    likely=Cause("axis-left", "an axis is left"),
    next="print the shapes",
)
SENTENCE = ExplainedSentence(("a", "dull", "plot"), (0.1, -1.5, 0.25), 0.2, 1e-4, (2,))

BONUS = [entry.id for entry in RUBRIC.checks if entry.bonus]
NO_BONUS: dict[str, Outcome] = dict.fromkeys(BONUS, "skipped")


def page(made: Record) -> str:
    return feedback_page(made, RUBRIC)


def test_a_message_is_read_back_as_the_check_wrote_it() -> None:
    assert read_message(str(FAILURE)) == Message(FAILURE.what, tuple(FAILURE.rows.items()))
    raised = StudentError("f(1)", "ValueError", "two\nlines", "cell 3")
    rows = dict(read_message(str(raised)).rows)
    assert (rows["input"], rows["got"], rows["where"]) == ("f(1)", "two\nlines", "cell 3")


def test_a_failed_check_shows_its_counterexample_as_rows() -> None:
    shown = page(record(outcomes={"cnn-shapes": "failed"}, message=str(FAILURE)))
    assert shown.count("<dt>expected</dt><dd>(3, 1)</dd>") == 2  # as the next step, and in its part
    assert "<dt>got</dt><dd>(3, 5)</dd>" in shown


def test_no_input_of_a_hidden_check_is_shown_but_its_numbers_are() -> None:
    secret = "a secret review"
    told = CheckFailed("too low", input=secret, expected="0.86", got="0.71", likely=None, next="-")
    shown = page(record(outcomes={"cnn-f1": "failed"}, message=str(told)))
    assert secret not in shown
    assert "<dt>got</dt><dd>0.71</dd>" in shown
    assert secret in page(record(outcomes={"cnn-shapes": "failed"}, message=str(told)))


def test_a_fault_of_the_grader_shows_no_traceback_and_no_mark() -> None:
    broken = record(
        outcomes={"cnn-f1": "error"}, message="Traceback in /secret/place", problems=("Traceback in /secret/place",)
    )
    shown = page(broken)
    assert "/secret/place" not in shown
    assert GRADER_FAILED in shown
    assert f"{broken.score} of" not in shown


@pytest.mark.parametrize(
    ("outcomes", "first"),
    [
        ({}, None),
        ({"cnn-f1": "failed", "cnn-shapes": "timeout"}, "cnn-shapes"),
        ({"rnn-builds": "skipped", "cnn-f1": "failed"}, "cnn-f1"),
        ({"rnn-shapes": "skipped", "rnn-builds": "skipped"}, "rnn-builds"),
        ({"rnn-builds": "error"}, None),
    ],
)
def test_the_next_step_is_the_first_lost_check_else_the_first_that_was_not_asked(
    outcomes: dict[str, Outcome], first: str | None
) -> None:
    step = next_step(record(outcomes=outcomes), RUBRIC)
    assert (step and step.check.id) == first


def test_the_head_says_how_many_checks_ended_how() -> None:
    made = record(outcomes={"cnn-f1": "failed", "rnn-f1": "timeout", "glove-f1": "skipped"})
    assert f"{len(made.checks) - 3} passed, 2 failed, 1 not asked" in page(made)


def test_points_on_top_of_the_maximum_are_told_apart() -> None:
    assert "<b>98 points: 90 of 90 and 8 bonus points</b>" in page(record())
    one = dict.fromkeys(BONUS[1:], "failed")
    assert "<b>90 points: 89 of 90 and 1 bonus point</b>" in page(record(outcomes={**one, "matrix-shape": "failed"}))  # type: ignore[dict-item]
    assert "<b>90 of 90 points</b>" in page(record(outcomes=NO_BONUS))


@pytest.mark.parametrize(
    "message", [f"{NO_NOTEBOOK}there is no 4_transformer.ipynb that could be read", "not attempted yet"]
)
def test_all_points_without_the_bonus_are_no_reason_to_repair_anything(message: str) -> None:
    made = record(outcomes=NO_BONUS, message=message)
    shown = page(made)
    assert next_step(made, RUBRIC) is None
    assert f"Checks: {len(made.checks) - len(BONUS)} passed." in shown
    assert "4_transformer.ipynb is worth up to 10 points on top" in shown
    assert "A bonus, so nothing is missing." in shown


def test_a_bonus_that_was_begun_is_spoken_of_and_so_is_what_is_missing_without_it() -> None:
    begun = record(outcomes={**NO_BONUS, BONUS[0]: "failed"})
    step = next_step(begun, RUBRIC)
    assert step is not None and (step.check.id, step.waiting) == (BONUS[0], len(BONUS) - 1)
    assert f"1 failed, {len(BONUS) - 1} not asked" in page(begun)
    for made in (
        begun,
        record(),
        record(outcomes={**NO_BONUS, "cnn-f1": "failed"}),
        record(outcomes={"rnn-f1": "error"}),
    ):
        assert "points on top" not in page(made)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ((), "Up to 12 more points (2 of them bonus points) for the written answers"),
        (("4_transformer",), "Up to 10 more points for the written answers"),
        (("1_rnn", "3_glove_cnn"), "Up to 6 more points (2 of them bonus points) for the written answers"),
        (("1_rnn", "2_cnn", "3_glove_cnn", "4_transformer"), ""),
    ],
)
def test_written_answers_count_in_the_notebooks_that_were_handed_in(missing: tuple[str, ...], said: str) -> None:
    skipped: dict[str, Outcome] = {entry.id: "skipped" for entry in RUBRIC.checks if entry.notebook in missing}
    made = record(outcomes=skipped, message=not_passed("another check"))
    first = {next(entry.id for entry in RUBRIC.checks if entry.notebook == notebook) for notebook in missing}
    absent = f"{NO_NOTEBOOK}there is no such notebook that could be read"
    checks = (replace(check, message=absent) if check.id in first else check for check in made.checks)
    shown = page(replace(made, checks=tuple(checks)))
    assert said in shown and ("written answers" in shown) == bool(said)


def test_an_untouched_notebook_may_hold_written_answers() -> None:
    blank: dict[str, Outcome] = {entry.id: "skipped" for entry in RUBRIC.checks}
    assert "Up to 12 more points" in page(record(outcomes=blank, message="not attempted yet"))


def test_what_stands_between_backticks_is_code_and_nothing_else_becomes_a_tag() -> None:
    made = record(outcomes={"cnn-f1": "failed"}, message="`<unk>` & <b>`x`")
    titled = replace(
        made, checks=tuple(replace(check, title="Vectors of `<unk>`", hint="try `a < b`") for check in made.checks)
    )
    shown = page(titled)
    assert shown.count("Vectors of <code>&lt;unk&gt;</code>") == len(made.checks) + 1  # the next step is told twice
    assert "Hint: try <code>a &lt; b</code>" in shown
    assert "<code>&lt;unk&gt;</code> &amp; &lt;b&gt;<code>x</code>" in shown
    assert "`" not in shown.split("<body>")[1]


def test_every_role_of_the_rubric_has_a_title() -> None:
    assert set(RUBRIC.roles) == set(TITLES)


def test_parts_add_up_to_the_score() -> None:
    made = record(outcomes={"cnn-f1": "failed", "glove-f1": "skipped"})
    assert sum(part.points for part in parts(made, RUBRIC)) == made.score
    assert [part.role for part in parts(made, RUBRIC)] == list(RUBRIC.roles)


def test_whatever_a_student_wrote_is_escaped() -> None:
    script = "<script>alert(1)</script>"
    made = record(script, {"cnn-shapes": "failed"}, message=script, problems=(script,))
    sentence = replace(SENTENCE, tokens=(script, "dull", "plot"))
    shown = page(replace(made, printed=script, explained=(sentence,)))
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") >= 5


def test_the_page_needs_nothing_from_outside_and_no_script() -> None:
    shown = page(replace(record(outcomes={"cnn-f1": "failed"}), explained=(SENTENCE,)))
    assert not re.findall(r"(?:src|url)\s*[=(]", shown)
    targets = re.findall(r"href=[\"']([^\"']*)", shown)
    assert targets and all(target.startswith("#") and f'id="{target[1:]}"' in shown for target in targets)
    assert "@import" not in shown and "<script" not in shown and "http" not in shown
    assert "prefers-color-scheme: dark" in shown and "width=device-width" in shown


def test_the_picture_of_the_students_own_cnn_is_there_when_it_could_be_trained() -> None:
    assert "−1.50" in page(replace(record(), explained=(SENTENCE,)))
    assert "What your CNN has learnt" not in page(record())


def test_every_student_gets_a_page(tmp_path: Path) -> None:
    write_feedback([record("ada"), record("bob")], RUBRIC, tmp_path)
    assert sorted(path.name for path in (tmp_path / "feedback").iterdir()) == ["ada.html", "bob.html"]


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            "2_cnn (1).ipynb: is no notebook: no JSON. Save it.",
            "2_cnn (1).ipynb could not be read: is no notebook: no JSON",
        ),
        ("2_cnn.ipynb was not handed in", "2_cnn.ipynb was not handed in"),
        ("1_rnn.ipynb: the file is empty.", "nothing to check: there is no 2_cnn.ipynb"),
    ],
)
def test_a_notebook_that_could_not_be_read_is_not_called_missing(problem: str, said: str) -> None:
    message = f"{NO_NOTEBOOK}there is no 2_cnn.ipynb that could be read"
    skipped: dict[str, Outcome] = {entry.id: "skipped" for entry in RUBRIC.checks if entry.notebook == "2_cnn"}
    made = record(outcomes=skipped, message=message, problems=(problem,))
    shown = page(made)
    count = sum(entry.role == "cnn" for entry in RUBRIC.checks)
    assert f"None of {count} checks was asked: {said}" in shown
    step = next_step(made, RUBRIC)
    assert step is not None and step.message.what.startswith(said)
