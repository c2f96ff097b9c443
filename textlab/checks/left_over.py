"""A blank's placeholder that still stands beside what the student wrote."""

from __future__ import annotations

import ast
import inspect
import textwrap
import traceback

GIVEN = ("super().__init__()", "self.embedding = nn.Embedding(vocab_size, ")
"""How the lines begin that some blanks are handed out with."""


def left_over_raise(error: BaseException) -> str:
    """Says which function stops at `raise NotImplementedError` although it holds code of the student's, else "".

    A function that holds nothing else is a blank that nobody has touched.
    """
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    if not isinstance(error, NotImplementedError) or not frames:
        return ""
    if frames[-1].f_globals.get("__name__") != "__main__":
        return ""  # a library's own
    try:
        (function,) = ast.parse(textwrap.dedent(inspect.getsource(frames[-1].f_code))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return ""
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return ""
    if not any(isinstance(node, ast.Raise) for node in ast.walk(function)):
        return ""
    if all(_handed_out(statement) for statement in function.body):
        return ""
    return f"raise NotImplementedError still stands in {function.name}, beside your code"


def _handed_out(statement: ast.stmt) -> bool:
    """Whether a statement is the placeholder, a docstring, or a line that some blanks begin with."""
    if isinstance(statement, (ast.Raise, ast.Pass)):
        return True
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return True
    return ast.unparse(statement).startswith(GIVEN)
