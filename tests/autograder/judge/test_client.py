"""The judge's client against workers that lie, stall and die: each ends with its own outcome and the judge lives."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import cast

import pytest
import torch

from autograder.judge import border
from autograder.judge.called import CALLS
from autograder.judge.client import Worker, WorkerLost
from autograder.judge.remote import RemoteModel
from autograder.sandbox import Limits, Usage, WorkerProcess
from autograder.wire.channel import Channel
from autograder.wire.frames import PREFIX, Frame, encode_frame
from autograder.wire.values import Handle
from autograder.worker.session import Session
from textlab.checks.failure import StudentError
from textlab.training import TrainingPlan

Answer = Callable[[Frame, socket.socket], None]


class FakeProcess:
    """A thread in place of a worker's process."""

    def __init__(self, answer: Answer, memory: int = 0) -> None:
        self.stream, theirs = socket.socketpair()
        self.killed = False
        self._memory = memory
        self._thread = threading.Thread(target=self._serve, args=(theirs, answer), daemon=True)
        self._thread.start()

    def wait_started(self, seconds: float) -> None:
        """Return at once."""

    def usage(self) -> Usage:
        """What the fake claims to use."""
        return Usage(self._memory)

    def kill(self) -> None:
        """Hang up."""
        self.killed = True
        self.stream.close()

    def _serve(self, theirs: socket.socket, answer: Answer) -> None:
        channel = Channel(theirs)
        try:
            channel.send(Frame({"ready": True}))
            while True:
                answer(channel.receive(), theirs)
        except (EOFError, OSError):
            theirs.close()


def worker(answer: Answer, memory: int = 0) -> Worker:
    """A client on a fake worker that answers so."""
    return Worker(cast(WorkerProcess, FakeProcess(answer, memory)), Limits(memory_bytes=1000))


def says(header: dict[str, object], tensors: dict[str, torch.Tensor] | None = None) -> Answer:
    """An answer of this header, with the right sequence number unless it says another."""

    def answer(request: Frame, stream: socket.socket) -> None:
        stream.sendall(encode_frame(Frame({"sequence": request.header["sequence"], **header}, tensors or {})))

    return answer


def sends(data: bytes) -> Answer:
    """An answer of these bytes."""

    def answer(request: Frame, stream: socket.socket) -> None:
        stream.sendall(data)

    return answer


def nan_frame(request: Frame, stream: socket.socket) -> None:
    """A well-formed frame with NaN in its tensor."""
    header = {"sequence": request.header["sequence"], "value": {"tensor": "t0"}}
    stream.sendall(encode_frame(Frame(header, {"t0": torch.tensor([float("nan")])})))


def other_shape(request: Frame, stream: socket.socket) -> None:
    """A tensor whose announced shape does not fit its bytes."""
    header = {"sequence": request.header["sequence"], "value": {"tensor": "t0"}}
    frame = encode_frame(Frame(header, {"t0": torch.zeros(4)}))
    stream.sendall(frame.replace(b'"shape":[4]', b'"shape":[9]'))


def two_frames(request: Frame, stream: socket.socket) -> None:
    """An answer and one more that nobody asked for."""
    for _ in range(2):
        says({"value": 1})(request, stream)


def hang_up(request: Frame, stream: socket.socket) -> None:
    """No answer, end of file."""
    stream.shutdown(socket.SHUT_RDWR)


def stall(request: Frame, stream: socket.socket) -> None:
    """No answer at all."""


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (nan_frame, "tampered"),
        (other_shape, "tampered"),
        (sends(b"all tests passed\n" * 10), "tampered"),
        (sends(PREFIX.pack(b"TLW1", 20, 10 * 2**30)), "tampered"),
        (sends(PREFIX.pack(b"TLW1", 2, 0) + b"[]"), "tampered"),
        (says({"sequence": 99, "value": 1}), "tampered"),
        (says({"value": {"pickle": "gASV"}}), "tampered"),
        (says({"value": {"tensor": "t7"}}), "tampered"),
        (says({"value": {"object": "0"}}), "tampered"),
        (says({"student_error": "no list"}), "tampered"),
        (says({"printed": 3, "value": 1}), "tampered"),
        (hang_up, "crashed"),
        (sends(PREFIX.pack(b"TLW1", 500, 0) + b"{"), "timeout"),
        (stall, "timeout"),
    ],
)
def test_a_bad_answer_loses_the_worker_with_its_own_outcome(answer: Answer, outcome: str) -> None:
    client = worker(answer)
    with pytest.raises(WorkerLost) as caught:
        client.request("forward", 0.5, border.value(100))
    assert caught.value.outcome == outcome
    with pytest.raises(WorkerLost):
        client.request("forward", 0.5, border.value(100))


MODEL, PROBE = Handle(4), Handle(5)


def made(answer: Answer) -> Answer:
    """Models of numbers 4, from a class of the student's, and 5, of the kit's own; then this answer."""
    numbers = {"build": MODEL.number, "probe": PROBE.number}

    def answers(request: Frame, stream: socket.socket) -> None:
        number = numbers.get(str(request.header["verb"]))
        (answer if number is None else says({"value": {"object": number}}))(request, stream)

    return answers


