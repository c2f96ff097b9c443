"""F1 figures are kept between notebooks, and compared."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import Rectangle

from textlab.comparison import comparison_figure, comparison_table, note_f1, noted_f1


def test_what_is_noted_is_read_back_per_data_set_and_the_latest_counts(tmp_path: Path) -> None:
    path = tmp_path / "new" / "f1.json"
    assert noted_f1("mini", path=path) == {}
    note_f1("CNN", 4000, 0.9, data="mini", path=path)
    note_f1("CNN", 1000, 0.8, data="mini", path=path)
    note_f1("CNN", 4000, 0.95, data="mini", path=path)
    note_f1("RNN", 25000, 0.86, data="imdb", path=path)
    assert noted_f1("mini", path=path) == {"CNN": {4000: 0.95, 1000: 0.8}}


@pytest.mark.parametrize("content", ["{", "[1]", '{"mini": {"CNN": 0.9}}', '{"mini": {"CNN": {"many": 0.9}}}'])
def test_a_damaged_file_is_named_with_the_remedy(tmp_path: Path, content: str) -> None:
    path = tmp_path / "f1.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"f1\.json is damaged .* delete it"):
        noted_f1("mini", path=path)


def test_an_f1_above_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        note_f1("CNN", 10, 95.0, data="mini", path=tmp_path / "f1.json")


def test_the_table_leaves_gaps_where_nothing_is_known() -> None:
    lines = comparison_table({"RNN": {4000: 0.94}, "CNN": {1000: 0.8, 4000: 0.95}}).splitlines()
    assert lines[0].split() == ["F1", "after", "1,000", "reviews", "4,000", "reviews"]
    assert [line.split() for line in lines[1:]] == [["RNN", "-", "0.940"], ["CNN", "0.800", "0.950"]]


def test_the_figure_has_a_bar_for_every_figure_and_a_label_for_every_network() -> None:
    figure = comparison_figure({"RNN": {4000: 0.94}, "CNN": {1000: 0.8, 4000: 0.95}})
    axes = figure.axes[0]
    heights = [bar.get_height() for bar in axes.patches if isinstance(bar, Rectangle)]
    assert sorted(round(height, 2) for height in heights) == [0.8, 0.94, 0.95]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["RNN", "CNN"]
    plt.close(figure)


def test_nothing_to_compare_is_said() -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        comparison_table({})
