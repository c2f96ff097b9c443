"""Public checks: each is one function of a submission and inputs, run by students here and by the judge again."""

from textlab.checks.card import Card, assess, check, hint, symptom

__all__ = ["Card", "assess", "check", "hint", "symptom"]
