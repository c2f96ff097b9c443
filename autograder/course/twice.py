"""Students whom nbgrader's table has twice: under the id of the imported table, and under their folder's name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from autograder.course.gradebook import opened
from autograder.exports.matching import name_forms, split_number


@dataclass(frozen=True)
class Known:
    """A student of the gradebook."""

    id: str
    first_name: str
    last_name: str
    email: str

    @property
    def imported(self) -> bool:
        """Whether a table named the student; a folder gives an id and nothing else."""
        return bool(self.first_name or self.last_name or self.email)

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    def may_be(self, folder: str) -> bool:
        """Whether a folder's name speaks of this student: by number, by name in either order, or by address."""
        words, number = split_number(folder)
        email = self.email.casefold()
        keys = {self.id.casefold(), email, email.split("@")[0]} - {""}
        if words.casefold() in keys or {*name_forms(words)} & {*name_forms(self.name)}:
            return True
        # A number alone may be that of somebody else in another system.
        return number == self.id and not self.name


def listed_twice(gradebook: Path, folders: Collection[str]) -> list[str]:
    """One sentence for each of these folders that nbgrader takes for another student than an imported one.

    Nothing where no table was imported. Raises FileNotFoundError without the gradebook.
    """
    with opened(gradebook) as database:
        students = [
            Known(*(str(getattr(one, name) or "") for name in ("id", "first_name", "last_name", "email")))
            for one in database.students
        ]
    imported = {student.id: student for student in students if student.imported}
    left = [student for student in imported.values() if student.id not in folders]
    found = []
    for folder in sorted(set(folders) - imported.keys()):
        same = [student for student in left if student.may_be(folder)]
        if len(same) == 1:
            other = f"{same[0].id} ({same[0].name})" if same[0].name else same[0].id
            found.append(
                f"{folder} is {other} of the imported table, and so twice in nbgrader's: write {folder} as the id "
                f"into your table, import it again, and type: nbgrader db student remove {same[0].id}"
            )
        elif left:
            others = ", ".join([*(student.id for student in left[:5]), *(["…"] if len(left) > 5 else [])])
            found.append(
                f"{folder} is no id of the imported table. If it is one of {others}, that student is in nbgrader's "
                f"table twice: write {folder} as the id into your table, and import it again"
            )
    return found
