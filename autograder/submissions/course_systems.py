"""The names that course systems give to submissions in the zip that a teacher downloads.

- Canvas: `doejane_LATE_12345_67890_2_cnn-1.ipynb`: name, lateness, user, submission, the file and its attempt.
- Moodle: `Jane Doe_12345_assignsubmission_file_/2_cnn.ipynb`, or the same in one flat name.
- Gradescope: `submission_12345/2_cnn.ipynb`; who that is stands in `submission_metadata.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

METADATA = "submission_metadata.yml"
_CANVAS = re.compile(r"(?P<name>[^_]+)(?:_LATE)?_(?P<user>\d{2,})_(?P<submission>\d{2,})_")
_MOODLE = re.compile(r"(?P<name>[^_].*?)_(?P<user>\d+)_assignsubmission_(?:file|onlinetext)_?")
_GRADESCOPE = re.compile(r"submission_\d+$")
_ATTEMPT = re.compile(r"-\d+(?=\.[^.]+$)")


@dataclass(frozen=True)
class CourseName:
    """What the name of a folder or file says."""

    student: str
    """Name and user number: two students may have the same name, and the number leads back to the gradebook."""
    prefix: str
    """What stands before the student's own file name."""
    attempts: bool
    """Whether the system adds the number of the attempt to the file's name."""

    def file(self, name: str) -> str:
        """The student's own name of a file."""
        own = name.removeprefix(self.prefix)
        return _ATTEMPT.sub("", own) if self.attempts else own


def course_names(raws: Sequence[str]) -> dict[str, CourseName]:
    """What each name says; empty unless all are names of one course system."""
    for pattern, attempts in ((_MOODLE, False), (_CANVAS, True)):
        found = {raw: pattern.match(raw) for raw in raws}
        if raws and all(found.values()):
            return {
                raw: CourseName(f"{match['name']}_{match['user']}", match.group(), attempts)
                for raw, match in found.items()
                if match
            }
    return {}


def gradescope_students(raws: Sequence[str], metadata: bytes) -> dict[str, CourseName]:
    """The submitters' student numbers, or else their addresses or names, by the folder of their submission.

    What the file does not say, or says in a form that is not Gradescope's, is left out.
    """
    try:
        content = yaml.safe_load(metadata)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    found = {}
    for raw in raws:
        entry = content.get(raw) if isinstance(content, Mapping) and _GRADESCOPE.match(raw) else None
        people = entry.get(":submitters") if isinstance(entry, Mapping) else None
        names = [_person(person) for person in people] if isinstance(people, list) else []
        if names and all(names):
            found[raw] = CourseName("+".join(names), "", False)
    return found


def _person(person: Any) -> str:
    fields = person if isinstance(person, Mapping) else {}
    told = (fields.get(key) for key in (":sid", ":email", ":name"))
    return next((str(value) for value in told if isinstance(value, (str, int)) and value), "")
