"""Whole records in the store: a submission that was graded before is not even handed to a judge."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from autograder.judge.judge import Settings
from autograder.judge.judging import course_key
from autograder.record import Record, read_record, record_json
from autograder.store.keys import submission_key
from autograder.store.store import Store
from autograder.submissions import Submission


class Results:
    """The records that the settings' store knows. It has one writer: the command; judges only read it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store = None if settings.store is None else Store(settings.store, course_key())
        self.known_students: set[str] = set()
        """Those who were not judged again."""
        self.confirmed: list[str] = []
        """Those who were judged although a record was known, and it is the same."""
        self.refuted: list[str] = []
        """Those for whom it is another one."""

    def known(self, submission: Submission) -> Record | None:
        """The record of the same files, whoever handed them in; None when it has to be judged."""
        if self._store is None or self._settings.fresh:
            return None
        record = self._kept(submission_key(submission, self._settings), submission.student)
        if record is not None:
            self.known_students.add(submission.student)
        return record

    def take_in(self, submission: Submission, judged: tuple[Record, Mapping[str, bytes]]) -> Record:
        """Keep what a judge has found out, unless the machine may have had a say in it; the record."""
        # As it will be read again, so that pages do not depend on whether it was.
        record, new = read_record(record_json(judged[0])), judged[1]
        if self._store is not None:
            for key, kept in new.items():
                self._store.put(key, kept)
            if record.lasting:
                key = submission_key(submission, self._settings)
                before = self._kept(key, record.student)
                if before is not None:
                    same = dataclasses.replace(before, seconds={}) == dataclasses.replace(record, seconds={})
                    (self.confirmed if same else self.refuted).append(record.student)
                self._store.put(key, record_json(record).encode())
        return record

    def _kept(self, key: str, student: str) -> Record | None:
        kept = None if self._store is None else self._store.get(key)
        return None if kept is None else dataclasses.replace(read_record(kept.decode()), student=student)
