"""Grading again asks only what could have another answer now, and finds the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.contracts import load_contract
from autograder.grading import grade_class
from autograder.judge import judge as judge_module
from autograder.judge.border import Expected, T
from autograder.judge.client import Worker
from autograder.judge.judge import Settings, judge_submission
from autograder.judge.judging import course_key
from autograder.judge.parts import PartResult
from autograder.judge.workers import Workers
from autograder.record import OUTCOMES, CheckResult, Outcome, Record
from autograder.store import keys, results
from autograder.store.results import Results
from autograder.store.store import Store
from autograder.submissions import Submission, SubmittedFile
from autograder.thresholds import DeltaBound, Thresholds
from tests.autograder.judge.conftest import tiny_data, tiny_few, tiny_thresholds
from tests.records import record
from tests.solution_source import solution_source
from textlab.text import Vocabulary

CNN, GLOVE = ("cnn", "interpret"), ("glove",)
Again = Callable[..., Record]


def handed_in(cnn: str = "", glove: str = "") -> Submission:
    """The solution of notebook 2 and a part of notebook 3, with something added to their cells."""
    vectors = "def embedding_matrix(vocabulary, vectors):\n    raise NotImplementedError\n"
    sources = {"2_cnn": solution_source("2_cnn") + cnn, "3_glove_cnn": vectors + glove}
    files = tuple(SubmittedFile(f"{name}.py", source.encode()) for name, source in sources.items())
    return Submission("ada", files, ())


@pytest.fixture
def thresholds(monkeypatch: pytest.MonkeyPatch) -> Callable[[Thresholds], None]:
    """Sets the thresholds; at first they are small and ask for nothing."""

    def put(found: Thresholds) -> None:
        monkeypatch.setattr(judge_module, "load_thresholds", lambda data: found)
        monkeypatch.setattr(keys, "load_thresholds", lambda data: found)

    words = ["<unk>", "<pad>", *(f"word{number}" for number in range(28))]
    data = dataclasses.replace(tiny_data(), vocabulary=Vocabulary.from_tokens(words))
    monkeypatch.setattr(judge_module, "load_hidden", lambda data_set, path: data)
    monkeypatch.setattr(judge_module, "load_few", tiny_few)
    put(tiny_thresholds())
    return put


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The verbs that workers were asked for."""
    verbs: list[str] = []
    request = Worker.request

    def noted(self: Worker, verb: str, seconds: float, expected: Expected[T], **arguments: Any) -> T:
        verbs.append(verb)
        return request(self, verb, seconds, expected, **arguments)

    monkeypatch.setattr(Worker, "request", noted)
    return verbs


@pytest.fixture
def grade(tmp_path: Path, thresholds: object, workers: Workers) -> Again:
    """Judges a submission and keeps what is new."""
    settings = Settings(store=tmp_path / "results", level=workers.level)
    store = Store(tmp_path / "results", course_key())

    def graded(submission: Submission, *, fresh: bool = False) -> Record:
        return judge_submission(submission, dataclasses.replace(settings, fresh=fresh), workers, keep=store.put)

    return graded


def untimed(record: Record) -> Record:
    """A record without its timings."""
    return dataclasses.replace(record, seconds={})


def checks(record: Record, roles: tuple[str, ...]) -> list[CheckResult]:
    """The results of some roles."""
    return [check for check in record.checks if check.role in roles]


@pytest.mark.slow
def test_what_is_known_needs_no_worker_and_what_changed_needs_its_own(grade: Again, asked: list[str]) -> None:
    first = grade(handed_in())
    passed = {check.id for check in first.checks if check.outcome == "passed"}
    assert {"cnn-f1", "interpret-own-cnn"} <= passed
    assert first.explained
    assert asked.count("fit") > 0

    asked.clear()
    assert untimed(grade(handed_in())) == untimed(first)
    assert asked == []

    # A cell of the other notebook: nothing is trained, and nothing changes here.
    second = grade(handed_in(glove="\nprint('hello')\nclass GloVeCNN:\n    pass\n"))
    assert checks(second, CNN) == checks(first, CNN)
    assert checks(second, GLOVE) != checks(first, GLOVE)
    assert second.explained == first.explained
    assert asked
    assert "fit" not in asked

    # A cell that nothing graded needs: nothing at all is asked.
    asked.clear()
    third = grade(handed_in(cnn="\n\nmine = 'a plot of my own'\n"))
    assert third.checks == first.checks
    assert asked == []

    # Asked again in spite of what is known, everything is found again.
    assert untimed(grade(handed_in(), fresh=True)) == untimed(first)
    assert asked.count("fit") > 0


