"""docs/results.md says what was reached and what was missed, from the records alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from benchmarks.on_imdb.drawn import draw_curves, draw_explanations, draw_ways, save
from benchmarks.on_imdb.recipes import RECIPES
from benchmarks.on_imdb.records import read_records, read_tries, try_name, write_record, write_try
from benchmarks.on_imdb.report import results_page, roughest_ways
from benchmarks.on_imdb.summary import figures_of

EPOCH = {
    "train_loss": 0.5,
    "validation_loss": 0.4,
    "validation_f1": 0.8,
    "validation_accuracy": 0.8,
    "seconds": 90.0,
    "processor_seconds": 60.0,
}
SPREAD = {"median": 1e-3, "percentile_95": 2e-3, "largest": 5e-3}


def measured(f1: float) -> dict[str, Any]:
    """What a run found."""
    sentence = {"tokens": ["fine"], "scores": [0.5], "probability": 0.7, "delta": 1e-5, "label": 1, "unknown": []}
    return {
        "machine": "2 CPU cores, one used",
        "torch": "2.3.1",
        "vocabulary": 30_000,
        "history": [EPOCH, {**EPOCH, "validation_loss": 0.45, "validation_f1": 0.81}],
        "test": {"f1": f1, "accuracy": f1, "reviews": 25_000, "processor_seconds": 9.0},
        "attribution": {
            "reviews": 200,
            "steps": 50,
            "rule": "riemann_middle",
            "delta": SPREAD,
            "share": SPREAD,
            "processor_seconds": 40.0,
            "roughest": [-1.0, -0.5, 2.0],
        },
        "explanations": [sentence],
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Records of an RNN with two seeds, and of both networks of 2,500 reviews."""
    for seed, f1 in ((0, 0.87), (1, 0.89)):
        write_record("rnn", dataclasses.replace(RECIPES["rnn"], seed=seed), measured(f1), tmp_path)
    write_record("cnn_2500", RECIPES["cnn_2500"], measured(0.8), tmp_path)
    write_record("glove_cnn_2500", RECIPES["glove_cnn_2500"], measured(0.79), tmp_path)
    return tmp_path


def test_each_target_stands_beside_what_was_reached(folder: Path) -> None:
    page = results_page(read_records(folder), [])
    assert "| RNN | at least 0.875 | 0.8800 (mean of 2 seeds, 0.8700 to 0.8900) | reached |" in page
    assert "at least that of CNN, 2,500 reviews: 0.8000 | 0.7900 | **missed by 0.0100** |" in page
    assert "| CNN | at least 0.890 | not run yet | |" in page


def test_rough_explanations_are_shown_with_finer_steps_and_with_the_jump_behind_them(folder: Path) -> None:
    records = read_records(folder)
    page = results_page(records, [])
    assert page.count("| RNN | 50 | 0.001 |") == 1
    assert "That of the RNN changes by up to 2.5 within 1/2 of the way." in page
    for record in records["rnn"]:
        record["attribution"]["finer"] = {**record["attribution"], "steps": 500}
    assert results_page(records, []).count("| RNN | 500 | 0.001 |") == 1


def test_without_a_drawn_network_no_way_is_shown(folder: Path) -> None:
    few = {name: found for name, found in read_records(folder).items() if name != "rnn"}
    assert "results-ways.svg" not in results_page(few, [])


def test_what_the_last_epoch_reached_is_shown(folder: Path) -> None:
    assert "| RNN | 0 | 22,500 | 30,000 | 2 | 2.0 | 0.8100 | 0.8700 | 0.8700 |" in results_page(
        read_records(folder), []
    )


def test_figures_have_the_names_of_the_networks(folder: Path) -> None:
    figures = figures_of(read_records(folder))
    assert figures["imdb.rnn.f1"] == pytest.approx(0.88)
    assert figures["imdb.rnn.seeds"] == 2
    assert figures["imdb.glove_cnn_2500.delta_largest"] == 5e-3
    assert "imdb.cnn.f1" not in figures


def test_a_try_names_what_differs_from_the_recipe(folder: Path) -> None:
    changed = dataclasses.replace(RECIPES["cnn"], max_length=77)
    write_try(try_name("cnn", changed), "cnn", changed, [EPOCH], folder)
    assert "| CNN | max_length 77 | 1 | 1.0 | 0.4000 | 0.8000 |  |" in results_page({}, read_tries(folder))


def test_the_recipe_itself_stands_among_the_tries_with_its_test_f1(folder: Path) -> None:
    write_try("kept", "rnn", RECIPES["rnn"], [EPOCH], folder)
    row = "| RNN | nothing | 1 | 1.0 | 0.4000 | 0.8000 | 0.8800 |"
    assert row in results_page(read_records(folder), read_tries(folder))


def test_what_one_setting_is_worth_is_said_with_its_sign(folder: Path) -> None:
    better = dataclasses.replace(RECIPES["rnn"], max_length=77)
    write_try("one", "rnn", better, [{**EPOCH, "validation_loss": 0.4, "validation_f1": 0.83}], folder)
    write_try("two", "rnn", dataclasses.replace(better, epochs=9), [EPOCH], folder)
    many = dataclasses.replace(better, epochs=9, batch_size=7, learning_rate=0.5)
    write_try("three", "rnn", many, [EPOCH], folder)
    page = results_page(read_records(folder), read_tries(folder))
    section = page.split("## Getting the last points")[1].split("\n## ")[0]
    kept = RECIPES["rnn"]
    assert f"| tokens of a review that are read | RNN | 77 → {kept.max_length} | 0.400 → 0.450 | −0.0200 |" in section
    both = f"tokens of a review that are read;<br>epochs | RNN | 77 → {kept.max_length};<br>9 → {kept.epochs} |"
    assert both in section
    assert section.count("| RNN |") == 2


def test_the_same_records_give_the_same_figures(folder: Path) -> None:
    records = read_records(folder)
    for name in ("first", "second"):
        save(draw_curves(records), folder / f"{name}-curves.svg")
        save(draw_ways(roughest_ways(records)), folder / f"{name}-ways.svg")
        save(draw_explanations(records["rnn"][0]), folder / f"{name}.svg")
    for kind in ("-curves.svg", "-ways.svg", ".svg"):
        assert (folder / f"first{kind}").read_bytes() == (folder / f"second{kind}").read_bytes()
