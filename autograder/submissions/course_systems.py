"""The names that course systems give to submissions in the zip that a teacher downloads.

- Canvas: `doejane_LATE_12345_67890_2_cnn-1.ipynb`: name, lateness, user, attachment, the file and its attempt. A
  group has its own name in place of the student's, such as `team_a3`; an anonymous assignment has
  `LATE_anon_x7Y8z_67890_2_cnn.ipynb`, without a user. (Canvas: lib/content_zipper.rb.)
- Moodle: `Jane Doe_12345_assignsubmission_file_/2_cnn.ipynb`, or the same in one flat name; in front of the name
  stands that of the group, and `Participant` takes its place in an anonymous assignment.
- Gradescope: `submission_12345/2_cnn.ipynb`; who that is stands in `submission_metadata.yml`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

METADATA = "submission_metadata.yml"
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<user>\d+)_assignsubmission_(?:file|onlinetext)_?")
_ANONYMOUS = re.compile(r"(?:(?i:LATE)_)?(?P<name>anon_[0-9A-Za-z]+)(?:_(?i:LATE))?_\d+_")
# Canvas leaves no number between two underscores in a name, but a name may end in one, and a file begin with one:
# users and attachments have long numbers in a grown installation.
_CANVAS = re.compile(r"(?P<name>.+?)(?:_(?i:LATE))?_(?P<user>\d{3,})_\d{3,}_")
_CANVAS_NUMBERED = re.compile(r"(?P<name>.+?_\d{3,})(?:_(?i:LATE))?_(?P<user>\d{3,})_\d{3,}_")
_CANVAS_SHORT = re.compile(r"(?P<name>.+?)(?:_(?i:LATE))?_(?P<user>\d{2,})_\d{2,}_")
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
        own = name.removeprefix(self.prefix).lstrip("/")
        return _ATTEMPT.sub("", own) if self.attempts else own


def course_names(raws: Sequence[str]) -> dict[str, CourseName]:
    """What each name says that a course system made; others, such as of work that came by mail, are left out.

    Short numbers are Canvas's only where all names have them.
    """
    found = {raw: name for raw in raws if (name := _course_name(raw, _MOODLE, _ANONYMOUS, _CANVAS))}
    prefixes = Counter(name.prefix for name in found.values())
    for raw, name in found.items():
        # An attachment has a number of its own, so what several files share is a name that ends in a number.
        if name.attempts and prefixes[name.prefix] > 1:
            found[raw] = _course_name(raw, _ANONYMOUS, _CANVAS_NUMBERED, _CANVAS) or name
    short = {raw: name for raw in raws if (name := found.get(raw) or _course_name(raw, _CANVAS_SHORT))}
    return short if len(short) == len(raws) else found


def _course_name(raw: str, *patterns: re.Pattern[str]) -> CourseName | None:
    for pattern in patterns:
        if match := pattern.match(raw):
            student = "_".join(part for part in match.groupdict().values() if part)
            return CourseName(student, match.group(), attempts=pattern is not _MOODLE)
    return None


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
