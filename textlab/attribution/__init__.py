"""Explanations of single predictions: what each token of a sentence speaks for.

An explanation gives every token a score: its share of F(x) − F(x′), the model's output for the sentence minus
its output for a baseline. `to_html` draws explanations as coloured text, `show` displays that in a notebook,
`token_table` sorts the tokens. docs/attribution.md shows all of it by example.
"""

from __future__ import annotations

from textlab.attribution.explanation import Explanation
from textlab.attribution.integrated_gradients import explain
from textlab.attribution.markup import show, to_html
from textlab.attribution.path import slopes_on_path
from textlab.attribution.picture import figure
from textlab.attribution.records import captum_records
from textlab.attribution.result import AttributionData, Attributions, Metadata
from textlab.attribution.storage import load_attributions, save_attributions
from textlab.attribution.table import TokenRow, TokenTable, token_table
from textlab.attribution.words import merge_subwords

__all__ = [
    "AttributionData",
    "Attributions",
    "Explanation",
    "Metadata",
    "TokenRow",
    "TokenTable",
    "captum_records",
    "explain",
    "figure",
    "load_attributions",
    "merge_subwords",
    "save_attributions",
    "show",
    "slopes_on_path",
    "to_html",
    "token_table",
]
