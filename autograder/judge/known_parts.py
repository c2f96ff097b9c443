"""The parts of one submission that the store knows, and those that have to be judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from autograder.judge.judging import course_key
from autograder.judge.parts import Part, PartResult
from autograder.judge.plugin import GradingPlugin
from autograder.judge.trainings import Trainings
from autograder.record import ExplainedSentence
from autograder.store.keys import digest, part_key
from autograder.store.store import Store

if TYPE_CHECKING:
    from autograder.judge.judge import Settings

Keep = Callable[[str, bytes], None]
"""Takes what is new for the store, and its key."""
PRINTED_LIMIT = 4000
EXPLAINED = "cnn"
"""The role whose network the picture on the feedback page is about."""


class KnownParts:
    """What is known about each part, at first from the store, at last from the judge as well."""

    def __init__(self, parts: Sequence[Part], settings: Settings, keep: Keep | None) -> None:
        """`keep` gets what is new. Questions that only tests ask are asked in any case."""
        self._parts = parts
        self._asked = settings.checks
        self._keep = None
        self._found: dict[str, PartResult] = {}
        self._keys: dict[str, str] = {}
        self.trainings = Trainings()
        if settings.store is None or settings.checks or settings.shuffle is not None:
            return
        self._keep, store = keep, Store(settings.store, course_key())
        trainings: dict[str, str] = {}
        for part in parts:
            content = part.content()
            key = self._keys[part.name] = part_key(content, part.entries, settings)
            unbounded = part_key(content, part.entries, settings, bounds=False)
            trainings |= {entry.id: digest(unbounded, entry.id) for entry in part.entries}
            kept = None if settings.fresh else store.get(key)
            if kept is not None:
                self._found[part.name] = PartResult.from_bytes(kept).priced(part.entries)
        self.trainings = Trainings(trainings, None if settings.fresh else store, keep)

    @property
    def asked(self) -> tuple[str, ...]:
        """The checks that have to be asked, none when all is known."""
        left = [entry.id for part in self._parts if part.name not in self._found for entry in part.entries]
        return tuple(check for check in left if not self._asked or check in self._asked)

    @property
    def results(self) -> list[PartResult]:
        """What is known, in the order of the parts."""
        return [self._found[part.name] for part in self._parts if part.name in self._found]

    def add(
        self, plugin: GradingPlugin, printed: Mapping[str, Sequence[str]], explained: tuple[ExplainedSentence, ...]
    ) -> None:
        """Take in what the graders found out about the checks that were asked, and hand it on to be kept."""
        results = self.with_found(plugin, printed, explained)
        for part, result in zip(self._parts, results, strict=True):
            if part.name not in self._found and self._keep is not None and result.lasting:
                self._keep(self._keys[part.name], result.to_bytes())
            self._found[part.name] = result

    def with_found(
        self, plugin: GradingPlugin, printed: Mapping[str, Sequence[str]], explained: tuple[ExplainedSentence, ...]
    ) -> list[PartResult]:
        """All parts, those that were not known as the graders have found them so far."""
        found = {check.id: check for check in plugin.so_far}
        results = []
        for part in self._parts:
            said = "".join(text for notebook in part.programs for text in printed.get(notebook, ()))
            checks = tuple(found[entry.id] for entry in part.entries)
            seconds = {check.id: round(plugin.seconds[check.id], 3) for check in checks if check.id in plugin.seconds}
            about = explained if EXPLAINED in part.roles else ()
            judged = PartResult(checks, said[:PRINTED_LIMIT], about, seconds)
            results.append(self._found.get(part.name, judged))
        return results
