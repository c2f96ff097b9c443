"""The losses of a sound network on `mini`, to hold one's own learning curve against.

Made by benchmarks/expected_curves.py with the notebooks' own settings and seed. Another right answer draws other
random numbers, so its curve has the same form and not the same values.
"""

from __future__ import annotations

from textlab.training import History

# fmt: off
CURVES = {
    "1_rnn": History(
        [0.692, 0.522, 0.244, 0.162, 0.116, 0.075, 0.061, 0.057, 0.056, 0.047],
        [0.687, 0.378, 0.4, 0.334, 0.339, 0.363, 0.324, 0.383, 0.4, 0.376],
    ),
    "2_cnn": History(
        [0.69, 0.571, 0.209, 0.08, 0.043, 0.026, 0.013, 0.009, 0.006, 0.005],
        [0.677, 0.383, 0.177, 0.131, 0.12, 0.104, 0.095, 0.1, 0.115, 0.105],
    ),
    "3_glove_cnn": History(
        [0.695, 0.626, 0.561, 0.479, 0.393, 0.355, 0.299, 0.248, 0.217, 0.191,
         0.166, 0.14, 0.111, 0.095, 0.085, 0.073, 0.054, 0.044, 0.041, 0.036],
        [0.642, 0.575, 0.494, 0.42, 0.395, 0.331, 0.304, 0.285, 0.27, 0.259,
         0.252, 0.247, 0.238, 0.231, 0.271, 0.223, 0.22, 0.219, 0.219, 0.22],
    ),
}
# fmt: on


def expected_curve(notebook: str, data: str) -> History | None:
    """The losses after each epoch in a notebook with a data set; None where no curve was measured."""
    return CURVES.get(notebook) if data == "mini" else None
