"""Sentences on their way into `explain`: from texts or token ids to ids and the tokens to show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from textlab.text import PAD, Vocabulary, tokenize


class Encoder(Protocol):
    """What turns texts into ids: `textlab.text.Vocabulary`, or a sub-word vocabulary with these names.

    An attribute `unk_id`, if there is one, is the id of all unknown tokens.
    """

    @property
    def pad_id(self) -> int:
        """Id of the padding token."""

    def encode(self, text: str) -> Sequence[int]:
        """Token ids of a text."""

    def decode(self, ids: Iterable[int]) -> Sequence[str]:
        """The tokens of ids."""


@dataclass(frozen=True, eq=False)
class Sentence:
    """One sentence, padded at its end to the least length."""

    tokens: tuple[str, ...]
    ids: Tensor
    """[tokens] int64."""
    length: int
    """Tokens without padding."""
    unknown: tuple[int, ...]


def read_sentences(
    sentences: str | Sequence[str] | Sequence[Sequence[int]] | Tensor,
    vocabulary: Encoder | None,
    *,
    tokens: Sequence[Sequence[str]] | None,
    pad_id: int,
    min_len: int,
) -> list[Sentence]:
    """Sentences of texts or ids; arguments as in `explain`. Raises ValueError for what cannot be read."""
    if isinstance(sentences, str):
        sentences = [sentences]
    if tokens is not None and len(tokens) != len(sentences):
        raise ValueError(f"{len(sentences)} sentences but {len(tokens)} lists of tokens: give one a sentence")
    if min_len < 1:
        raise ValueError(f"min_len is {min_len}, it must be at least 1")
    read = []
    for place, sentence in enumerate(sentences):
        if isinstance(sentence, str) and vocabulary is None:
            raise ValueError(f"sentence {place} is a text: pass the vocabulary that encodes it")
        ids = _ids(sentence, vocabulary, pad_id)
        if not ids:
            raise ValueError(f"sentence {place}, {sentence!r}, has no tokens: leave it out")
        shown = _shown(sentence, ids, vocabulary) if tokens is None else list(tokens[place])
        if len(shown) != len(ids):
            raise ValueError(f"sentence {place} has {len(ids)} ids but {len(shown)} tokens: give one token an id")
        missing = min_len - len(ids)
        unk_id = getattr(vocabulary, "unk_id", None)
        read.append(
            Sentence(
                tokens=tuple(shown) + (PAD,) * missing,
                ids=torch.tensor(ids + [pad_id] * missing),
                length=len(ids),
                unknown=tuple(place for place, index in enumerate(ids) if index == unk_id),
            )
        )
    if not read:
        raise ValueError("there is nothing to explain: pass at least one sentence")
    return read


def _ids(sentence: str | Sequence[int] | Tensor, vocabulary: Encoder | None, pad_id: int) -> list[int]:
    """Ids of a sentence without the padding at its end."""
    if isinstance(sentence, str):
        assert vocabulary is not None
        return [int(index) for index in vocabulary.encode(sentence)]
    try:
        ids = [int(index) for index in sentence]
    except TypeError:
        raise ValueError(f"{sentence!r} is no sentence: pass a list of texts, or a list of lists of ids") from None
    while ids and ids[-1] == pad_id:
        ids.pop()
    return ids


def _shown(sentence: str | Sequence[int] | Tensor, ids: list[int], vocabulary: Encoder | None) -> list[str]:
    """A token per id: as written if the kit's vocabulary encoded a text, else as the vocabulary decodes it."""
    if vocabulary is None:
        return [str(index) for index in ids]
    if isinstance(sentence, str) and isinstance(vocabulary, Vocabulary):
        return tokenize(sentence)
    return list(vocabulary.decode(ids))
