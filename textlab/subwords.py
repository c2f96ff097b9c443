"""Sub-words: pieces of words, learnt from the training reviews with byte-pair encoding.

A piece that begins a word starts with `START`; the others go on with the word before them. The words are those of
`textlab.text.tokenize`. Method: Sennrich, Haddow and Birch, Neural Machine Translation of Rare Words with Subword
Units, ACL 2016.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

# Before the import: one thread is enough here, and with more the library warns when the notebook starts a process.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from textlab.text import PAD, UNK, tokenize

START = "▁"
"""U+2581, not an underscore; as SentencePiece writes it."""


class Subwords:
    """Cuts texts into pieces and gives their ids: `<unk>` is 0, `<pad>` is 1; `tokens[i]` is the piece of id i."""

    unk_id: int = 0
    pad_id: int = 1

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        ids = tokenizer.get_vocab()
        self.tokens: list[str] = sorted(ids, key=ids.__getitem__)

    @classmethod
    def train(cls, texts: Iterable[str], size: int) -> Subwords:
        """Learn at most `size` pieces from training texts; the same texts give the same pieces.

        Starts from single characters and joins the commonest pair of neighbours again and again. Raises ValueError
        when `size` leaves no room for a piece besides `<unk>` and `<pad>`.
        """
        if size < 3:
            raise ValueError(f"size is {size}: it counts {UNK} and {PAD} too, so take a few hundred at least")
        # Not WordPiece: in this library the pieces that it learns change from run to run.
        tokenizer = Tokenizer(models.BPE(unk_token=UNK))
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=START, prepend_scheme="always")
        trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=[UNK, PAD], show_progress=False)
        tokenizer.encode_special_tokens = True  # a review that says "<pad>" is no padding
        tokenizer.train_from_iterator((" ".join(tokenize(text)) for text in texts), trainer)
        return cls(tokenizer)

    def __len__(self) -> int:
        return len(self.tokens)

    def __repr__(self) -> str:
        return f"Subwords({len(self)} pieces)"

    def encode(self, text: str, max_length: int | None = None) -> list[int]:
        """The ids of the pieces of `text`, the first `max_length` of them if given; no padding."""
        ids: list[int] = self._tokenizer.encode(" ".join(tokenize(text)), add_special_tokens=False).ids
        return ids[:max_length]

    def pieces(self, text: str) -> list[str]:
        """The pieces of `text`; a character that no training text held is `<unk>`."""
        return [self.tokens[index] for index in self.encode(text)]
