"""Find what a class handed in: nbgrader's folders, folders of notebooks, one notebook, or a zip."""

from autograder.submissions.find import HandedIn, find_submissions, open_class, read_student
from autograder.submissions.submission import Submission, SubmissionError, SubmittedFile

__all__ = [
    "HandedIn",
    "Submission",
    "SubmissionError",
    "SubmittedFile",
    "find_submissions",
    "open_class",
    "read_student",
]
