"""Find what a class handed in: nbgrader's folders, folders of notebooks, one notebook, or a zip."""

from autograder.submissions.find import find_submissions
from autograder.submissions.submission import Submission, SubmissionError, SubmittedFile

__all__ = ["Submission", "SubmissionError", "SubmittedFile", "find_submissions"]
