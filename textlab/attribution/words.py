"""Sub-words and words: adds up the scores of the pieces that a tokenizer cut a word into."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from textlab.kit_answers import answers_a_blank

CONTINUATION = "##"
"""What a piece starts with that goes on with the word before it, as WordPiece tokenizers write it."""


@answers_a_blank
def merge_subwords(
    tokens: Sequence[str],
    scores: Sequence[float],
    *,
    continuation: str = CONTINUATION,
    start: str | None = None,
    word_ids: Sequence[Hashable | None] | None = None,
) -> tuple[list[str], list[float]]:
    """Words and their scores, [words] each; the score of a word is the sum of its pieces' scores.

    tokens, scores: one per piece. Which pieces make a word is told in one of three ways:
    continuation: a piece that starts with it goes on with the word before ("play", "##ing" is "playing");
    start: a piece that starts with it begins a word, every other one goes on ("▁play", "ing" is "playing");
    word_ids: neighbours with the same id are one word, None is a word of its own (a special token). The marks
    of `continuation` (or of `start`, if given) are cut off then too.
    The scores keep their sum. Raises ValueError for unequal numbers of tokens, scores and word ids.
    """
    if len(tokens) != len(scores):
        raise ValueError(f"{len(tokens)} tokens but {len(scores)} scores: give one score a token")
    groups = word_groups(tokens, continuation=continuation, start=start, word_ids=word_ids)
    mark = continuation if start is None else start
    # A word that is nothing but marks keeps them.
    words = [
        "".join(tokens[place].removeprefix(mark) for place in group) or "".join(tokens[place] for place in group)
        for group in groups
    ]
    return words, [sum(float(scores[place]) for place in group) for group in groups]


@answers_a_blank
def word_groups(
    tokens: Sequence[str],
    *,
    continuation: str = CONTINUATION,
    start: str | None = None,
    word_ids: Sequence[Hashable | None] | None = None,
) -> list[list[int]]:
    """The places of each word's pieces; arguments as in `merge_subwords`."""
    if word_ids is not None and len(word_ids) != len(tokens):
        raise ValueError(f"{len(tokens)} tokens but {len(word_ids)} word_ids: give one id a token")
    groups: list[list[int]] = []
    for place, token in enumerate(tokens):
        if word_ids is not None:
            goes_on = place > 0 and word_ids[place] is not None and word_ids[place] == word_ids[place - 1]
        elif start is not None:
            goes_on = not token.startswith(start)
        else:
            # A piece that is nothing but the mark is a word of its own: a text may hold it.
            goes_on = token.startswith(continuation) and token != continuation
        if goes_on and groups:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups
