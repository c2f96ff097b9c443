"""What calls of this package mean at the top level of a notebook: which show a card, which train, which only show.

Whoever follows a notebook's names (`textlab.definitions`) has these from here, by import path.
"""

from __future__ import annotations

CARDS = frozenset({"textlab.checks.check", "textlab.checks.card.check"})
"""Show the card of an exercise: what they are given is graded as it was then."""
TRAINING = frozenset({"textlab.training.fit", "textlab.training.fit_encoded"})
"""Train a network: a statement that calls one is not run by the grader."""
SHOWING = frozenset(
    {
        "textlab.attribution.show",
        "textlab.checks.hint",
        "textlab.checks.symptom",
        "textlab.comparison",
        "textlab.figures",
        "textlab.matrix_figure",
        "textlab.shape_strip",
        "textlab.transformer_figure",
    }
)
"""Functions, or modules of functions, that show something and change nothing."""
SEEDING = frozenset({"textlab.training.seed_everything"})
"""Set the state of the random generators."""
