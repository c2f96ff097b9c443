"""docs/calibration.md: what every model reached, the lines, and how they were chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograder.calibration.calibrate import Outcome, everything, rounded_up, scale_of
from autograder.calibration.deltas import DRAWS, REVIEWS
from autograder.calibration.networks import NETWORKS
from autograder.calibration.runs import DELTA
from autograder.calibration.scales import NEARLY_PERFECT
from autograder.calibration.tails import CONFIDENCE, FALSE_FAIL, FALSE_PASS, SMALLEST_RATE, SMALLEST_SPREAD, fit_tail
from autograder.judge.phrases import LONGER, LONGEST

DATA = {"mini": "The embedded corpus `mini`", "imdb": "IMDB"}


COUNTED = """**Phrases.** Counts of phrases of up to three words, in naive Bayes or logistic regression, reach an F1
on `mini` that no line tells from right work in every network. So the check of F1 asks for one thing more: how much a
network gets right of the test reviews on which naive Bayes on phrases is wrong. These lines have tables of their own
below; in the tables of F1 the models that count phrases have no part in the choice."""

SINGLE_WORDS = """**Single words.** Words alone tell praise from blame in real reviews: with as few reviews as a
grader can train on, a bag of words and a CNN that sees one word at a time get the F1 of right networks, or a better
one. No line of F1 tells them from right work, so they have no part in its choice; their rows stand below those of
the weak models, and in the figure they are grey. What is handed in so fails other checks: `rnn-directions` and
`rnn-summary`, which ask for a recurrent layer and its last state, and `cnn-kernel-sizes`, which asks for the
convolutions. Here F1 says that a network learns, no more."""


def calibration_page(outcomes: Sequence[Outcome]) -> str:
    """The page in Markdown."""
    parts = [_head()]
    for data in dict.fromkeys(outcome.data for outcome in outcomes):
        parts += [f"## {DATA[data]}", f"![Every model over all seeds, and the lines](calibration-{data}.svg)"]
        if any(outcome.not_told for outcome in outcomes if outcome.data == data):
            parts.append(COUNTED if data == "mini" else SINGLE_WORDS)
        parts += [_section(outcome) for outcome in outcomes if outcome.data == data]
    measured = {(outcome.data, outcome.network) for outcome in outcomes}
    by_hand = [f"- {DATA[data]}: {network}" for data, network in everything() if (data, network) not in measured]
    if by_hand:
        parts += ["## Not calibrated yet", "These thresholds were set by hand, and no error rate is known:"]
        parts += ["\n".join(by_hand)]
    return "\n\n".join(parts) + "\n"


def _head() -> str:
    return f"""# Calibration

How the thresholds of the graders were chosen. `make calibrate` measures what is missing in `calibration.json`, writes
the thresholds into `autograder/thresholds.json`, and this page. Nothing here is edited by hand.

**Measured.** Every model is trained exactly as a submission is: the same function, budget and renamed token ids. Each
seed draws the network's start, the order of the batches and, on `mini`, hidden reviews of its own from a key of its
own, since every teacher has another key (`autograder renew-hidden`). On IMDB the reviews are the same for all seeds:
short ones, which no budget cuts, since a network learns more from them in the same time.

**Again.** Where one training leaves too narrow a gap, the graders train a network that misses the line a second time,
or a third, with another start and another order, on the same reviews, and the best F1 counts. Here every model is
then trained as often as the graders may, and the best F1 is what the table shows.

**Weak models** are what a submission can be that hands in too little: a bag of words, a constant, a network that
learns nothing or next to nothing, one that forgets the order. The graders deal the labels out, so no submission
learns from labels of which half are wrong; only labels that tell nothing at all stand here, for a network that
learns nothing from reviews. A network without its vectors is no weak model: it learns, only less, and what finds it
is the comparison of its embedding with the vectors, which is exact.

**Required.** A right solution, in each accepted variant, misses the line with a chance of at most
{_chance(FALSE_FAIL)}; a weak model reaches it with a chance of at most {_chance(FALSE_PASS)}. Where no line keeps
both, `autograder calibrate` fails and names the models in the way; then the budget has to change, not the rule.

