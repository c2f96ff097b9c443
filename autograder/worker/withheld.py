"""Takes out of a worker what the kit offers for a blank: the functions, the checks, and the files that they are in.

Graded training needs a loop, and checks call student code through `textlab.checks.local`: these stay alive where the
worker itself calls them, under no name that can be imported.
"""

from __future__ import annotations

import gc
import sys
import types
from collections.abc import Callable
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import textlab
import textlab.attribution
import textlab.checks
import textlab.training
from textlab.kit_answers import ANSWERS, KitAnswer, refusal

CHECKS = "textlab.checks"
OPEN = frozenset({f"{CHECKS}.failure", f"{CHECKS}.subject", f"{CHECKS}.symptoms"})
"""Modules of the checks in which there is no answer: errors, protocols, help."""
HIDDEN = (
    *("training.py", "training_loop.py", "kit_answers.py", "self_study.py"),
    *("attribution/integrated_gradients.py", "attribution/flair_text.py", "attribution/path.py"),
    *("attribution/words.py", "attribution/explanation.py"),
)
"""Further sources of textlab that a worker does not show."""
GONE = (
    *("textlab.training_loop", "textlab.kit_answers", "textlab.self_study"),
    *(f"textlab.attribution.{name}" for name in ("integrated_gradients", "flair_text", "path", "words")),
)
"""Modules that no notebook imports."""
CHECKS_FOLDER = textlab.checks.__path__[0]
FOR_NOTEBOOKS = ("check", "hint", "symptom", "assess", "Card")


class Withheld(types.ModuleType):
    """Stands where a module was that notebooks may not use in a worker: every name in it is refused."""

    def __getattr__(self, name: str) -> Any:
        """Raises KitAnswer; AttributeError for what Python itself looks for."""
        if name.startswith("__"):
            raise AttributeError(name)
        raise KitAnswer(refusal(f"{self.__name__}.{name}"))


def withhold() -> list[Path]:
    """Refuse and forget what answers a blank. The files and folders that have to be hidden in a box.

    What was imported before by the worker's own modules goes on working there.
    """
    sources = [Path(textlab.__path__[0]) / name for name in HIDDEN]
    places = [Path(CHECKS_FOLDER), *sources, *(Path(cache_from_source(str(source))) for source in sources)]
    names = {name for name in sys.modules if name.startswith(f"{CHECKS}.")} - OPEN
    for name in (*names, *GONE):
        _replace(name, Withheld(name))
    _replace(CHECKS, _package())
    refused = {id(function): _refuse(function.__name__) for function in ANSWERS}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "textlab" and not isinstance(module, Withheld):
            for own, value in list(vars(module).items()):
                if id(value) in refused:
                    setattr(module, own, refused[id(value)])
    textlab.attribution.Explanation.by_word = refused[id(vars(textlab.attribution.Explanation)["by_word"])]  # type: ignore[method-assign]
    ANSWERS.clear()
    gc.collect()
    return [place for place in places if place.exists()]


def _replace(name: str, module: types.ModuleType) -> None:
    sys.modules[name] = module
    package, _, own = name.rpartition(".")
    if package in sys.modules:
        setattr(sys.modules[package], own, module)


def _package() -> types.ModuleType:
    """What `from textlab.checks import check, hint, symptom` finds: calls that do nothing, and the open modules."""
    package = Withheld(CHECKS)
    package.__path__ = [CHECKS_FOLDER]
    for name in FOR_NOTEBOOKS:
        setattr(package, name, _do_nothing)
    for name in OPEN & set(sys.modules):
        setattr(package, name.rpartition(".")[2], sys.modules[name])
    return package


def _do_nothing(*arguments: Any, **keywords: Any) -> None:
    """In place of a card or a hint, for which nobody is there."""


def _refuse(name: str) -> Callable[..., Any]:
    def refused(*arguments: Any, **keywords: Any) -> Any:
        raise KitAnswer(refusal(name))

    refused.__name__ = refused.__qualname__ = name
    return refused
