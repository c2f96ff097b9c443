"""What a result follows from, as a digest: two results with the same key have to be the same, apart from timings.

Nothing here looks at times or sizes of files, only at what is in them.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import platform
import site
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import autograder
import textlab
from autograder.contracts import load_contract
from autograder.judge.hidden_data import hidden_folder
from autograder.rubric import Entry
from autograder.submissions import Submission
from autograder.thresholds import Thresholds, load_thresholds
from textlab.corpus import datasets_folder
from textlab.imdb import fetch

if TYPE_CHECKING:
    from autograder.judge.judge import Settings

READERS = (
    *("reports", "exports", "course", "calibration", "release"),
    *(
        "start.py",
        "__main__.py",
        "command_line.py",
        "grade_command.py",
        "export_command.py",
        "course_command.py",
        "terminal.py",
    ),
)
"""What in `autograder` only reads results. Everything else there counts, also what is added some day."""
SOURCES = (".py", ".ini")
CHUNK = 2**20


def digest(*parts: Any) -> str:
    """SHA-256, hexadecimal, over values that JSON can hold, and over frozen records of such."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=_fields)
    return hashlib.sha256(text.encode()).hexdigest()


def submission_key(submission: Submission, settings: Settings) -> str:
    """The key of a whole record, but for the student's name."""
    bounds = [load_thresholds(settings.data), load_thresholds("mini")]
    how = [settings.data, settings.level.word, settings.gpu_models, load_contract(settings.contract)]
    said = [submission.sha256, submission.problems]
    return digest("submission", machinery(settings.data, settings.data_path), said, bounds, how)


def part_key(content: Any, entries: Sequence[Entry], settings: Settings, *, bounds: bool = True) -> str:
    """The key of a part's results: its content, the checks that are asked of it in their order, and the settings.

    Without `bounds` the key of what graded training measures, which no bound has a say in.
    """
    found = [load_thresholds(settings.data), load_thresholds("mini")]
    budgets: list[Any] = list(found) if bounds else [_without_bounds(one) for one in found]
    served = load_contract(settings.contract).serves
    asked = [[entry.id, entry.role] for entry in entries]
    how = [settings.data, settings.level.word, settings.gpu_models]
    return digest("part", machinery(settings.data, settings.data_path), content, asked, served, budgets, how)


@functools.cache
def machinery(data: str, data_path: Path | None) -> str:
    """The digest of what grades: sources, installed packages, course key, reviews and vectors."""
    hidden, datasets = hidden_folder(), datasets_folder()
    own = [hidden / "key", *sorted((hidden / "mini").glob("*.csv"))]
    given = [*sorted((datasets / "mini").glob("*.csv")), *sorted((datasets / "vectors").glob("*.txt"))]
    return digest(
        [[name, _file(path)] for name, path in _sources()],
        [[path.name, _file(path)] for path in (*own, *given)],
        _reviews_of(data, data_path),
        [platform.python_version(), platform.system(), platform.machine(), _packages()],
    )


def _sources() -> Iterator[tuple[str, Path]]:
    """The kit's code that has a say in results, under names that do not tell where it is installed."""
    for package, left_out in ((textlab, ()), (autograder, READERS)):
        root = Path(package.__path__[0])
        for path in sorted(root.rglob("*")):
            place = path.relative_to(root)
            if path.suffix in SOURCES and place.parts[0] not in left_out:
                yield f"{package.__name__}/{place.as_posix()}", path


def _packages() -> list[str]:
    """Name and version of everything that is installed: student code may import any of it."""
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()}
    places |= {site.getusersitepackages()} if site.ENABLE_USER_SITE else set()
    found = {path.name for place in places if place in sys.path for path in Path(place).glob("*.dist-info")}
    return sorted(found)


def _reviews_of(data: str, path: Path | None) -> list[list[str]]:
    """Names and contents of the files that the reviews of a data set other than `mini` come from."""
    if data == "mini":
        return []
    source = path or fetch()
    files = sorted(file for file in source.rglob("*") if file.is_file()) if source.is_dir() else [source]
    return [[file.relative_to(source).as_posix(), _file(file)] for file in files]


def _without_bounds(thresholds: Thresholds) -> Any:
    """What is left of thresholds when training does not know what it has to reach."""
    return {
        name: dataclasses.replace(budget, f1_at_least=0.0, calibration=None, phrases=None)
        for name, budget in thresholds.networks.items()
    }


def _file(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _fields(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    raise TypeError(f"a {type(value).__name__} has no place in a key")
