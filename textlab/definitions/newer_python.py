"""Code that needs a newer Python than this one: which version brought the syntax or the name.

Syntax is confirmed by an experiment: written in the older way it has to parse.
"""

from __future__ import annotations

import ast
import platform
import re
import sys
import warnings
from collections.abc import Callable, Iterator

from textlab.definitions.f_strings import without_f_strings

_TYPE = re.compile(r"^([ \t]*)type[ \t]+(\w+)(?:\[[^\n=]*\])?(?=[ \t]*=)", re.MULTILINE)
_GENERIC = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+\w+(?=\[)", re.MULTILINE)
_EXCEPT_STAR = re.compile(r"^([ \t]*except)[ \t]*\*", re.MULTILINE)
_EXCEPT_BARE = re.compile(r"^([ \t]*except)[ \t]+([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)(?=[ \t]*:)", re.MULTILINE)
_T_STRING = re.compile(r"\b[tT](?=[\"'])")

_NAMES = {
    (3, 11): (
        "asyncio.Runner asyncio.TaskGroup asyncio.timeout builtins.ExceptionGroup builtins.BaseExceptionGroup "
        "contextlib.chdir datetime.UTC enum.EnumCheck enum.FlagBoundary enum.StrEnum enum.ReprEnum enum.member "
        "enum.nonmember enum.verify hashlib.file_digest inspect.getmembers_static logging.getLevelNamesMapping "
        "math.cbrt math.exp2 operator.call string.Template.get_identifiers tomllib typing.LiteralString typing.Never "
        "typing.NotRequired typing.Required typing.Self typing.TypeVarTuple typing.Unpack typing.assert_never "
        "typing.assert_type typing.clear_overloads typing.dataclass_transform typing.get_overloads typing.reveal_type"
    ),
    (3, 12): (
        "calendar.Day calendar.Month collections.abc.Buffer inspect.BufferFlags inspect.markcoroutinefunction "
        "itertools.batched math.sumprod os.path.isjunction os.path.splitroot pathlib.Path.walk "
        "pathlib.Path.is_junction random.binomialvariate sys.activate_stack_trampoline sys.monitoring "
        "types.get_original_bases typing.TypeAliasType typing.get_protocol_members typing.override"
    ),
    (3, 13): (
        "argparse.deprecated builtins.PythonFinalizationError base64.z85decode base64.z85encode copy.replace "
        "fractions.Fraction.is_integer glob.translate math.fma os.process_cpu_count pathlib.Path.from_uri "
        "pathlib.PurePath.full_match pathlib.UnsupportedOperation queue.ShutDown re.PatternError statistics.kde "
        "statistics.kde_random types.CapsuleType typing.NoDefault typing.ReadOnly "
        "typing.TypeIs typing.get_protocol_members typing.is_protocol warnings.deprecated"
    ),
    (3, 14): (
        "annotationlib compression concurrent.interpreters concurrent.futures.InterpreterPoolExecutor "
        "functools.Placeholder heapq.heapify_max heapq.heappop_max heapq.heappush_max heapq.heappushpop_max "
        "heapq.heapreplace_max operator.is_none operator.is_not_none pathlib.Path.copy pathlib.Path.copy_into "
        "pathlib.Path.move pathlib.Path.move_into pathlib.types string.templatelib typing.evaluate_forward_ref"
    ),
}
BROUGHT_BY = {name: version for version, names in reversed(_NAMES.items()) for name in names.split()}
"""Names of the standard library by the Python that brought them."""
_MISSING = (
    re.compile(r"module '([\w.]+)' has no attribute '(\w+)'"),
    re.compile(r"cannot import name '(\w+)' from '([\w.]+)'"),
    re.compile(r"No module named '([\w.]+)'"),
    re.compile(r"type object '(\w+)' has no attribute '(\w+)'|'(\w+)' object has no attribute '(\w+)'"),
    re.compile(r"name '(\w+)' is not defined"),
)


MAX_PARAMETERS = 1_000
"""Most characters of type parameters in square brackets."""


def needed_version(block: str, take: Callable[[int], bool] = lambda effort: True) -> str:
    """What newer syntax a block needs that does not parse, as the end of a sentence; "" when none is known.

    `take` is asked for each effort, in characters.
    """
    for version, what, rewrite in _rewritings():
        older = rewrite(block)
        if older == block:
            continue
        block = older
        if not take(len(block)):
            return ""
        if _parses(block):
            return f"needs Python {_dotted(version)} or newer for {what}, and this is Python {_here()}"
    return ""


def written_in(version: tuple[int, ...]) -> str:
    """The end of a sentence about a block that does not parse in a notebook of a newer Python."""
    return f"does not parse: the notebook was written with Python {_dotted(version)}, and this is Python {_here()}"


def newer_name(error: BaseException) -> str:
    """Of an error about a missing name that a newer Python has: ", which comes with Python 3.12, …", else ""."""
    if not isinstance(error, (AttributeError, ImportError, NameError)):
        return ""
    for name in _names_in(str(error)):
        version = BROUGHT_BY.get(name, (0, 0))
        if version > sys.version_info[:2]:
            return f"; {name} comes with Python {_dotted(version)}, and this is Python {_here()}"
    return ""


def _names_in(message: str) -> Iterator[str]:
    """The dotted names that an error text may speak of."""
    for pattern in _MISSING:
        if not (found := pattern.search(message)):
            continue
        words = [word for word in found.groups() if word]
        if pattern.pattern.startswith("cannot"):
            words.reverse()
        if "object" in pattern.pattern:
            kind = "Path" if words[0] in ("PosixPath", "WindowsPath") else words[0]
            yield from (name for name in BROUGHT_BY if name.endswith(f".{kind}.{words[1]}"))
        elif pattern.pattern.startswith("name"):
            yield f"builtins.{words[0]}"
        else:
            # os.path is called posixpath.
            yield ".".join(words).replace("posixpath.", "os.path.").replace("ntpath.", "os.path.")


def _rewritings() -> Iterator[tuple[tuple[int, int], str, Callable[[str], str]]]:
    """Version, what it brought, and how that is written without it; the newest last."""
    for version, what, rewrite in (
        ((3, 11), "except*", lambda text: _EXCEPT_STAR.sub(r"\1 ", text)),
        ((3, 12), "the statement type", lambda text: _TYPE.sub(r"\1\2", text)),
        ((3, 12), "type parameters in square brackets", _without_parameters),
        ((3, 12), "what stands in an f-string", without_f_strings),
        ((3, 14), "except with names that have no brackets", lambda text: _EXCEPT_BARE.sub(r"\1 (\2)", text)),
        ((3, 14), "t-strings", lambda text: _T_STRING.sub("f", text)),
    ):
        if version > sys.version_info[:2]:
            yield version, what, rewrite


def _without_parameters(text: str) -> str:
    """The text without the square brackets behind the names of classes, functions and types."""
    parts, at = [], 0
    for head in _GENERIC.finditer(text):
        if head.start() < at:
            continue
        depth, end = 0, head.end()
        while end < min(len(text), head.end() + MAX_PARAMETERS):
            depth += (text[end] in "([{") - (text[end] in ")]}")
            end += 1
            if not depth:
                break
        if depth:
            continue
        if _parses(f"def f({text[head.end() + 1 : end - 1]}): pass"):
            parts.append(text[at : head.end()])
            at = end
    return "".join([*parts, text[at:]])


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version[:2]))


def _here() -> str:
    return ".".join(platform.python_version_tuple()[:2])