@pytest.mark.parametrize(
    ("answer", "said"), [(stall, "{} gave no answer within 0.2 s"), (hang_up, "process ended during {}")]
)
@pytest.mark.parametrize(
    ("verb", "arguments", "called"),
    [
        ("call", {"name": "train_model"}, "train_model"),
        ("forward", {"model": MODEL}, "CNN.forward"),
        ("predict", {"model": MODEL}, "CNN.forward"),
        ("fit", {"model": MODEL}, "training CNN"),
        ("get_weights", {"model": MODEL}, "CNN.state_dict"),
        ("forward", {"model": PROBE}, "forward of the kit's own"),
        ("load", {}, "loading the notebook"),
    ],
)
def test_a_worker_that_is_lost_says_what_was_called(
    answer: Answer, said: str, verb: str, arguments: dict[str, object], called: str
) -> None:
    client = worker(made(answer))
    assert client.request("build", 5.0, border.handle(), name="CNN") == MODEL
    assert client.request("probe", 5.0, border.handle()) == PROBE
    with pytest.raises(WorkerLost) as caught:
        client.request(verb, 0.2, border.value(100), **arguments)
    assert said.format(called) in str(caught.value)


def test_a_class_that_is_never_built_is_named() -> None:
    with pytest.raises(WorkerLost, match=r"^CNN\.__init__ gave no answer within 0\.2 s$"):
        worker(stall).request("build", 0.2, border.handle(), name="CNN")


@pytest.mark.parametrize("verb", sorted(CALLS))
def test_every_call_that_is_named_is_a_verb(verb: str) -> None:
    assert callable(getattr(Session, verb))


class Log:
    """Answers in the right form, and notes on which device each verb was asked."""

    def __init__(self) -> None:
        self.devices: dict[str, object] = {}

    def __call__(self, request: Frame, stream: socket.socket) -> None:
        """Answer any verb."""
        verb = request.header["verb"]
        self.devices[verb] = dict(request.header["arguments"]["items"]).get("device")
        if verb == "fit":
            says({"value": [0.5, 0.5]})(request, stream)
        else:
            says({"value": {"tensor": "t0"}}, {"t0": torch.zeros(4)})(request, stream)


def test_training_and_the_predictions_after_it_and_nothing_else_go_to_the_device() -> None:
    log, ids = Log(), torch.zeros(4, 6).long()
    client = worker(log)
    client.device = "cuda:1"
    model = RemoteModel(client, Handle(0), 5.0)
    model.fit(ids, torch.ones(4), torch.ones(4), TrainingPlan(2, 2, 0, 1))
    model.predict(ids, torch.ones(4).long(), pad_id=1)
    model.forward(ids)
    model.forward_embedded(torch.zeros(4, 6, 2))
    assert log.devices == {"fit": "cuda:1", "predict": "cuda:1", "forward": None, "forward_embedded": None}


@pytest.mark.parametrize(("device", "ended"), [("cpu", False), ("cuda:0", True)])
def test_an_error_on_a_gpu_ends_the_worker_and_one_on_the_cpu_does_not(device: str, ended: bool) -> None:
    client = worker(says({"student_error": ["training CNN", "RuntimeError", "CUDA error", ""]}))
    client.device = device
    with pytest.raises(StudentError):
        RemoteModel(client, Handle(0), 5.0).predict(torch.zeros(1, 6).long(), torch.ones(1).long(), pad_id=1)
    assert (client.lost is not None, cast(FakeProcess, client._process).killed) == (ended, ended)


def test_bytes_nobody_asked_for_are_noticed() -> None:
    client = worker(two_frames)
    assert client.request("forward", 5.0, border.value(100)) == 1
    with pytest.raises(WorkerLost) as caught:
        client.request("forward", 5.0, border.value(100))
    assert caught.value.outcome == "tampered"


def test_a_worker_that_grows_too_large_is_ended() -> None:
    with pytest.raises(WorkerLost) as caught:
        worker(stall, memory=2000).request("forward", 5.0, border.value(100))
    assert caught.value.outcome == "memory"


@pytest.mark.parametrize(
    ("call", "value"),
    [
        (lambda model: model.predict(torch.zeros(4, 6).long(), torch.ones(4).long(), pad_id=1), {"tensor": "t0"}),
        (lambda model: model.given(), {"items": [["matrix", 3]]}),
        (lambda model: model.parameters(), {"items": [["a", [-1]]]}),
        (lambda model: model.forward(torch.zeros(1, 3).long()), 0.5),
        (lambda model: model.gradients(torch.zeros(1, 3).long()), {"items": [["a", "b"]]}),
        (
            lambda model: model.fit(torch.zeros(2, 5).long(), torch.ones(2), torch.ones(2), TrainingPlan(2, 2, 0, 1)),
            [0.5],
        ),
    ],
)
def test_an_answer_of_another_form_than_the_verb_promises_is_tampering(
    call: Callable[[RemoteModel], object], value: object
) -> None:
    client = worker(says({"value": value}, {"t0": torch.zeros(7)}))
    with pytest.raises(WorkerLost) as caught:
        call(RemoteModel(client, Handle(0), 5.0))
    assert caught.value.outcome == "tampered"


def test_what_the_students_code_raised_is_told_and_the_worker_goes_on() -> None:
    client = worker(says({"student_error": ["CNN(…)", "ValueError", "too short", "cell 5, line 3"], "printed": "hi"}))
    for _ in range(2):
        with pytest.raises(StudentError) as caught:
            client.request("build", 5.0, border.handle())
    assert caught.value.where == "cell 5, line 3"
    assert client.printed == ["hi", "hi"]
