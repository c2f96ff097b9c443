"""Magics and shell lines of a notebook: those that make folders and files, set variables and change the folder.

These are followed, since definitions may need what they do: `%env`, `%set_env`, `%cd`, `%mkdir`, `!mkdir`, `!touch`,
the same in a cell of `%%bash`, and `%%writefile`. All others do nothing.
"""

from __future__ import annotations

import ast
import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from textlab.definitions.beside import why_left_out

SHELLS = frozenset({"bash", "sh", "!", "sx", "system"})
"""Cell magics whose cell is shell lines."""
WRITERS = frozenset({"writefile", "file"})
"""Cell magics that write their cell into a file."""
# Commands and magics that only show or install something, or set the notebook up: nothing is lost without them.
_COMMANDS = (
    "apt apt-get cat clear conda date df du echo false file free head hostname ls lscpu lsb_release mamba nproc "
    "nvidia-smi pip pip3 pwd tail test tree true uname uptime wc whereis which whoami ["
)
_SHOWING_COMMANDS = frozenset(_COMMANDS.split())
_MAGICS = (
    "aimport alias autoawait automagic autoreload colors conda config debug doctest_mode env gui history inline "
    "lsmagic load_ext ls magic matplotlib memit notebook page pdb pdef pdoc pinfo pinfo2 pip pprint precision prun "
    "psource pwd pycat reload_ext tb tensorboard time timeit unload_ext uv watermark who who_ls whos xmode"
)
_SHOWING_MAGICS = frozenset(_MAGICS.split())
# Told of elsewhere: they bring names.
_LOADING_MAGICS = frozenset({"run", "load", "loadpy", "store", "macro", "pylab"})
_PLACEHOLDER = re.compile(r"\{([^\W\d]\w*)\}|\$([^\W\d]\w*)")
_SILENCED = re.compile(r"(?:\d|&)?>>?[ \t]*(?:/dev/null|&\d)")
_NOT_LITERAL = re.compile(r"[$`*?{}\[\]~<>()!]")
_INSTALL = re.compile(r"\bpip3?\b.*\b(?:un)?install\b|\bspacy\b.*\bdownload\b")


@dataclass(frozen=True)
class Step:
    """One thing that a line does to the notebook's folder or to the environment."""

    kind: Literal["folder", "file", "go", "variable"]
    name: str
    """The folder, the file, or the variable."""
    value: str = ""
    """The variable's value; of a folder "parents" where those above it are made, too."""


@dataclass(frozen=True)
class Line:
    """What a magic or shell line does, as far as the kit follows it."""

    steps: tuple[Step, ...]
    understood: bool
    """Whether nothing of it is left out that a definition may need."""


def shell_line(text: str) -> Line:
    """What a line for the shell does."""
    steps: list[Step] = []
    here, understood = "", True
    for words in _commands(text):
        match words:
            case None:
                understood = bool(_INSTALL.search(text)) and understood
            case ["mkdir", *arguments]:
                names, options = _split(arguments)
                value = "parents" if any("p" in option.lstrip("-") for option in options) else ""
                steps += [Step("folder", _joined(here, name), value) for name in names if _is_inside(here, name)]
                understood &= all(_is_inside(here, name) for name in names) and bool(names)
            case ["touch", *arguments]:
                names, _ = _split(arguments)
                steps += [Step("file", _joined(here, name)) for name in names if _is_inside(here, name)]
                understood &= all(_is_inside(here, name) for name in names) and bool(names)
            case ["cd", name] if _is_inside(here, name):
                here = _joined(here, name)
            case [command, *_] if command in _SHOWING_COMMANDS or _INSTALL.search(" ".join(words)):
                pass
            case _:
                understood = False
    return Line(tuple(steps), understood)


def magic_line(magic: str, text: str) -> Line:
    """What a line magic does."""
    if magic == "mkdir":
        return shell_line(f"mkdir {text}")
    if magic == "cd":
        words = [word for word in _words(text) or () if word != "-q"]
        inside = len(words) == 1 and not _NOT_LITERAL.search(words[0]) and not words[0].startswith(("/", "-"))
        # A hosted service's own folder, such as /content: the notebook's folder stands for it.
        return Line((Step("go", words[0]),) if inside else (), inside or text.startswith("/"))
    if magic in ("env", "set_env") and text.strip():
        name, separator, value = text.partition("=" if "=" in text else " ")
        if not separator:
            return Line((), understood=True)
        literal = not re.search(r"[${]", value) and re.fullmatch(r"\w+", name.strip()) is not None
        return Line((Step("variable", name.strip(), value.strip()),) if literal else (), literal)
    if magic in ("sx", "system", "sc"):
        return shell_line(text)
    return Line((), magic in _SHOWING_MAGICS | _LOADING_MAGICS)