@pytest.mark.slow
def test_another_bound_trains_nothing_again(
    grade: Again, asked: list[str], thresholds: Callable[[Thresholds], None]
) -> None:
    first = grade(handed_in())
    asked.clear()
    tiny = tiny_thresholds()
    strict = dataclasses.replace(tiny.networks["cnn"], f1_at_least=1.1)
    thresholds(dataclasses.replace(tiny, networks={**tiny.networks, "cnn": strict}, delta=DeltaBound(0.4)))
    second = grade(handed_in())
    assert asked
    assert "fit" not in asked
    f1 = next(check for check in second.checks if check.id == "cnn-f1")
    assert f1.outcome == "failed"
    assert f1.measured is not None
    assert f1.measured.at_least == 1.1
    assert [check for check in second.checks if check.id != "cnn-f1"] == [
        check for check in first.checks if check.id != "cnn-f1"
    ]
    assert second.explained == first.explained
    assert untimed(grade(handed_in(), fresh=True)) == untimed(second)


@pytest.mark.slow
def test_other_points_ask_nothing_again(grade: Again, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    first = grade(handed_in())
    asked.clear()
    kit = load_contract()
    entries = tuple(dataclasses.replace(entry, points=entry.points + 1) for entry in kit.rubric.checks)
    dearer = dataclasses.replace(kit, rubric=dataclasses.replace(kit.rubric, checks=entries))
    monkeypatch.setattr(judge_module, "load_contract", lambda name: dearer)
    second = grade(handed_in())
    assert asked == []
    passed = sum(check.outcome == "passed" for check in first.checks)
    assert second.score == first.score + passed


@pytest.mark.slow
def test_a_damaged_result_is_found_out_again(grade: Again, asked: list[str], tmp_path: Path) -> None:
    first = grade(handed_in())
    for path in (tmp_path / "results").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1] + b"?")
    asked.clear()
    assert untimed(grade(handed_in())) == untimed(first)
    assert asked.count("fit") > 0


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_the_machine_may_have_brought_about_is_not_kept(outcome: Outcome, tmp_path: Path) -> None:
    ended = record("ada", {"cnn-runs": outcome})
    found = Results(Settings(store=tmp_path))
    found.take_in(Submission("ada", (), ()), (ended, {}))
    known = found.known(Submission("ada", (), ()))
    kept = outcome not in ("error", "timeout", "memory", "crashed")
    assert (known is not None) == kept
    assert PartResult(ended.checks, "").lasting == kept


def failing(submission: Submission, settings: Settings) -> Record:
    """A judge that fails."""
    raise RuntimeError("no space left")


def marking(submission: Submission, settings: Settings) -> Record:
    """A judge that finds nothing."""
    assert submission.student == "ada", "this one was known"
    return Record(
        submission.student, "a", "mini", "kit", (), submission.sha256, (), (), "", "process", {}, {"total": 1.0}
    )


def test_a_fault_of_the_grader_is_not_kept(tmp_path: Path) -> None:
    settings, ada = Settings(store=tmp_path), Submission("ada", (), ())
    (failed,) = grade_class([ada], settings, 1, failing)
    assert not failed.graded
    (marked,) = grade_class([ada], settings, 1, marking)
    assert marked.problems == ()


def test_the_same_files_of_another_student_are_known(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path)
    (ada,) = grade_class([Submission("ada", (), ())], settings, 1, marking)
    found = Results(settings)
    (grace,) = grade_class([Submission("grace", (), ())], settings, 1, marking, found)
    assert grace == dataclasses.replace(ada, student="grace")
    assert found.known_students == {"grace"}


def test_grading_everything_says_what_is_not_as_it_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(store=tmp_path)
    list(grade_class([Submission("ada", (), ())], settings, 1, marking))
    fresh = dataclasses.replace(settings, fresh=True)
    found = Results(fresh)
    list(grade_class([Submission("ada", (), ())], fresh, 1, marking, found))
    assert (found.confirmed, found.refuted) == (["ada"], [])
    monkeypatch.setattr(results, "submission_key", lambda submission, settings: keys.digest("another place"))
    found.take_in(Submission("ada", (), ()), (marking(Submission("ada", (), ()), settings), {}))
    other = dataclasses.replace(marking(Submission("ada", (), ()), settings), printed="something else")
    found.take_in(Submission("ada", (), ()), (other, {}))
    assert found.refuted == ["ada"]


def test_the_judge_never_writes_the_store(tmp_path: Path, thresholds: object, workers: Workers) -> None:
    judge_submission(Submission("ada", (), ()), Settings(store=tmp_path / "results"), workers)
    assert not (tmp_path / "results").exists()
