"""Which file of a submission is which notebook: told by its name, else by what it defines. A file is one at most."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.judge.blanks_left import blanks_left
from autograder.submissions import SubmittedFile
from textlab.definitions import Cell, read_cells
from textlab.definitions.parsing import Budget
from textlab.notebook_name import is_script, named_exactly, named_like

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+\.?(?P<module>\w+)[ \t]+import\b|import[ \t]+(?P<modules>[^\n#;]*))", re.MULTILINE
)


@dataclass(frozen=True)
class Chosen:
    """The file that is graded as a notebook."""

    file: SubmittedFile
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Choice:
    """Which files are graded, and as what."""

    notebooks: Mapping[str, Chosen]
    """Without cells where no file of the notebook can be read; without an entry where there is no file."""
    problems: tuple[str, ...]
    """What was odd about the files, and which file was graded where there was a choice; one sentence each."""
    cells: tuple[Cell, ...] = ()
    """The cells of all files, whatever they were taken for."""


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A file, what of the notebooks' names it defines, and what is left to write there."""

    file: SubmittedFile
    cells: Sequence[Cell]
    problems: Sequence[str]
    damaged: bool
    blanks: Mapping[str, int]
    """By the names that it defines, how many blanks are left."""

    @functools.cached_property
    def imported(self) -> frozenset[str]:
        """The modules that it imports, by the first parts of their names."""
        found: set[str] = set()
        for cell in self.cells:
            for line in _IMPORT.finditer(cell.source):
                named = [line["module"]] if line["module"] else re.split(r"\s*,\s*", line["modules"])
                found.update(match[0] for name in named if (match := re.match(r"\w+", name.strip())))
        return frozenset(found)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.file.name

    def defines(self, names: Collection[str]) -> set[str]:
        """Which of the names it defines."""
        return self.blanks.keys() & set(names)


def choose_notebooks(files: Sequence[SubmittedFile], wanted: Mapping[str, Sequence[str]]) -> Choice:
    """The file that is graded as each notebook; `wanted` has the notebooks' stems and the names each should define.

    A file whose blanks are all as they were handed out gives way to one with work in it, whatever their names, and a
    damaged one to a whole one with as much work. Otherwise the best named one counts.
    """
    read = _read(files, wanted)
    candidates = [one for one in read if _likeness(one, wanted) or not _is_imported(one, read)]
    by_notebook = _by_notebook(candidates, wanted)
    notebooks: dict[str, Chosen] = {}
    problems: list[str] = []
    for notebook, names in wanted.items():
        ranked = _ranked(by_notebook[notebook], notebook, names)
        first = next((one for one in ranked if one.cells), next(iter(ranked), None))
        if first is not None:
            notebooks[notebook] = Chosen(first.file, first.cells)
            problems += [problem for one in ranked if one is first or one.damaged for problem in one.problems]
            problems += _said_of(first, notebook, wanted)
            problems += _passed_over(first, ranked, notebook, names)
    if len(notebooks) < len(wanted):
        placed = [one for ranked in by_notebook.values() for one in ranked]
        problems += _said_of_the_rest([one for one in candidates if one not in placed])
    return Choice(notebooks, tuple(dict.fromkeys(problems)), tuple(cell for one in read for cell in one.cells))


def _read(files: Sequence[SubmittedFile], wanted: Mapping[str, Sequence[str]]) -> list[_Candidate]:
    """The files that may be notebooks, the modules that others import among them, but not those of a package."""
    names = {name for asked in wanted.values() for name in asked}
    packages = {PurePosixPath(file.name).parent for file in files if file.name.endswith("__init__.py")}
    found, budget = [], Budget()
    for file in files:
        if is_script(file.name) and PurePosixPath(file.name).parent in packages:
            continue
        cells, problems = read_cells(file.name, file.content)
        damaged = bool(problems) and not read_cells(file.name, file.content, rescue=False)[0]
        found.append(_Candidate(file, cells, problems, damaged, blanks_left(cells, names, budget)))
    return found


def _is_imported(module: _Candidate, others: Sequence[_Candidate]) -> bool:
    stem = PurePosixPath(module.name).stem
    if not is_script(module.name) or not stem.isidentifier():
        return False
    return any(stem in other.imported for other in others if other is not module)


def _likeness(candidate: _Candidate, wanted: Mapping[str, Sequence[str]]) -> str:
    """The notebook that a file is named like, "" for none or several."""
    like = [name for name in wanted if named_like(candidate.name, name)]
    return like[0] if len(like) == 1 else ""


def _by_notebook(
    candidates: Sequence[_Candidate], wanted: Mapping[str, Sequence[str]]
) -> dict[str, list[_Candidate]]:
    """The files that each notebook is chosen from: every file stands at one notebook at most."""
    found: dict[str, list[_Candidate]] = {notebook: [] for notebook in wanted}
    asked = [name for names in wanted.values() for name in names]

    def share(one: _Candidate, notebook: str) -> float:
        return len(one.defines(wanted[notebook])) / len(set(wanted[notebook]))

    def fit(one: _Candidate, notebook: str) -> tuple[int, bool, bool, float]:
        only_here = sum(asked.count(name) == 1 for name in one.defines(wanted[notebook]))
        return only_here, not found[notebook], named_like(one.name, notebook), share(one, notebook)

    like = {one: _likeness(one, wanted) for one in candidates}
    for one in candidates:
        if like[one]:
            found[like[one]].append(one)
    # A file under another notebook's name is that of which it holds more, unless that one is there itself.
    misnamed = {}
    for one in candidates:
        best = max(wanted, key=lambda notebook, one=one: share(one, notebook), default="")  # type: ignore[misc]
        if like[one] and share(one, best) > share(one, like[one]):
            misnamed[one] = best
    for one, best in misnamed.items():
        if all(other in misnamed for other in found[best]):
            found[like[one]].remove(one)
            found[best].append(one)
    # Those that can be little else choose first.
    free = [one for one in candidates if not like[one] and one.blanks]
    for one in sorted(free, key=lambda one: sum(bool(one.defines(names)) for names in wanted.values())):
        found[max(wanted, key=lambda notebook, one=one: fit(one, notebook))].append(one)  # type: ignore[misc]
    return found


def _work(one: _Candidate, among: Sequence[_Candidate], names: Collection[str]) -> int:
    """How many of the names hold work: no blank is left, or fewer than in another file."""
    most = {name: max(other.blanks.get(name, 0) for other in among) for name in names}
    return sum(one.blanks[name] == 0 or one.blanks[name] < most[name] for name in one.defines(names))


def _ranked(candidates: Sequence[_Candidate], notebook: str, names: Collection[str]) -> list[_Candidate]:
    """The candidates, the one that counts first."""
    work = {one: _work(one, candidates, names) for one in candidates}
    whole = max((work[one] for one in candidates if not one.damaged), default=-1)

    def rank(one: _Candidate) -> tuple[bool | int | str, ...]:
        return (
            work[one] == 0,
            one.damaged and work[one] <= whole,
            not named_like(one.name, notebook),
            not named_exactly(one.name, notebook),
            -work[one],
            PurePosixPath(one.name).name.lower() != f"{notebook}.ipynb".lower(),
            is_script(one.name),
            one.name.count("/"),
            one.name,
        )

    return sorted(candidates, key=rank)


def _said_of(first: _Candidate, notebook: str, wanted: Mapping[str, Sequence[str]]) -> list[str]:
    """What is said of the file that is graded where its name does not say which notebook it is."""
    if _likeness(first, wanted) == notebook:
        return []
    said = [f"{first.name}: was graded as {notebook}.ipynb. Name it so."]
    more = [name for other, names in wanted.items() if other != notebook for name in names]
    held = sorted(first.defines(set(more) - set(wanted[notebook])))
    if held and not _likeness(first, wanted):
        remedy = "A file is one notebook only: hand in each as a file of its own."
        said.append(f"{first.name}: holds {', '.join(held)}, too, which was not graded. {remedy}")
    return said


def _passed_over(first: _Candidate, ranked: Sequence[_Candidate], notebook: str, names: Collection[str]) -> list[str]:
    """A line for each file that might have been graded in place of the first."""
    said = []
    graded = f"{first.name} was graded as {notebook}.ipynb"
    for one in ranked:
        same = [cell.source for cell in one.cells] == [cell.source for cell in first.cells]
        if one is first or (same and not one.damaged):
            continue
        if one.damaged:
            reason = f"it is damaged, and {graded}"
        elif one.blanks and not _work(one, ranked, names):
            reason = f"its blanks are empty, and {graded}"
        else:
            reason = f"{first.name} is here, too"
        said.append(f"{one.name}: was not graded, since {reason}. Hand in one of them.")
    return said


def _said_of_the_rest(rest: Sequence[_Candidate]) -> list[str]:
    """What is said of notebooks that were not graded although one is missing."""
    said: list[str] = []
    for one in rest:
        if not is_script(one.name):
            said += one.problems or [f"{one.name}: was not graded, since it defines no name that is asked for."]
    return said