def written_file(line: str) -> tuple[str, bool]:
    """The name of the file that `%%writefile` writes, and whether it appends; "" when the line names none."""
    words = _words(line) or []
    names = [word for word in words if word not in ("-a", "--append")]
    return (names[0] if len(names) == 1 else ""), len(names) < len(words)


def line_of(call: ast.AST) -> Line | None:
    """What a call of a method of `get_ipython()` does; None when it is no such call.

    A name in braces stands for itself: `f"mkdir {FOLDER}"`.
    """
    asked = _asked(call)
    if asked is None:
        return None
    method, words = asked
    match method, words:
        case ("system" | "getoutput" | "getoutput_", [str(text), *_]):
            return shell_line(text)
        case "run_line_magic", [str(magic), str(text), *_]:
            return magic_line(magic, text)
        case "run_cell_magic", [str(magic), str(), str(cell)] if magic in SHELLS:
            return shell_line(cell)
        case "run_cell_magic", [str(magic), str(line), str(cell)] if magic in WRITERS:
            name = written_file(line)[0]
            writes = not why_left_out(posixpath.normpath(name), len(cell.encode("utf-8", "replace")))
            return Line((Step("file", name),) if writes else (), writes)
        case "magic", [str(text), *_]:
            return magic_line(*_magic_words(text))
    return Line((), method not in ("system", "getoutput", "run_line_magic", "run_cell_magic", "magic"))


def is_followed(node: ast.AST) -> bool:
    """Whether a call asks IPython for something that the kit does in its place: it acts without binding a name."""
    line = line_of(node)
    return line is not None and bool(line.steps)


def with_names(text: str) -> str:
    """The source of a string in which `{name}` and `$name` get their values; of other braces the plain one."""
    names = [match[1] or match[2] for match in _PLACEHOLDER.finditer(text)]
    if not names:
        return repr(text)
    parts = _PLACEHOLDER.split(text)
    rest = "".join(parts[::3])
    if "{" in rest or "}" in rest or "$" in rest:
        return repr(text)
    filled = "".join((part or "") if at % 3 == 0 or not part else f"{{{part}}}" for at, part in enumerate(parts))
    return f"f{filled!r}"


def _magic_words(text: str) -> tuple[str, str]:
    magic, _, rest = text.strip().lstrip("%").partition(" ")
    return magic, rest


def _asked(node: ast.AST) -> tuple[str, list[str | None]] | None:
    """The method of `get_ipython()` that is called, and its arguments as far as they are texts."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return None
    source = node.func.value
    if not (isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id == "get_ipython"):
        return None
    return node.func.attr, [_text(argument) for argument in node.args]


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [
            part.value.id
            if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name)
            else _text(part)
            for part in node.values
        ]
        return None if None in parts else "".join(part or "" for part in parts)
    return None


def _commands(text: str) -> Iterator[list[str] | None]:
    """The words of each command of a shell line; None for one that is not just words."""
    for line in _SILENCED.sub(" ", text.replace("\\\n", " ")).split("\n"):
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|<>()")
        lexer.whitespace_split = True
        try:
            words = list(lexer)
        except ValueError:
            yield None
            continue
        command: list[str] = []
        for word in [*words, ";"]:
            if set(word) <= set(";&|") and word:
                if command:
                    yield None if any(set(part) & set("<>()") for part in command) else command
                command = []
            else:
                command.append(word)


def _words(text: str) -> list[str] | None:
    try:
        return shlex.split(text)
    except ValueError:
        return None


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Names and options; of `-m 755` the mode is no name."""
    names = [word for at, word in enumerate(arguments) if not word.startswith("-") and arguments[:at][-1:] != ["-m"]]
    return names, [word for word in arguments if word.startswith("-")]


def _joined(here: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(here, name))


def _is_inside(here: str, name: str) -> bool:
    """Whether a name is literal and stays in the notebook's folder, as far as the text tells."""
    joined = _joined(here, name)
    return bool(name) and not _NOT_LITERAL.search(name) and not name.startswith("/") and joined.split("/")[0] != ".."
