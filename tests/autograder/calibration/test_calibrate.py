"""The whole calibration on a tiny budget, and the kit's own thresholds against what was measured."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder import command_line, thresholds
from autograder.calibration import calibrate, products
from autograder.calibration.calibrate import CalibrationError, Outcome, find_outcomes, write_thresholds
from autograder.calibration.measured import Measured, json_text
from autograder.calibration.products import Products
from autograder.calibration.runs import DELTA, models_of
from autograder.calibration.tails import FALSE_FAIL, FALSE_PASS
from autograder.thresholds import Calibration, load_thresholds

TINY = {"train": 40, "test": 20, "epochs": 2, "batch_size": 20, "max_length": 20, "f1_at_least": 0.5}
NETWORK = {"emb_dim": 4, "out_channels": 2, "kernel_sizes": [2], "dropout": 0.1}


@contextlib.contextmanager
def tiny_cnn(folder: Path) -> Iterator[Path]:
    """A file of thresholds with one tiny CNN, in use meanwhile."""
    content = {"mini": {"networks": {"cnn": {"network": NETWORK, **TINY}}, "delta": {"share_at_most": 0.1}}}
    path = folder / "thresholds.json"
    path.write_text(json_text(content), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for module in (thresholds, products):
            patch.setattr(module, "THRESHOLDS", path)
        patch.setattr(calibrate, "DATA_SETS", ("mini",))
        load_thresholds.cache_clear()
        yield path
    load_thresholds.cache_clear()


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A file of thresholds with one tiny CNN."""
    with tiny_cnn(tmp_path) as path:
        yield path


@dataclass(frozen=True)
class FirstRun:
    """A run of two seeds with nothing known before."""

    folder: Path
    code: int
    said: str

    def copy(self, folder: Path) -> Path:
        """Its files in a folder of one's own."""
        return Path(shutil.copytree(self.folder, folder / "out"))


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """The first run, whose files are not to be changed."""
    out = tmp_path_factory.mktemp("first") / "out"
    with tiny_cnn(out.parent):
        return FirstRun(out, *run("--only", "cnn", "--seeds", "2", "--out", str(out)))


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command_line.app, ["calibrate", "--workers", "1", *arguments])
    return result.exit_code, " ".join(result.output.split())


def test_a_run_measures_every_model_and_says_which_are_in_the_way(tiny: Path, first_run: FirstRun) -> None:
    out = first_run.folder
    assert first_run.code == 1, first_run.said
    assert "cnn on mini: no threshold keeps both error rates" in first_run.said
    measured = Measured(out / "calibration.json").values("mini", "cnn", load_thresholds("mini").networks["cnn"])
    assert {name: sorted(values) for name, values in measured.items()} == {name: [0, 1] for name in models_of("cnn")}
    page = (out / "calibration.md").read_text(encoding="utf-8")
    assert all(f"| {name}" in page for name in models_of("cnn"))
    assert not (out / "thresholds.json").exists()


def test_what_is_known_is_not_trained_again_and_files_stay_the_same(
    tiny: Path, first_run: FirstRun, tmp_path: Path
) -> None:
    out = first_run.copy(tmp_path)
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    first_runs = list(calibrate.missing_runs("mini", None, ["cnn"], 2, Measured(out / "calibration.json")))
    more_runs = list(calibrate.missing_runs("mini", None, ["cnn"], 3, Measured(out / "calibration.json")))
    assert (first_runs, [found.seed for found in more_runs]) == ([], [2])
    (out / "calibration.json").unlink()
    run("--only", "cnn", "--seeds", "2", "--out", str(out))
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first


def test_another_budget_makes_all_runs_missing(tiny: Path, first_run: FirstRun) -> None:
    out = first_run.folder
    content = json.loads(tiny.read_text(encoding="utf-8"))
    content["mini"]["networks"]["cnn"]["epochs"] = 3
    tiny.write_text(json.dumps(content), encoding="utf-8")
    load_thresholds.cache_clear()
    (again, _) = calibrate.missing_runs("mini", None, ["cnn"], 2, Measured(out / "calibration.json"))
    assert set(again.models) == set(models_of("cnn"))


def test_an_unknown_network_is_refused_with_the_known_ones() -> None:
    code, said = run("--only", "rnm")
    assert code == 2
    assert "rnm" in said
    assert ", ".join(calibrate.networks_of("mini")) in said


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    """What the kit's own measurements say."""
    return find_outcomes(Measured(Products().measured))


def stated() -> dict[tuple[str, str], Calibration]:
    """What the kit's file of thresholds says about them, by data set and network."""
    found = {}
    for data in calibrate.DATA_SETS:
        bounds = load_thresholds(data)
        found.update({(data, network): budget.calibration for network, budget in bounds.networks.items()})
        for network, budget in bounds.networks.items():
            if budget.phrases is not None:
                found[data, f"{network}_phrases"] = budget.phrases.calibration
        found[data, DELTA] = bounds.delta.calibration
    return {place: calibration for place, calibration in found.items() if calibration is not None}


def test_every_stated_rate_is_within_its_limit() -> None:
    for calibration in stated().values():
        assert calibration.false_fail <= FALSE_FAIL
        assert calibration.false_pass <= FALSE_PASS


def test_the_rates_are_those_of_the_line_as_it_is_written(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        assert outcome.choice.holds, outcome.network
        assert outcome.choice.line == calibrate.scale_of(outcome.network).place(outcome.threshold)


def test_what_the_thresholds_file_states_was_measured(outcomes: list[Outcome]) -> None:
    assert stated() == {(outcome.data, outcome.network): outcome.calibration for outcome in outcomes}


def drawing(path: Path) -> str:
    """A figure's text without what the processor decides: last digits, and ids that Matplotlib hashes out of them."""
    text = re.sub(r"\b[pm][0-9a-f]{10}\b", "id", path.read_text(encoding="utf-8"))
    return re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", text)


def test_thresholds_page_and_figures_are_made_from_the_measured_values(
    outcomes: list[Outcome], tmp_path: Path
) -> None:
    made = Products(tmp_path, tmp_path / "thresholds.json")
    made.write(outcomes)
    assert made.thresholds.read_bytes() == Products().thresholds.read_bytes()
    page = "calibration.md"
    assert (tmp_path / page).read_bytes() == (Products().docs / page).read_bytes(), "run make calibrate"
    figures = list(tmp_path.glob("*.svg"))
    assert figures
    for path in figures:
        assert drawing(path) == drawing(Products().docs / path.name), f"{path.name}: run make calibrate"


def test_a_threshold_that_does_not_hold_is_not_written(tiny: Path, first_run: FirstRun, tmp_path: Path) -> None:
    out = first_run.folder
    with pytest.raises(CalibrationError, match="change the budget"):
        write_thresholds(find_outcomes(Measured(out / "calibration.json")), tiny, tmp_path / "new.json")
    assert not (tmp_path / "new.json").exists()