**Method.** F1 is compared as its logit, a delta by its logarithm; there each model gets a normal distribution. Its
spread comes from the seeds on the line's side of its median, at the upper end of its one-sided {CONFIDENCE:.0%}
interval (chi-square); its centre moves towards the line by the {CONFIDENCE:.0%} bound of a median's error. So the
chances below are upper bounds, if the normal tail holds; nothing below {_chance(SMALLEST_RATE)} is claimed. No spread
counts as less than {SMALLEST_SPREAD:g}, the standard error of a logit at ⅔ on 1,000 test reviews: so a constant has a
chance, too. The line is the easiest of all lines that keep both rates, since right work that nobody measured should
pass as well; it is rounded to two digits where both rates still hold, else to four, and all rates are those of the
rounded line, rounded up. A weak model with an F1 under ⅔, which is what calling every review positive gets, counts as
⅔; a right one above {NEARLY_PERFECT:g} counts as that, since beyond it the logit stretches what is the chance of a
few test reviews.
Source: Hahn and Meeker, *Statistical Intervals*, Wiley 1991, chapter 4.

**Seeds.** 30 at first; more where they bound a rate too loosely, since an interval narrows with every seed. To stop
when a rate holds favours luck a little; the number of seeds stands below each table.

In the figures right models are blue circles, weak ones orange triangles, and the line is black."""


def _section(outcome: Outcome) -> str:
    beyond = outcome.network != DELTA and NETWORKS[outcome.network].beyond_phrases_of
    shown = "share" if outcome.network == DELTA or beyond else "F1"
    title = "Convergence delta" if outcome.network == DELTA else NETWORKS[outcome.network].title
    found, scale = outcome.calibration, scale_of(outcome.network)
    line = scale.place(outcome.threshold)
    rows = [
        f"| model | lowest {shown} | 5 % | median | 95 % | highest | chance of the wrong side |",
        "|---|" + "---|" * 6,
    ]
    for values_by_name, side in ((outcome.honest, "low"), (outcome.weak, "high")):
        for name, values in values_by_name.items():
            rate = fit_tail(scale.places(values, side == "low"), "low" if side == "low" else "high").rate(line)
            rows.append(f"| {name} | {_figures(values)} | {_chance(rate)} |")
        if side == "low":
            rows.append(
                f"| **{'at most' if outcome.network == DELTA else 'at least'} {outcome.threshold:g}** |" + " |" * 6
            )
    rows += [
        f"| {name}, {len(values)} seeds | {_figures(values)} | not told by F1 |"
        for name, values in outcome.not_told.items()
    ]
    return "\n\n".join((f"### {title}", _budget(outcome), "\n".join(rows), _summary(outcome, found.seeds)))


def _budget(outcome: Outcome) -> str:
    budget = outcome.budget
    if outcome.network == DELTA:
        return (
            "|delta| relative to |F(x) − F(x′)| (at least 0.5) on the solution's trained CNN, the worst of "
            f"{REVIEWS} long reviews, as the check of a submission measures it; {DRAWS} such draws a trained network."
        )
    if NETWORKS[outcome.network].beyond_phrases_of:
        return (
            f"Share right of the test reviews on which naive Bayes on phrases of up to {LONGEST} or {LONGER} words "
            "is wrong, after the same training as for F1. A weak model with a share under one half counts as that, "
            "since it could guess there."
        )
    arguments = ", ".join(f"{name} {value}" for name, value in budget.network.items())
    course = ", reached after a third of the steps and falling to nothing" if budget.one_cycle else ""
    again = "" if budget.trainings == 1 else f" The best of {budget.trainings} trainings counts."
    return (
        f"{budget.train:,} training reviews, {budget.epochs} epochs, batches of {budget.batch_size}, Adam with a "
        f"learning rate of {budget.learning_rate:g}{course}; {budget.test:,} test reviews; up to {budget.max_length} "
        f"tokens; {arguments}; embeddings start at {budget.embedding_scale:g} times their size.{again}"
    )


def _summary(outcome: Outcome, seeds: int) -> str:
    choice, found = outcome.choice, outcome.calibration
    low, high = found.honest
    return (
        f"{seeds} seeds. False fail at most {_chance(choice.false_fail)} (nearest: {choice.nearest_honest}), false "
        f"pass at most {_chance(choice.false_pass)} (nearest: {choice.nearest_weak}). Nine in ten right solutions "
        f"lie between {_figure(low)} and {_figure(high)}."
    )


def _figures(values: Sequence[float]) -> str:
    """Lowest value, three percentiles, highest value, as cells of a table."""
    return " | ".join(_figure(value) for value in (min(values), *np.percentile(values, [5, 50, 95]), max(values)))


def _figure(value: float) -> str:
    return f"{value:.3f}" if value >= 0.1 or value == 0 else f"{value:.2g}"


def _chance(rate: float) -> str:
    return f"{rounded_up(rate):.0e}".replace("e-0", "e-")
