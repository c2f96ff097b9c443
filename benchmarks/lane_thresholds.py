"""Does one set of thresholds serve both lanes? Trains what lies nearest to each line again, in the lane at work.

    .venv-current/bin/python -m benchmarks.lane_thresholds --seeds 30 --out build/current.json

For every network of `mini` in `docs/calibration.json`, the right and the weak model nearest to the line are trained
with the seeds that stand there. Prints a table: the values of both lanes, how far they are apart at the same seed,
and the chances of the wrong side of the line in the lane at work, bounded as `autograder calibrate` bounds them. May
be interrupted: known values are not measured again. Ends with status 1 when a value lies on the wrong side.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.calibration.calibrate import Outcome, find_outcomes, measure_missing, scale_of
from autograder.calibration.measured import Measured
from autograder.calibration.products import Products
from autograder.calibration.runs import DELTA, Run, draws_of
from autograder.calibration.tails import judge_line
from autograder.thresholds import load_thresholds
from textlab.text import LANE

COLUMNS = ("network", "draws", "right, there", "right, here", "weak, there", "weak, here", "line", "here − there")
HEAD = f"| {' | '.join((*COLUMNS, 'fails', 'passes'))} |"


@dataclass(frozen=True)
class Pairs:
    """Values of a model, in the file and in the lane at work, at the same draws."""

    there: Sequence[float]
    here: Sequence[float]


@dataclass(frozen=True)
class Compared:
    """One network: the line in force, and the two models nearest to it."""

    network: str
    line: float
    right: Pairs
    weak: Pairs

    @property
    def holds(self) -> bool:
        """Whether every value in the lane at work lies on its side of the line."""
        place = scale_of(self.network).place
        return min(map(place, self.right.here)) >= place(self.line) > max(map(place, self.weak.here))

    @property
    def row(self) -> str:
        """A row of the table."""
        scale = scale_of(self.network)
        right = [scale.place(value) for value in self.right.here]
        weak = [scale.place(value if scale.floor is None else max(value, scale.floor)) for value in self.weak.here]
        chances = judge_line({"": right}, {"": weak}, scale.place(self.line))
        apart = [
            here - there
            for pairs in (self.right, self.weak)
            for there, here in zip(pairs.there, pairs.here, strict=True)
        ]
        spans = [_span(pairs) for model in (self.right, self.weak) for pairs in (model.there, model.here)]
        shift = f"{statistics.mean(apart):+.1g} ± {statistics.stdev(apart):.1g}"
        rates = f"{chances.false_fail:.0e}", f"{chances.false_pass:.0e}"
        return f"| {' | '.join([self.network, str(len(right)), *spans, f'{self.line:g}', shift, *rates])} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is missing, print the table; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--out", type=Path, required=True, help="file of measured values")
    parser.add_argument("--only", default="", help="networks, with commas")
    given = parser.parse_args(arguments)
    known, measured = Measured(Products().measured), Measured(given.out)
    outcomes = [
        found
        for found in find_outcomes(known)
        if found.data == "mini" and (not given.only or found.network in given.only.split(","))
    ]
    runs = list(missing(outcomes, given.seeds, measured))
    measure_missing(runs, measured, 1, lambda done, total: print(f"{done}/{total}", file=sys.stderr, flush=True))
    compared = [compare(outcome, known, measured) for outcome in outcomes]
    print(HEAD, f"|{'---|' * (HEAD.count('|') - 1)}", *(found.row for found in compared), sep="\n")
    print(f"here: the {LANE} lane")
    return 0 if all(found.holds for found in compared) else 1


def missing(outcomes: Sequence[Outcome], seeds: int, measured: Measured) -> Iterator[Run]:
    """Trainings that the file of this lane lacks, seed after seed."""
    for seed in range(seeds):
        for outcome in outcomes:
            known = measured.values(outcome.data, outcome.network, outcome.budget)
            wanted = set(draws_of(outcome.network, seed))
            models = tuple(name for name in _nearest(outcome) if not known[name].keys() >= wanted)
            if models:
                yield Run(outcome.data, None, outcome.network, models, seed, outcome.budget)


def compare(outcome: Outcome, known: Measured, measured: Measured) -> Compared:
    """The draws that both lanes have."""
    there, here = (source.values(outcome.data, outcome.network, outcome.budget) for source in (known, measured))
    pairs = []
    for name in _nearest(outcome):
        draws = sorted(there[name].keys() & here[name].keys())
        pairs.append(Pairs([there[name][draw] for draw in draws], [here[name][draw] for draw in draws]))
    bounds = load_thresholds(outcome.data)
    line = bounds.delta.share_at_most if outcome.network == DELTA else bounds.networks[outcome.network].f1_at_least
    return Compared(outcome.network, line, *pairs)


def _nearest(outcome: Outcome) -> tuple[str, str]:
    return outcome.choice.nearest_honest, outcome.choice.nearest_weak


def _span(values: Sequence[float]) -> str:
    return f"{min(values):.3g} to {max(values):.3g}"


if __name__ == "__main__":
    sys.exit(main())
