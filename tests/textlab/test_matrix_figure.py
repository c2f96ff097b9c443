"""The figures of the notebook on word vectors."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest
import torch

from textlab.matrix_figure import TOKENS, matrix_figure, rows_figure


def test_every_token_of_the_example_is_drawn() -> None:
    figure = matrix_figure()
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert {f"{row}  {token}" for row, token in enumerate(TOKENS)} <= texts
    plt.close(figure)


def test_rows_are_drawn_on_a_scale_centred_at_zero() -> None:
    figure = rows_figure(["superb", "dull"], torch.tensor([[0.5, -2.0], [1.0, 0.0]]))
    image = figure.axes[0].images[0]
    assert image.get_clim() == (-2.0, 2.0)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["superb", "dull"]
    plt.close(figure)


def test_rows_without_a_token_are_refused() -> None:
    with pytest.raises(ValueError, match="1 tokens but 2 rows"):
        rows_figure(["superb"], torch.zeros(2, 3))
