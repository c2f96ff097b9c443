"""The fuzzed readers keep their promises on what fuzzing begins with, on what it found, and on changes of both."""

from __future__ import annotations

import functools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, Target

FOUND: dict[str, tuple[bytes, ...]] = {}
"""Inputs that once broke a promise, by target."""
NAMES = [target.name for target in TARGETS]
BY_NAME = {target.name: target for target in TARGETS}
SHORT, LONG = 100, 5000


@functools.cache
def seeds(name: str) -> list[bytes]:
    """What fuzzing begins with, and what it found."""
    return [*BY_NAME[name].seeds(), *FOUND.get(name, ())]


@st.composite
def changed(draw: st.DrawFn, target: Target) -> bytes:
    """A seed in which some stretches are replaced by others, by words of the target or by any bytes."""
    data = draw(st.sampled_from(seeds(target.name)))
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(data)))
        end = min(len(data), begin + draw(st.integers(0, 40)))
        piece = draw(st.sampled_from(target.words) | st.binary(max_size=8) | st.just(data[begin:end] * 2))
        data = data[:begin] + piece + data[end:]
    return data


@pytest.mark.parametrize("name", NAMES)
def test_the_seeds_keep_the_promises(name: str) -> None:
    for seed in seeds(name):
        BY_NAME[name].check(seed)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=SHORT, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_changed_seeds_keep_the_promises(name: str, data: st.DataObject) -> None:
    BY_NAME[name].check(data.draw(changed(BY_NAME[name])))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=LONG, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_many_changed_seeds_keep_the_promises(name: str, data: st.DataObject) -> None:
    BY_NAME[name].check(data.draw(changed(BY_NAME[name])))
