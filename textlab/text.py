"""Words and ids: the tokenizer and the vocabulary. No other module of the kit imports torchtext.

The kit runs in two lanes. In the classic one, torchtext counts and orders the tokens. It does not load with
torch 2.4 or later; there, in the current lane, `frequent_first` does the same, and tests in the classic lane hold
the two equal. `LANE` says which one is active.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

try:
    import torchtext

    torchtext.disable_torchtext_deprecation_warning()  # before torchtext.vocab, which prints it on import
    from torchtext.vocab import build_vocab_from_iterator
except (ImportError, OSError):  # OSError: it is installed, but was built for another torch
    torchtext = None

LANE = "classic" if torchtext else "current"
PAD = "<pad>"
UNK = "<unk>"


def tokenize(text: str) -> list[str]:
    """Lower-case tokens of `text`, exactly those of torchtext's `basic_english` tokenizer.

    Punctuation marks `' . , ( ) ! ?` become tokens of their own; `"`, `;`, `:` and `<br />` disappear.
    Plain replacements take about half the time of torchtext's regular expressions; a test holds the two
    equal.
    """
    text = text.lower().replace("'", " ' ").replace('"', "").replace(".", " . ").replace("<br />", " ")
    text = text.replace(",", " , ").replace("(", " ( ").replace(")", " ) ").replace("!", " ! ")
    return text.replace("?", " ? ").replace(";", " ").replace(":", " ").split()


def frequent_first(texts: Iterable[str], min_freq: int = 1, max_size: int | None = None) -> list[str]:
    """`<unk>`, `<pad>` and the tokens of `texts`, ordered as torchtext's `build_vocab_from_iterator` orders them.

    The most frequent come first, of equally frequent ones those first in the alphabet (by code point). As in
    torchtext, the list is cut to `max_size` before a special token that stands in a text is left out.
    """
    counts = Counter(token for text in texts for token in tokenize(text))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    kept = ordered if max_size is None else ordered[: max_size - 2]
    return [UNK, PAD, *(token for token, count in kept if count >= min_freq and token not in (UNK, PAD))]


class _Ids(dict[str, int]):
    """Token -> id; an unknown token has the id 0 of `<unk>` and is not added."""

    def __missing__(self, token: str) -> int:
        return 0


class Vocabulary:
    """The tokens a model knows and their ids: `<unk>` is 0, `<pad>` is 1, then the most frequent first.

    `tokens[i]` is the token of id i; `itos` and `stoi` are the names torchtext used for the two directions.
    """

    unk_id: int = 0
    pad_id: int = 1

    def __init__(self, tokens: Sequence[str]) -> None:
        """As `from_tokens`."""
        if list(tokens[:2]) != [UNK, PAD]:
            raise ValueError(
                f"a vocabulary starts with {UNK!r}, {PAD!r}, this one starts with {list(tokens[:2])!r}: "
                "put the two special tokens first"
            )
        self.tokens: list[str] = list(tokens)
        self._ids = _Ids({token: index for index, token in enumerate(self.tokens)})
        if len(self._ids) != len(self.tokens):
            index = next(i for i, token in enumerate(self.tokens) if self._ids[token] != i)
            raise ValueError(
                f"token {self.tokens[index]!r} is in the vocabulary twice "
                f"(ids {index} and {self._ids[self.tokens[index]]}): keep one"
            )

    @classmethod
    def build(cls, texts: Iterable[str], *, min_freq: int = 1, max_size: int | None = None) -> Vocabulary:
        """The vocabulary of `texts` (training texts only, or the test set leaks into the model).

        min_freq: a token must occur this often. max_size: largest number of tokens, the two special ones
        included; the most frequent stay, and of equally frequent ones those first in the alphabet.
        Raises ValueError when min_freq is below 1 or max_size below 3.
        """
        if min_freq < 1:
            raise ValueError(f"min_freq is {min_freq}, it must be at least 1")
        if max_size is not None and max_size < 3:
            raise ValueError(f"max_size is {max_size}: it counts {UNK} and {PAD} too, so take at least 3")
        if not torchtext:
            return cls(frequent_first(texts, min_freq, max_size))
        vocab = build_vocab_from_iterator(
            map(tokenize, texts), min_freq=min_freq, specials=[UNK, PAD], max_tokens=max_size
        )
        return cls(vocab.get_itos())

    @classmethod
    def from_tokens(cls, tokens: Sequence[str]) -> Vocabulary:
        """The vocabulary in which `tokens[i]` has id i.

        Raises ValueError unless the list starts with `<unk>`, `<pad>` and holds no token twice.
        """
        return cls(tokens)

    @property
    def itos(self) -> list[str]:
        """Id -> token; the same list as `tokens`."""
        return self.tokens

    @property
    def stoi(self) -> dict[str, int]:
        """Token -> id; `stoi[token]` is `unk_id` for an unknown token."""
        return self._ids

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[str]:
        """The tokens in the order of their ids."""
        return iter(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    def __getitem__(self, token: str) -> int:
        return self._ids[token]

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)} tokens)"

    def encode(self, text: str, max_length: int | None = None) -> list[int]:
        """The ids of the tokens of `text`, the first `max_length` of them if given; no padding."""
        return list(map(self._ids.get, tokenize(text)[:max_length], repeat(self.unk_id)))

    def decode(self, ids: Iterable[int]) -> list[str]:
        """The tokens of `ids`, ints or a tensor [length]. Raises IndexError for an id that has no token."""
        tokens = []
        for index in map(int, ids):
            if not 0 <= index < len(self.tokens):
                raise IndexError(f"id {index} has no token: the ids of {self!r} end at {len(self) - 1}")
            tokens.append(self.tokens[index])
        return tokens
