"""How a check says what is wrong: which input, what was expected, what came back, why, what next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from textlab.checks.symptoms import UNKNOWN, find_symptom
from textlab.kit_answers import TEXT, KitAnswer

BUILT_BY = ", built by "
"""In a call on a network, before the call that has made the network."""
PLACEHOLDER = "this blank is not written yet"
"""What the raise of a blank says, as it is handed out."""
NO_GRADIENT = 1e-9
"""Share of the largest gradient up to which one is none: in right networks the smallest has a share of 1e-4."""
NO_KNOWN_CAUSE = "none of the mistakes that this check knows gives this result"
"""The row `likely` of a failure whose cause no experiment has confirmed."""


@dataclass(frozen=True)
class Cause:
    """A cause that an experiment has confirmed: with the fault put in, the check computes what came back."""

    name: str
    """Identifies it for the bank of wrong answers, such as "kernel-sizes-written-out"."""
    text: str
    """What a student reads."""


class CheckFailed(Exception):
    """A rule of the assignment does not hold; carries the counterexample.

    `what` names the fault in one line, `input` the call, `expected` and `got` its values,
    `likely` the confirmed cause, if there is one, and `next` the step to take: without a cause, one experiment.
    """

    def __init__(self, what: str, *, input: str, expected: str, got: str, likely: Cause | None, next: str) -> None:
        super().__init__(what)
        self.what = what
        self.cause = likely.name if likely else ""
        """The name of the confirmed cause; "" without one."""
        said = likely.text if likely else NO_KNOWN_CAUSE
        self.rows = {"input": input, "expected": expected, "got": got, "likely": said, "next": next}

    def __str__(self) -> str:
        """The failure as aligned lines of text."""
        return "\n".join([self.what, *(f"  {name:<9} {text}" for name, text in self.rows.items())])


class NotChecked(CheckFailed):
    """The check cannot be asked: what it builds on is wrong, and another check says so."""

    def __init__(self, because: str) -> None:
        super().__init__(
            f"not checked, because {because}",
            input="",
            expected="",
            got="",
            likely=None,
            next="",
        )
        self.rows["likely"] = ""

    def __str__(self) -> str:
        """The reason."""
        return self.what


class StudentError(Exception):
    """The student's code raised, or gave back something that is no answer at all.

    `call` is what the check did, `type_name` the exception's class (or "" for an unusable value),
    `where` the place in the notebook, such as "cell 5, line 3".
    """

    def __init__(self, call: str, type_name: str, message: str, where: str = "") -> None:
        super().__init__(message)
        self.call = call
        self.type_name = type_name
        self.message = message
        self.where = where

    @property
    def not_attempted(self) -> bool:
        """Whether the blank is still the one that was handed out."""
        # torch raises the same type with texts of its own: that is an attempt.
        return self.type_name == "NotImplementedError" and self.message in ("", PLACEHOLDER)

    @property
    def cause(self) -> str:
        """The id of the symptom that the error shows; "" when it is none of the known ones."""
        symptom = find_symptom(self.type_name, self.message)
        return "" if symptom is UNKNOWN else symptom.id

    @property
    def what(self) -> str:
        """The fault in one line."""
        name = self.call.split(BUILT_BY)[0].split("(")[0]
        if self.type_name == KitAnswer.__name__:
            return f"{name}: {TEXT}"
        return f"{name} raised {self.type_name}" if self.type_name else f"{name} gave no usable answer"

    @property
    def rows(self) -> dict[str, str]:
        """The parts of the message by label; likely and next come from the symptom, if the error is a usual one."""
        symptom = find_symptom(self.type_name, self.message)
        where = {"where": self.where} if self.where else {}
        return {
            "input": self.call,
            "expected": "a result, without an error" if self.type_name else "finite tensors, numbers or strings",
            "got": self.message or self.type_name,
            **where,
            "likely": symptom.likely,
            "next": symptom.next,
        }

    def __str__(self) -> str:
        """The failure as aligned lines of text."""
        return "\n".join([self.what, *(f"  {label:<9} {text}" for label, text in self.rows.items())])


def shape_text(shape: Sequence[int]) -> str:
    """A shape as Python writes it: (3, 1)."""
    return str(tuple(int(size) for size in shape))


def numbers_text(values: Tensor, limit: int = 6) -> str:
    """The first few numbers of a tensor, four digits each."""
    flat = values.detach().flatten()
    text = ", ".join(f"{number:.4g}" for number in flat[:limit].tolist())
    return f"[{text}{', …' if flat.numel() > limit else ''}]"


def expect_shape(
    got: Tensor,
    allowed: Sequence[tuple[int, ...]],
    *,
    input: str,
    likely: Cause | None,
    next: str,
    axes: str = "",
) -> None:
    """Fail unless the tensor has one of the allowed shapes; the first is the one the notebook asks for.

    `axes` says what its axes are, such as "batch × 1".
    """
    if tuple(got.shape) in allowed:
        return
    raise CheckFailed(
        "the result has the wrong shape",
        input=input,
        expected=f"{shape_text(allowed[0])}{f', {axes}' if axes else ''}",
        got=shape_text(got.shape),
        likely=likely,
        next=next,
    )


def expect_close(
    got: Tensor,
    expected: Tensor,
    *,
    tolerance: float,
    what: str,
    input: str,
    likely: Cause | None,
    next: str,
) -> None:
    """Fail unless two tensors have the same shape and differ nowhere by more than `tolerance` (absolute)."""
    expect_shape(got, [tuple(expected.shape)], input=input, likely=likely, next=next)
    worst = float((got - expected).abs().max()) if got.numel() else 0.0
    if worst <= tolerance:
        return
    place = int(torch.argmax((got - expected).abs().flatten()))
    begin = f" from value {place + 1} of {got.numel()} on" if got.numel() > 1 else ""
    raise CheckFailed(
        what,
        input=input,
        expected=f"{numbers_text(expected.flatten()[place:])}{begin}, within {tolerance:.1g}",
        got=f"{numbers_text(got.flatten()[place:])}, off by {worst:.3g}",
        likely=likely,
        next=next,
    )


def expect_gradients(
    gradients: Mapping[str, float],
    *,
    spared: Collection[str] = (),
    input: str,
    likely: Cause | None,
    next: str,
) -> None:
    """Fail if a parameter that is not spared has no gradient, after backward() of what `input` names.

    gradients: their sizes by the parameters' names. One of next to nothing, beside the largest, is none.
    """
    silent = without_gradient(gradients, spared)
    if not silent:
        return
    raise CheckFailed(
        "a parameter never gets a gradient",
        input=f"{input}, then backward()",
        expected="a gradient for every parameter that is trained",
        got=f"none for {', '.join(silent[:4])}",
        likely=likely,
        next=next,
    )


def without_gradient(gradients: Mapping[str, float], spared: Collection[str] = ()) -> list[str]:
    """The parameters that are not spared and have no gradient, or one that is nothing beside the largest."""
    least = NO_GRADIENT * max(gradients.values(), default=0.0)
    return sorted(name for name, size in gradients.items() if not size > least and name not in spared)
