"""The record of one graded submission: the source of every report. docs/record.md describes its JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

SCHEMA = "textlab.report/1"

Outcome = Literal[
    "passed",
    "failed",
    "skipped",
    "error",
    "timeout",
    "memory",
    "disk",
    "processes",
    "output",
    "crashed",
    "tampered",
]
NO_NOTEBOOK = "nothing to check: "
"""How the message begins of a check whose notebook is not there, or cannot be read."""
NOT_ATTEMPTED = "not attempted yet"
"""The message of a check whose blank was left as it was."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
OF_THE_MOMENT: tuple[Outcome, ...] = ("error", "timeout", "memory", "crashed")
"""Outcomes that a busy machine may bring about; the next time it may be another one."""


def not_passed(title: str) -> str:
    """The message of a check that builds on the check of this title, which has not passed."""
    return f"not checked, because “{title}” has not passed"


@dataclass(frozen=True)
class Measured:
    """A number that a check compared with a bound."""

    name: str
    """Such as "F1"."""
    value: float
    at_least: float


@dataclass(frozen=True)
class ExplainedSentence:
    """A sentence of the kit's own and what each token of it adds to the logit of the student's trained CNN."""

    tokens: tuple[str, ...]
    scores: tuple[float, ...]
    """One per token; positive speaks for praise."""
    probability: float
    """Of praise, 0 to 1."""
    delta: float
    """Convergence delta: the sum of the scores minus F(x) − F(x′)."""
    unknown: tuple[int, ...] = ()
    """Places of the tokens that the training reviews do not hold."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found."""

    id: str
    title: str
    role: str
    points: int
    max_points: int
    outcome: Outcome
    message: str
    hint: str
    visibility: Literal["public", "hidden"]
    bonus: bool = False
    """Whether its points come on top of the maximum."""
    measured: Measured | None = None
    cause: str = ""
    """The name of the cause that the message tells, where an experiment has confirmed one."""
    fault: str = ""
    """Where the check itself raised on a value of the student's: the end of the traceback, for the instructor."""

    @property
    def lost(self) -> bool:
        """Whether points were lost on it; a check that was not asked lost none by itself."""
        return self.outcome not in ("passed", "skipped")


@dataclass(frozen=True)
class GradedFile:
    """One file of a submission, as it was graded."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Record:
    """One graded submission."""

    student: str
    assignment: str
    data: str
    contract: str
    """What the notebooks were written for."""
    files: tuple[GradedFile, ...]
    sha256: str
    checks: tuple[CheckResult, ...]
    problems: tuple[str, ...]
    """What was wrong with the submission as a whole: unreadable files, cells that do not parse."""
    printed: str
    """The beginning of what the student's code printed and warned."""
    sandbox: str
    versions: dict[str, str]
    seconds: dict[str, float]
    """Wall time per stage; the only part that differs between two gradings of the same submission."""
    explained: tuple[ExplainedSentence, ...] = ()
    """What the student's CNN says about a few sentences; empty when it could not be trained."""

    @property
    def score(self) -> int:
        """Points reached, those on top of the maximum included."""
        return sum(check.points for check in self.checks)

    @property
    def lasting(self) -> bool:
        """Whether it may be kept: no outcome may be due to what the machine was doing."""
        return all(check.outcome not in OF_THE_MOMENT for check in self.checks)

    @property
    def graded(self) -> bool:
        """Whether the grader itself did not fail on any check."""
        return all(check.outcome != "error" for check in self.checks)

    @property
    def max_score(self) -> int:
        """Points that can be reached without the cells that a person grades, and without bonus points."""
        return sum(check.max_points for check in self.checks if not check.bonus)

    @property
    def bonus(self) -> int:
        """Bonus points reached; they are part of the score."""
        return sum(check.points for check in self.checks if check.bonus)

    @property
    def max_bonus(self) -> int:
        """Bonus points that can be reached on top of the maximum."""
        return sum(check.max_points for check in self.checks if check.bonus)

    @property
    def unasked(self) -> tuple[CheckResult, ...]:
        """Checks that were not asked, without a bonus that was left out as a whole: nobody has to attempt that."""
        bonus_left_out = all(check.outcome == "skipped" for check in self.checks if check.bonus)
        return tuple(
            check for check in self.checks if check.outcome == "skipped" and not (check.bonus and bonus_left_out)
        )

    @property
    def complete(self) -> bool:
        """Whether all points besides the bonus were reached."""
        return self.score - self.bonus == self.max_score

    def role_score(self, role: str) -> int:
        """Points reached in one role."""
        return sum(check.points for check in self.checks if check.role == role)


def read_record(text: str) -> Record:
    """The record of a JSON report. Raises ValueError when it is none of this schema."""
    fields = json.loads(text)
    if not isinstance(fields, dict) or fields.get("schema") != SCHEMA:
        raise ValueError(f"no report of schema {SCHEMA}")
    submission = fields["submission"]
    return Record(
        student=fields["student"],
        assignment=fields["assignment"],
        data=fields["data"],
        contract=fields.get("contract", "kit"),
        files=tuple(GradedFile(**file) for file in submission["files"]),
        sha256=submission["sha256"],
        checks=tuple(check_from(check) for check in fields["checks"]),
        problems=tuple(fields["problems"]),
        printed=fields["printed"],
        sandbox=fields["sandbox"],
        versions=fields["versions"],
        seconds=fields["seconds"],
        explained=tuple(explained_from(sentence) for sentence in fields.get("explained", ())),
    )


def record_json(record: Record) -> str:
    """The record as JSON: keys in a fixed order, timings last."""
    fields: dict[str, Any] = {
        "schema": SCHEMA,
        "student": record.student,
        "assignment": record.assignment,
        "data": record.data,
        "contract": record.contract,
        "submission": {"sha256": record.sha256, "files": [asdict(file) for file in record.files]},
        "score": record.score,
        "max_score": record.max_score,
        "bonus": record.bonus,
        "max_bonus": record.max_bonus,
        "checks": [asdict(check) for check in record.checks],
        "problems": list(record.problems),
        "printed": record.printed,
        "explained": [asdict(sentence) for sentence in record.explained],
        "sandbox": record.sandbox,
        "versions": dict(sorted(record.versions.items())),
        "seconds": {name: round(value, 3) for name, value in record.seconds.items()},
    }
    return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"


def check_from(fields: dict[str, Any]) -> CheckResult:
    """A check from its fields in JSON."""
    measured = fields.get("measured")
    return CheckResult(**{**fields, "measured": None if measured is None else Measured(**measured)})


def explained_from(fields: dict[str, Any]) -> ExplainedSentence:
    """An explained sentence from its fields in JSON."""
    lists = {name: tuple(fields[name]) for name in ("tokens", "scores", "unknown")}
    return ExplainedSentence(**{**fields, **lists})
