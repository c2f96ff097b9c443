"""Records of answers that were graded before: an interrupted `make mutants` goes on where it stopped."""

from __future__ import annotations

from pathlib import Path

from autograder.judge.judge import Settings
from autograder.judge.judging import course_key
from autograder.record import Record, read_record, record_json
from autograder.store.keys import digest, submission_key
from autograder.store.store import Store
from tests.answer_bank import Answer


class KeptRecords:
    """Records in a folder, by what they follow from: graders, settings, the answer, the checks that it is asked."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._store = Store(folder, course_key())
        self._settings = settings

    def find(self, answer: Answer) -> Record | None:
        """The record of the same answer by the same graders; None when there is none."""
        kept = self._store.get(self._key(answer))
        return None if kept is None else read_record(kept.decode())

    def keep(self, answer: Answer, record: Record) -> None:
        """Keep a record, unless the machine may have had a say in it."""
        if record.lasting:
            self._store.put(self._key(answer), record_json(record).encode())

    def _key(self, answer: Answer) -> str:
        return digest("answer", submission_key(answer.submission, self._settings), answer.name, answer.checks)
