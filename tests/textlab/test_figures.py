"""The figures of the notebooks."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes

from textlab.expected_curves import expected_curve
from textlab.figures import cnn_figure, learning_curve
from textlab.training import History


@pytest.fixture(autouse=True)
def no_window() -> Iterator[None]:
    """Draw without a screen, and close what was drawn."""
    plt.switch_backend("agg")
    yield
    plt.close("all")


def texts(axes: Axes) -> list[str]:
    """What is written in a figure."""
    return [text.get_text() for text in axes.texts]


def test_the_network_shows_its_tokens_and_kernels() -> None:
    written = texts(cnn_figure(["so", "very", "dull"], kernel_sizes=[2, 3]).axes[0])
    assert {"so", "very", "dull", "2 words at a time", "3 words at a time"} <= set(written)
    assert "4 words at a time" not in written


def test_a_kernel_wider_than_the_review_is_refused() -> None:
    with pytest.raises(ValueError, match="none wider"):
        cnn_figure(["so", "dull"], kernel_sizes=[3])


def test_the_learning_curve_marks_the_epoch_with_the_best_validation_loss() -> None:
    axes = learning_curve(History([0.7, 0.5, 0.3], [0.6, 0.4, 0.5])).axes[0]
    marked = {line.get_label(): np.asarray(line.get_xdata()).tolist() for line in axes.lines}
    assert marked["kept weights"] == [2, 2]


def test_the_learning_curve_shows_the_expected_losses_beside_ones_own() -> None:
    expected = expected_curve("2_cnn", "mini")
    assert expected is not None
    axes = learning_curve(History([0.7, 0.5], [0.6, 0.4]), expected=expected).axes[0]
    drawn = {line.get_label(): np.asarray(line.get_ydata()).tolist() for line in axes.lines}
    assert drawn["training, a sound network"] == expected.train_loss
    assert drawn["validation, a sound network"] == expected.validation_loss


def test_no_curve_is_made_up_for_other_data() -> None:
    assert expected_curve("2_cnn", "imdb") is None
