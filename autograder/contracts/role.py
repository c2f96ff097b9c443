"""What a contract says: the roles of an assignment, who plays them, and in which form."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.rubric import Rubric
from textlab.definitions.blank import EMBEDDING

ANYWHERE = "*"
"""As a role's notebook: whichever file defines the names."""


@dataclass(frozen=True)
class Role:
    """A notebook and the names that it has to define, by the part that they play, and the form of the network."""

    notebook: str
    """The notebook's stem; ANYWHERE: any file that defines the names."""
    names: Mapping[str, str]
    """By part the name that is asked; once a submission is read, the name that it uses."""
    other_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By part what is taken when the name that is asked is not there, `*` for any letters; the first that is."""
    which: str = "checked"
    """The definition that counts when a notebook has several of the name: `checked`, the one that the last card on
    it saw, without a card the last one; `last`; or `first`."""
    layout: str = "batch_first"
    """`sequence_first`: token ids go in as [length, batch]."""
    longest_first: bool = False
    """Whether the reviews of a batch have to come in the order of their lengths, the longest first."""
    output: str = "logits"
    """What the network gives: `logits`, `probabilities` of the positive class, or `either`."""
    kernel_count: int | None = None
    """How many kernel sizes the class is made for; None: any number."""
    arguments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the kit's argument the names it may have in the class, the first one that the class takes."""
    constants: Mapping[str, Any] = field(default_factory=dict)
    """Arguments that the kit's classes do not have; handed over where the class takes them."""
    optional: tuple[str, ...] = ()
    """The kit's arguments that a class need not take."""
    premise: str = ""
    """The check that all others of the role build on."""
    lengths: bool = True
    """Whether the network takes the reviews' lengths as its second argument, where the kit's does."""
    columns: int = 1
    """How many numbers the network gives for a review: 1, or 2, one for each class."""
    given: tuple[str, ...] = EMBEDDING
    """Layers that the hand-out makes itself; a class that makes no others and holds placeholders is not attempted."""

    @property
    def is_plain(self) -> bool:
        """Whether the class is asked to be as the kit's is, so that nothing has to be translated."""
        plain = Role(self.notebook, self.names, self.other_names, self.which)
        return self == dataclasses.replace(plain, premise=self.premise, given=self.given)


@dataclass(frozen=True)
class Contract:
    """The roles of an assignment, what is served to its notebooks, and the points."""

    name: str
    roles: Mapping[str, Role]
    serves: Mapping[str, tuple[str, ...]]
    """By SERVED the callables whose results the kit replaces by its own: a vocabulary, word vectors."""
    rubric: Rubric
