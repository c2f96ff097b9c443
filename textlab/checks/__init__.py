"""Public checks: each is one function of a submission and inputs, run by students here and by the judge again."""

from textlab.checks import (
    attribution_mistakes,
    convolutional,
    interpretation_cases,
    label_cases,
    matrix_cases,
    optimiser_replay,
    probe_attributions,
    recurrent,
)
from textlab.checks.card import Card, assess, check, hint, symptom
from textlab.kit_answers import guard_functions

__all__ = ["Card", "assess", "check", "hint", "symptom"]

# What the checks compare with would answer the blanks. They have imported it, so to them it is as it was.
for _reference in (
    attribution_mistakes,
    convolutional,
    interpretation_cases,
    label_cases,
    matrix_cases,
    optimiser_replay,
    probe_attributions,
    recurrent,
):
    guard_functions(_reference)
