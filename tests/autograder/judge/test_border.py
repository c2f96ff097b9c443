"""What each verb's answer has to look like: the right form is read, every other one is refused."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from autograder.judge import border
from autograder.judge.border import Expected, Misfit, read_answer
from autograder.judge.client import WorkerLost
from autograder.judge.plugin import OF_THE_MACHINE, unusable
from autograder.wire.frames import Frame
from autograder.wire.values import Handle, pack
from autograder.worker.answering import reply
from autograder.worker.printed import Printed
from autograder.worker.session import Session
from tests.autograder.judge.conftest import Grade

ONE = torch.ones(1)
NAN = float("nan")


def read(expected: Expected[Any], value: object) -> object:
    """What the border makes of a value."""
    tensors: dict[str, torch.Tensor] = {}
    header = {"sequence": 1, "printed": "", "value": pack(value, tensors)}
    return read_answer(Frame(header, tensors), 1, expected).value


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        (border.nothing(), None),
        (border.handle(), Handle(3)),
        (border.names(), ["vocab_size", "**"]),
        (border.loaded(["f"]), {"found": ["f"], "failures": ["g: NameError"]}),
        (border.shapes(), {"a": [2, 3], "b": []}),
        (border.numbers(2), [0.5, 1]),
        (border.number_of_each(["a"], 0.0), {"a": 0.0}),
        (border.tensor(8, (1,)), ONE),
        (border.tensors(8, {"a": (1,)}), {"a": ONE}),
        (border.tensors(8, {"a": (1,)}, others=True), {"a": ONE, "b": ONE.long()}),
        (border.value(8), [["a"], {"b": ONE.half()}, None, True, 2**62, 1e15]),
    ],
)
def test_the_right_form_is_read(expected: Expected[Any], value: object) -> None:
    read(expected, value)


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        (border.nothing(), 0),
        (border.handle(), 3),
        (border.handle(), Handle(-1)),
        (border.handle(), Handle(2**40)),
        (border.names(), "vocab_size"),
        (border.names(), ["a", "a"]),
        (border.names(), ["a", 1]),
        (border.names(), [str(number) for number in range(1001)]),
        (border.loaded(["f"]), {"found": ["f", "g"], "failures": []}),
        (border.loaded(["f"]), {"found": ["f"]}),
        (border.loaded(["f"]), {"found": ["f"], "failures": [3]}),
        (border.shapes(), {"a": [-1]}),
        (border.shapes(), {"a": [True]}),
        (border.shapes(), {"a": [2.0]}),
        (border.shapes(), {"a": [1] * 17}),
        (border.shapes(), {"a": [2**30, 2**30]}),
        (border.shapes(), {"a": 3}),
        (border.shapes(), [["a", [1]]]),
        (border.numbers(2), [0.5]),
        (border.numbers(2), [0.5, True]),
        (border.numbers(2), [0.5, 1e16]),
        (border.numbers(2), [0.5, "1"]),
        (border.numbers(1, 0.0, 1.0), [1.5]),
        (border.number_of_each(["a"]), {}),
        (border.number_of_each(["a"]), {"a": 1.0, "b": 1.0}),
        (border.number_of_each(["a"], 0.0), {"a": -1e-9}),
        (border.tensor(8, (1,)), torch.ones(2)),
        (border.tensor(8), 1.0),
        (border.tensor(8), ONE.half()),
        (border.tensor(8), ONE * 2e15),
        (border.tensor(8, None, (torch.float32,)), ONE.double()),
        (border.tensor(8), ONE.reshape((1,) * 17)),
        (border.tensors(8, {"a": (1,)}), {}),
        (border.tensors(8, {"a": (1,)}), {"a": ONE, "b": ONE}),
        (border.tensors(8, {"a": (1,)}), {"a": torch.ones(2)}),
        (border.tensors(8, {"a": None}), {"a": 1.0}),
        (border.value(8), [Handle(1)]),
        (border.value(8), [1e16]),
    ],
)
def test_another_form_is_refused(expected: Expected[Any], value: object) -> None:
    with pytest.raises(Misfit):
        read(expected, value)


@pytest.mark.parametrize(
    "header",
    [
        {"sequence": True, "value": None},
        {"sequence": 1},
        {"sequence": 1, "value": None, "points": 100},
        {"sequence": 1, "value": None, "student_error": ["", "", "", ""]},
        {"sequence": 1, "student_error": None},
        {"sequence": 1, "value": None, "printed": None},
    ],
)
def test_a_header_with_other_fields_is_refused(header: dict[str, Any]) -> None:
    with pytest.raises(Misfit):
        read_answer(Frame(header), 1, border.nothing())


def test_texts_are_cut_and_hold_no_half_characters() -> None:
    header = {"sequence": 1, "printed": "\ud800" * 5000, "student_error": ["f", "E", "\udfff", "x" * 5000]}
    answer = read_answer(Frame(header), 1, border.nothing())
    assert answer.error is not None
    for text in (answer.printed, answer.error.message, answer.error.where):
        assert len(text.encode("utf-8")) <= 4000 * len("\\ud800")
    assert read(border.value(0), "\ud800") == "\\ud800"


LIMITED = """
import torch
def f(kind):
    inner = 0.5
    for _ in range(20):
        inner = [inner]
    return {
        "huge": 10**400,
        "large": -1e300,
        "deep": inner,
        "long": "x" * 10**6,
        "many": [0.5] * 10**5,
        "texts": ["x" * 15000] * 100,
        "tensors": [torch.ones(1)] * 600,
        "axes": torch.ones((1,) * 20),
        "far": torch.full((2,), 1e30),
        "wide": torch.zeros(10**7),
    }[kind]
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A worker's session in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("worker"))
        patch.setattr("sys.path", [])
        for stream in ("stdout", "stderr"):
            patch.setattr(f"sys.{stream}", None)
        for name in ("display", "get_ipython"):
            patch.setattr(f"builtins.{name}", None, raising=False)
        patch.setattr("autograder.worker.session.run_eagerly", lambda: None)
        made = Session(Printed())
        made.answer("load", {"program": [[1, 1, LIMITED]], "names": ["f"]})
        yield made


