"""Each form of CNN gets the verdict of its kind: right ones pass, a wrong one fails in the check that it is about."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Sequence

import pytest
import torch
from _pytest.mark import ParameterSet

from tests.textlab.checks.answers import answer
from tests.textlab.checks.cnn_forms import RIGHT, WRONG, Form
from tests.textlab.checks.test_cnn_checks import CHECKS
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, StudentError
from textlab.checks.local import LocalNetwork


def failing(form: Form, seed: int, checks: tuple[Callable[..., None], ...] = CHECKS) -> dict[str, str]:
    """The checks that fail, with the causes that they name."""
    with contextlib.redirect_stdout(io.StringIO()):
        network = LocalNetwork(answer("CNN", form.changes, notebook="2_cnn"))
    torch.manual_seed(seed)
    found = {}
    for check in checks:
        try:
            check(network, Draw(seed))
        except (CheckFailed, StudentError) as failure:
            found[check.__name__] = failure.cause
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", RIGHT, ids=lambda form: form.name)
def test_a_right_form_passes(form: Form) -> None:
    assert failing(form, 5) == {}


def first_of_each_kind(forms: Sequence[Form]) -> Iterator[ParameterSet]:
    """The forms; slow are those that fail as one before does, with the same cause."""
    seen = set()
    for form in forms:
        kind = form.fails, form.cause
        yield pytest.param(form, id=form.name, marks=[pytest.mark.slow] if kind in seen else [])
        seen.add(kind)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", first_of_each_kind(WRONG))
def test_a_wrong_form_fails_once_and_its_cause_is_named_or_none(form: Form) -> None:
    found = failing(form, 5)
    assert tuple(found) == form.fails
    assert found[form.fails[0]] == form.cause
