"""Measures what is missing and chooses thresholds from what was measured."""

from __future__ import annotations

import json
import math
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograder.calibration.measured import Measured, json_text
from autograder.calibration.networks import NETWORKS, Network
from autograder.calibration.runs import DELTA, Run, draws_of, models_of, not_told_by_f1, perform
from autograder.calibration.scales import F1, RIGHT, SHARE, Scale
from autograder.calibration.tails import Choice, Values, choose_line, judge_line
from autograder.reports.files import write_whole
from autograder.thresholds import Budget, Calibration, load_thresholds

Tell = Callable[[int, int], None]
DATA_SETS = ("mini", "imdb")
NOT_TOLD_SEEDS = 5


class CalibrationError(Exception):
    """No threshold keeps both error rates; the message names the network and the models in the way."""


@dataclass(frozen=True)
class Outcome:
    """What was found for one network of one data set."""

    data: str
    network: str
    budget: Budget
    honest: Values
    weak: Values
    """Measured values by model."""
    not_told: Values
    """Those of models that are not right, though their F1 is; they have no part in the choice of the line."""
    threshold: float
    choice: Choice
    calibration: Calibration


def missing_runs(
    data: str, path: Path | None, networks: Iterable[str], seeds: int, measured: Measured
) -> Iterator[Run]:
    """What has to be trained, seed after seed, so that an early end leaves equally many values for all models.

    Models that F1 does not tell from right ones decide nothing: NOT_TOLD_SEEDS show it.
    """
    for seed in range(seeds):
        for network in networks:
            budget = budget_of(data, network)
            known = measured.values(data, network, budget)
            spared = not_told_by_f1(data, network) if seed >= NOT_TOLD_SEEDS else frozenset()
            models = tuple(
                model
                for model in known
                if model not in spared and not known[model].keys() >= set(draws_of(network, seed))
            )
            if models:
                yield Run(data, path, network, models, seed, budget)


def measure_missing(runs: Sequence[Run], measured: Measured, processes: int, progress: Tell) -> None:
    """Train, keeping every value as soon as it is there."""
    if processes == 1:
        for done, run in enumerate(runs, start=1):
            measured.add(run.data, run.network, run.budget, perform(run))
            progress(done, len(runs))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting = {pool.submit(perform, run): run for run in runs}
        try:
            for done, future in enumerate(as_completed(waiting), start=1):
                run = waiting[future]
                measured.add(run.data, run.network, run.budget, future.result())
                progress(done, len(runs))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def find_outcome(data: str, network: str, measured: Measured) -> Outcome | None:
    """The threshold of a network from all seeds that all its models have; None for fewer than two."""
    budget = budget_of(data, network)
    found = measured.values(data, network, budget)
    spared = not_told_by_f1(data, network)
    shared = sorted(set.intersection(*(set(values) for name, values in found.items() if name not in spared)))
    seeds = len(shared) // len(draws_of(network, 0))
    if seeds < 2:
        return None
    scale = scale_of(network)
    models = models_of(network)
    honest = {name: [found[name][seed] for seed in shared] for name in models if models[name]}
    weak = {
        name: [found[name][seed] for seed in shared] for name in models if not models[name] and name not in spared
    }
    not_told = {name: [*found[name].values()] for name in models if name in spared and found[name]}
    places = (
        {name: scale.places(values, honest=True) for name, values in honest.items()},
        {name: scale.places(values, honest=False) for name, values in weak.items()},
    )
    best = scale.value(choose_line(*places).line)
    rounded = scale.rounded(best)
    choice = judge_line(*places, scale.place(rounded))
    if not choice.holds:
        rounded = scale.finer(best)
        choice = judge_line(*places, scale.place(rounded))
    low = min(float(np.percentile(values, 5)) for values in honest.values())
    high = max(float(np.percentile(values, 95)) for values in honest.values())
    span = (_short(low), _short(high))
    rates = (rounded_up(choice.false_fail), rounded_up(choice.false_pass))
    return Outcome(
        data,
        network,
        budget,
        honest,
        weak,
        not_told,
        rounded,
        choice,
        Calibration(span, *rates, len(shared) // len(draws_of(network, 0))),
    )


def find_outcomes(measured: Measured) -> list[Outcome]:
    """What was found out for every network of every data set."""
    found = (find_outcome(data, network, measured) for data, network in everything())
    return [outcome for outcome in found if outcome is not None]


def everything() -> list[tuple[str, str]]:
    """All data sets and networks that have a threshold."""
    return [(data, network) for data in DATA_SETS for network in networks_of(data)]


def networks_of(data: str) -> list[str]:
    """The networks with a budget on a data set, those whose phrases are asked about once more, and DELTA."""
    budgets = load_thresholds(data).networks
    beyond = [name for name, network in NETWORKS.items() if _asks_beyond_phrases(network, budgets)]
    return [*budgets, *beyond, DELTA]


def _asks_beyond_phrases(network: Network, budgets: Mapping[str, Budget]) -> bool:
    of = network.beyond_phrases_of
    return of in budgets and budgets[of].phrases is not None


def budget_of(data: str, network: str) -> Budget:
    """The budget of a network; DELTA explains the CNN."""
    if network == DELTA:
        network = "cnn"
    return load_thresholds(data).networks[NETWORKS[network].beyond_phrases_of or network]


def scale_of(network: str) -> Scale:
    """The scale of a network's values."""
    if network == DELTA:
        return SHARE
    return RIGHT if NETWORKS[network].beyond_phrases_of else F1


def write_thresholds(outcomes: Iterable[Outcome], source: Path, target: Path) -> None:
    """Write the thresholds with the new ones in. Raises CalibrationError, writing nothing, if one does not hold."""
    outcomes = list(outcomes)
    broken = [outcome for outcome in outcomes if not outcome.choice.holds]
    if broken:
        raise CalibrationError("\n".join(_complaint(outcome) for outcome in broken))
    content: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    for outcome in outcomes:
        place = content[outcome.data]
        found = outcome.calibration
        if outcome.network == DELTA:
            place, bound = place["delta"], "share_at_most"
        elif of := NETWORKS[outcome.network].beyond_phrases_of:
            place, bound = place["networks"][of]["phrases"], "right_at_least"
        else:
            place, bound = place["networks"][outcome.network], "f1_at_least"
        place[bound] = outcome.threshold
        place["calibration"] = {
            "honest": list(found.honest),
            "false_fail": found.false_fail,
            "false_pass": found.false_pass,
            "seeds": found.seeds,
        }
    write_whole(target, json_text(content))


def _complaint(outcome: Outcome) -> str:
    choice = outcome.choice
    return (
        f"{outcome.network} on {outcome.data}: no threshold keeps both error rates. At {outcome.threshold:.3g} "
        f"{choice.nearest_honest!r} fails with a chance of up to {choice.false_fail:.2g} and "
        f"{choice.nearest_weak!r} passes with up to {choice.false_pass:.2g}; change the budget in thresholds.json "
        "(reviews, epochs, learning rate, width), or measure more seeds"
    )


def _short(value: float) -> float:
    return round(value, 3) if value >= 0.1 else float(f"{value:.2g}")


def rounded_up(rate: float) -> float:
    """One digit, never smaller than the rate."""
    unit = 10.0 ** math.floor(math.log10(rate))
    return float(f"{math.ceil(round(rate / unit, 6)) * unit:.0e}")
