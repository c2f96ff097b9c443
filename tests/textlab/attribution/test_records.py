"""Explanations as Captum's records."""

from __future__ import annotations

import pytest
from captum.attr import visualization

from textlab.attribution import Explanation, captum_records

HAM = Explanation(("<b>", "sun"), (-3.0, 4.0), 0.2, 1e-3, "ham", target="spam", other="ham")


def test_scores_are_divided_by_the_norm_of_their_sentence() -> None:
    (record,) = captum_records([HAM])
    assert isinstance(record, visualization.VisualizationDataRecord)
    assert record.word_attributions.tolist() == pytest.approx([-0.6, 0.8])
    assert record.attr_score == pytest.approx(0.2)
    assert (record.pred_class, record.pred_prob) == ("ham", 0.8)
    assert (record.true_class, record.attr_class, record.convergence_score) == ("ham", "spam", 1e-3)


def test_nothing_to_attribute_stays_zero() -> None:
    (record,) = captum_records([Explanation(("a",), (0.0,), 0.5, 0.0)])
    assert record.word_attributions.tolist() == [0.0] and record.attr_score == 0.0
    assert record.true_class == "?"


def test_captum_shows_them_with_tokens_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    html = visualization.visualize_text(captum_records([HAM, HAM])).data
    assert html.count("sun") == 2 and html.count("ham (0.80)") == 2
    assert "&lt;b&gt;" in html and "> <b>" not in html
