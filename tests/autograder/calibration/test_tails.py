"""Tails of known samples, and lines between them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import chi2, norm

from autograder.calibration.calibrate import rounded_up
from autograder.calibration.scales import F1, SHARE
from autograder.calibration.tails import FALSE_FAIL, FALSE_PASS, choose_line, fit_tail, judge_line

EVEN = [norm.ppf((number + 0.5) / 2000) for number in range(2000)]  # a normal sample without chance


@pytest.mark.parametrize("side", ["low", "high"])
def test_a_large_normal_sample_gives_the_quantile_of_the_normal_distribution(side: str) -> None:
    tail = fit_tail(EVEN, "low" if side == "low" else "high")
    exact = norm.ppf(1e-3) if side == "low" else norm.isf(1e-3)
    assert abs(tail.line(1e-3)) > abs(exact)
    assert tail.line(1e-3) == pytest.approx(exact, rel=0.1)
    assert tail.rate(tail.line(1e-3)) == pytest.approx(1e-3)


def test_few_seeds_give_a_wider_tail_than_many() -> None:
    few = [norm.ppf((number + 0.5) / 10) for number in range(10)]
    assert fit_tail(few, "low").line(1e-4) < fit_tail(EVEN, "low").line(1e-4) - 1


def test_the_spread_is_that_of_the_lines_side() -> None:
    skewed = [value if value > 0 else 5 * value for value in EVEN]
    assert fit_tail(skewed, "high").line(1e-3) < 4 < -fit_tail(skewed, "low").line(1e-3)


def test_stated_rates_bound_the_true_ones_in_nearly_all_repetitions() -> None:
    draws = np.random.default_rng(1)
    lines = [fit_tail(draws.normal(size=30).tolist(), "low").line(1e-3) for _ in range(200)]
    too_bold = np.mean([norm.cdf(line) > 1e-3 for line in lines])
    assert too_bold < 0.1


def test_the_line_lies_between_right_and_weak_and_keeps_both_rates() -> None:
    choice = choose_line({"good": [20 + value for value in EVEN]}, {"bad": EVEN})
    assert choice.line < 12
    assert choice.holds
    assert choice.false_fail <= FALSE_FAIL
    assert choice.false_pass <= FALSE_PASS


def test_where_no_line_keeps_both_rates_the_models_in_the_way_are_named() -> None:
    honest = {"good": [20 + value for value in EVEN], "near": [3 + value for value in EVEN]}
    choice = choose_line(honest, {"bad": EVEN, "worse": [value - 9 for value in EVEN]})
    assert not choice.holds
    assert (choice.nearest_honest, choice.nearest_weak) == ("near", "bad")


def test_a_line_beyond_the_right_models_does_not_hold() -> None:
    values = {"good": [20 + value for value in EVEN]}
    assert not judge_line(values, {"bad": EVEN}, 19.0).holds


def test_values_that_equal_the_median_count_as_values_of_the_lines_side() -> None:
    equal = [0.0] * 27 + [1.0, 1.0, 2.0]
    narrow, wide = fit_tail(equal, "high"), fit_tail([1.0, 1.0, 2.0, -1.0, -1.0, -2.0], "high")
    assert narrow.spread == pytest.approx(math.sqrt(6 / chi2.ppf(0.05, 15)))
    assert wide.spread == pytest.approx(math.sqrt(6 / chi2.ppf(0.05, 3)))


def test_one_value_has_no_tail() -> None:
    with pytest.raises(ValueError, match="at least two seeds"):
        fit_tail([0.9], "low")


def test_what_is_too_weak_or_nearly_perfect_counts_as_the_ends() -> None:
    values = [0.1, 0.7, 0.99]
    assert F1.places(values, honest=False) == [F1.place(value) for value in (2 / 3, 0.7, 0.99)]
    assert F1.places(values, honest=True) == [F1.place(value) for value in (0.1, 0.7, 0.98)]
    assert SHARE.places(values, honest=True) == SHARE.places(values, honest=False) == [SHARE.place(v) for v in values]


def test_scales_go_up_with_quality_and_come_back() -> None:
    assert F1.place(0.9) == pytest.approx(math.log(9))
    assert F1.value(F1.place(0.87)) == pytest.approx(0.87)
    assert SHARE.place(0.001) == pytest.approx(3)
    assert SHARE.place(0.001) > SHARE.place(0.1)
    assert SHARE.value(SHARE.place(0.004)) == pytest.approx(0.004)


@pytest.mark.parametrize(("rate", "written"), [(1e-6, 1e-6), (2.1e-5, 3e-5), (3e-5, 3e-5), (9.5e-4, 1e-3)])
def test_rates_arerounded_up(rate: float, written: float) -> None:
    assert rounded_up(rate) == pytest.approx(written)