@pytest.mark.parametrize("kind", ["huge", "large", "deep", "long", "many", "texts", "tensors", "axes", "far", "wide"])
def test_what_honest_code_gives_too_large_is_told_to_the_student_and_is_no_tampering(session: Any, kind: str) -> None:
    expected = border.value(2**20)
    arguments = pack({"name": "f", "arguments": [kind], "keywords": {}, "seed": 0}, {})
    header = {"sequence": 1, "verb": "call", "arguments": arguments, "most": list(expected.most)}
    answer = read_answer(reply(session, Frame(header)), 1, expected)
    assert answer.error is not None
    assert answer.error.message


RAISES = """
def pad_reference(ids, pad_idx):
    return ids * 0 + pad_idx
"""


def test_what_a_check_raises_on_a_value_costs_the_student_and_is_told_to_the_instructor(
    grade_source: Grade, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(pad_reference: Any, draw: Any) -> None:
        pad_reference(draw.token_ids(1, 3, 30), 1)
        raise IndexError("index 7 is out of bounds")

    monkeypatch.setattr("textlab.checks.interpretation.reference_is_padding", raising)
    found = grade_source(RAISES)["pad-reference"]
    assert (found.outcome, found.points) == ("failed", 0)
    assert "IndexError: index 7 is out of bounds" in found.message
    assert "IndexError" in found.fault


@pytest.mark.parametrize("error", [IndexError("of the kit"), FileNotFoundError("of the machine")])
def test_what_a_check_raises_before_any_answer_is_a_fault_of_the_kit(
    grade_source: Grade, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def raising(pad_reference: Any, draw: Any) -> None:
        if isinstance(error, OF_THE_MACHINE):
            pad_reference(draw.token_ids(1, 3, 30), 1)
        raise error

    monkeypatch.setattr("textlab.checks.interpretation.reference_is_padding", raising)
    found = grade_source(RAISES)["pad-reference"]
    assert (found.outcome, found.fault) == ("error", "")


def test_a_failure_by_an_unusable_value_names_no_cause() -> None:
    assert unusable(IndexError("x")).cause == ""
    assert WorkerLost("tampered", "x").outcome == "tampered"
