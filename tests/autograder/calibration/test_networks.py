"""Wrong models that get a good F1 on real reviews fail other checks, those that the page of the calibration names."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from autograder.calibration.calibrate import NOT_TOLD_SEEDS, budget_of, find_outcome, missing_runs, networks_of
from autograder.calibration.measured import Measured
from autograder.calibration.networks import COUNTS, NETWORKS, Entrant
from autograder.calibration.report import calibration_page
from autograder.calibration.runs import DELTA, models_of, not_told_by_f1
from autograder.thresholds import load_thresholds
from textlab.checks import cnn, rnn
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, StudentError
from textlab.checks.local import LocalNetwork

COUNTED = {entrant.name for entrant in COUNTS}
FOUND_BY = {
    "rnn": (rnn.layers_and_directions, rnn.summary_is_the_last_state),
    "cnn": (cnn.one_convolution_per_kernel_size,),
}
NOT_TOLD = [
    pytest.param(network, entrant, id=f"{network}, {entrant.name}")
    for network in FOUND_BY
    for entrant in NETWORKS[network].entrants
    if entrant.good_f1_on and entrant.answers is None
]


def handed_in(entrant: Entrant) -> LocalNetwork:
    """The entrant's class as a submission, its own options whatever it is asked for."""

    @functools.wraps(entrant.make, updated=())
    def make(**arguments: object) -> object:
        return entrant.make(**{**arguments, **entrant.options})

    return LocalNetwork(make)


@pytest.mark.parametrize(("network", "entrant"), NOT_TOLD)
def test_what_f1_does_not_tell_fails_each_check_that_the_page_names(network: str, entrant: Entrant) -> None:
    for check in FOUND_BY[network]:
        with pytest.raises((CheckFailed, StudentError)):
            check(handed_in(entrant), Draw(0))


@pytest.mark.parametrize("network", FOUND_BY)
def test_the_solution_passes_those_checks(network: str) -> None:
    for check in FOUND_BY[network]:
        check(handed_in(NETWORKS[network].entrants[0]), Draw(0))


def test_only_what_single_words_tell_is_spared_and_only_on_real_reviews() -> None:
    spared = {network: not_told_by_f1("imdb", network) for network in (*NETWORKS, DELTA)}
    bags = {"bag of words: linear on counts", "bag of words: mean of embeddings"}
    assert spared["rnn"] - COUNTED == bags
    assert spared["cnn"] - COUNTED == {*bags, "kernels of width 1"}
    assert not spared[DELTA]


@pytest.mark.parametrize("network", ["rnn", "cnn", "glove_cnn"])
def test_counts_of_phrases_are_spared_where_their_own_line_finds_them(network: str) -> None:
    assert not_told_by_f1("mini", network) == COUNTED
    assert {name for name, honest in models_of(f"{network}_phrases").items() if not honest} == COUNTED
    assert not not_told_by_f1("mini", f"{network}_phrases")
    assert f"{network}_phrases" in networks_of("mini")


def test_no_line_asks_about_phrases_where_words_tell_enough() -> None:
    assert not [network for network in networks_of("imdb") if network.endswith("_phrases")]


@pytest.mark.parametrize("data", ["mini", "imdb"])
def test_both_networks_read_the_same_reviews(data: str) -> None:
    """The graders encode them once for both, with the vocabulary of the larger number; the calibration, for each."""
    networks = load_thresholds(data).networks
    rnn, cnn = ((found.train, found.test, found.max_length) for found in (networks["rnn"], networks["cnn"]))
    assert rnn == cnn


def measured(path: Path, spared: float, seeds: int) -> Measured:
    """Values of the CNN on real reviews: right models near 0.85, weak ones near 0.5, those not told at `spared`."""
    found = Measured(path)
    values = {entrant.name: 0.85 if entrant.honest else 0.5 for entrant in NETWORKS["cnn"].entrants}
    values.update(dict.fromkeys(not_told_by_f1("imdb", "cnn"), spared))
    rows = {name: {seed: value - 0.001 * (seed % 3) for seed in range(seeds)} for name, value in values.items()}
    found.add("imdb", "cnn", budget_of("imdb", "cnn"), rows)
    return found


def test_what_f1_does_not_tell_has_no_part_in_the_line_and_is_shown(tmp_path: Path) -> None:
    lines = set()
    for spared in (0.99, 0.2):
        outcome = find_outcome("imdb", "cnn", measured(tmp_path / f"{spared}.json", spared, 10))
        assert outcome is not None
        assert outcome.not_told.keys() == not_told_by_f1("imdb", "cnn")
        assert not outcome.not_told.keys() & outcome.weak.keys()
        page = calibration_page([outcome])
        assert all(f"| {name}, 10 seeds | " in page for name in outcome.not_told)
        lines.add(outcome.threshold)
    assert len(lines) == 1


def test_few_seeds_are_enough_to_show_it(tmp_path: Path) -> None:
    runs = list(missing_runs("imdb", None, ["cnn"], NOT_TOLD_SEEDS + 2, Measured(tmp_path / "none.json")))
    spared = not_told_by_f1("imdb", "cnn")
    assert [spared <= set(run.models) for run in runs] == [True] * NOT_TOLD_SEEDS + [False] * 2
    assert not spared & set(runs[-1].models)
