"""Which notebook of the assignment a file is named like, whatever browsers and services have made of the name."""

from __future__ import annotations

import functools
import re
import unicodedata

PACKED_SUFFIXES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
"""Files that are reported as packed."""
_NOTEBOOK = re.compile(r".\.ipynb(?![0-9a-z])", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:ipynb|py|txt|json|html|download|bak)$|~$", re.IGNORECASE)
_COPY = r"(?:copy|checkpoint|kopie|copie|copia|cópia)"
# What browsers, Jupyter, Windows, macOS and Canvas add: "(1)", "-Copy1", " - Copy (2)", " copy 2", "-1".
_MARK_BEHIND = re.compile(rf"\s*(?:\(\d+\)|(?:[-_]|\s)+{_COPY}[-_ ]?\d*|-\d+)$", re.IGNORECASE)
# What Colab puts in front, in the language of its user: "Copy of ", "Kopie von ", "Copia di ".
_MARK_BEFORE = re.compile(rf"^{_COPY}[ _-]+(?:of|von|van|de|di|do|da)[ _-]+", re.IGNORECASE)


def is_script(name: str) -> bool:
    """Whether a file is Python source by its name."""
    return name.lower().endswith(".py")


def is_notebook(name: str) -> bool:
    """Whether a file is a notebook by its name: browsers add ".txt" or ".json", and some write "2_cnn.ipynb (1)"."""
    return _NOTEBOOK.search(_base(name)) is not None and not is_packed(name) and not is_script(name)


def is_packed(name: str) -> bool:
    """Whether a file is packed by its name."""
    return name.lower().endswith(PACKED_SUFFIXES)


@functools.lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A file's name without folder, endings and the marks of a copy: "Copy of 2_CNN (1).ipynb.txt" → "2_CNN"."""
    stem = unicodedata.normalize("NFKC", _base(name))
    while True:
        shorter = _MARK_BEHIND.sub("", _ENDING.sub("", _MARK_BEFORE.sub("", stem))).strip()
        if shorter in ("", stem):
            return stem
        stem = shorter


def without_ending(name: str) -> str:
    """A file's name without the endings of a notebook, a script or a packed file: "amy.ipynb.txt" → "amy"."""
    if match := _NOTEBOOK.search(name):
        return name[: match.start() + 1]
    stem = next((name[: -len(suffix)] for suffix in (".py", *PACKED_SUFFIXES) if name.lower().endswith(suffix)), name)
    return stem or name


def named_exactly(name: str, notebook: str) -> bool:
    """Whether a file has the name of a notebook, apart from case, separators and the marks of a copy."""
    return re.fullmatch(_pattern(notebook), plain_name(name).lower()) is not None


def named_like(name: str, notebook: str) -> bool:
    """Whether the name of a notebook is part of a file's name: "doe_2-CNN_final.ipynb"."""
    return re.search(_pattern(notebook), plain_name(name).lower()) is not None


def rest_of_name(name: str, notebook: str) -> str:
    """What a file's name holds besides a notebook's: "Jane Doe - 2_cnn.ipynb" → "Jane Doe"."""
    plain = plain_name(name)
    return re.sub(r"[\W_]+$|^[\W_]+", "", re.sub(_pattern(notebook), "", plain, count=1, flags=re.IGNORECASE))


@functools.cache
def _pattern(notebook: str) -> str:
    """The words of a notebook's name in their order, with any separators: "02 cnn" and "2-cnn" are 2_cnn."""
    words = re.findall(r"\d+|[^\W\d_]+", notebook.lower())
    started = (rf"(?<!\d)0*{int(word)}(?!\d)" if word.isdecimal() else re.escape(word) for word in words)
    return r"[\W_]*".join(started)


def _base(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]
