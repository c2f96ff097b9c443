# merge_pieces with a stack of lists and zip; recursion-free generator; dataclass Word
# %%
from dataclasses import dataclass


@dataclass
class Word:
    text: str = ""
    score: float = 0.0

    def take(self, piece, score):
        self.text += piece.lstrip(START) if not self.text else piece
        self.score += float(score)
        return self


def words_of(pieces, scores):
    word = None
    for piece, score in zip(pieces, scores):
        if word is not None and piece.startswith(START):
            yield word
            word = None
        word = (word or Word()).take(piece, score)
    if word is not None:
        yield word


def merge_pieces(pieces, scores):
    found = list(words_of(pieces, scores))
    return [w.text for w in found], [w.score for w in found]
