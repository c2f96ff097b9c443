"""Records of answers that were graded before: an interrupted `make mutants` goes on where it stopped."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch

from autograder.record import Record, read_record, record_json
from autograder.reports.files import write_whole
from tests.answer_bank import Answer

ROOT = Path(__file__).parents[1]
GRADES = ("autograder", "textlab", "datasets")
"""Folders whose content decides what an answer gets."""


class KeptRecords:
    """Records in a folder, by what decides them: the kit, the answer, and the checks that it is asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / kit_digest()

    def find(self, answer: Answer) -> Record | None:
        """The record of the same answer by the same graders; None when there is none."""
        path = self._path(answer)
        return read_record(path.read_text(encoding="utf-8")) if path.is_file() else None

    def keep(self, answer: Answer, record: Record) -> None:
        """Keep a record, unless the grader failed."""
        if record.graded:
            write_whole(self._path(answer), record_json(record))

    def _path(self, answer: Answer) -> Path:
        asked = " ".join([answer.name, answer.submission.sha256, *answer.checks])
        return self._folder / f"{hashlib.sha256(asked.encode()).hexdigest()[:24]}.json"


def kit_digest(root: Path = ROOT) -> str:
    """A digest of every file that decides what an answer gets, and of torch's version."""
    found = hashlib.sha256(torch.__version__.encode())
    for folder in GRADES:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(f"\n{path.relative_to(root)} ".encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]
