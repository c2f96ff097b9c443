"""Generator of short reviews with a known sentiment: lexicon, phrase families, grammar, drawing of sets."""

from __future__ import annotations

from reviewgen.draw import DrawnReview, Recipe, draw_corpus, draw_hidden, draw_reviews, hidden_corpus, write_corpus
from reviewgen.families import Families
from reviewgen.lexicon import Lexicon

__all__ = [
    "DrawnReview",
    "Families",
    "Lexicon",
    "Recipe",
    "draw_corpus",
    "draw_hidden",
    "draw_reviews",
    "hidden_corpus",
    "write_corpus",
]
