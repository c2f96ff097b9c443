"""A warm worker at work: requests in, answers out, until the judge hangs up."""

from __future__ import annotations

import json
import os
import socket
import sys
import warnings
from typing import Any

import torch
from torch import Tensor, nn

import autograder.worker.session as sessions
from autograder.wire.channel import Channel
from autograder.wire.frames import MAX_INDEX, MAX_TENSORS, Frame
from autograder.wire.values import pack, unpack
from autograder.worker.printed import Printed
from textlab.checks.failure import StudentError


def quiet() -> Printed:
    """Let everything that is printed from now on go into what is given back."""
    printed = Printed()
    sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115
    sys.stdout = sys.stderr = printed
    torch.set_num_threads(1)
    # A GPU is for graded training only. And Adam asks for one: after that no child of a fork server could use it.
    torch.cuda.is_available = lambda: False
    return printed


def serve(descriptor: int, printed: Printed) -> None:
    """Say on the socket that the worker is ready, and answer requests until the judge hangs up."""
    printed.take()
    channel = Channel(socket.socket(fileno=descriptor))
    session = sessions.Session(printed)
    channel.send(Frame({"ready": True, "python": sys.version.split()[0], "torch": torch.__version__}))
    while True:
        try:
            request = channel.receive()
        except (EOFError, OSError):
            break
        channel.send(reply(session, request))
    os._exit(0)


def reply(session: sessions.Session, request: Frame) -> Frame:
    """The answer to one request: a value, or what the student's code did instead."""
    header: dict[str, Any] = {"sequence": request.header["sequence"]}
    tensors: dict[str, Tensor] = {}
    try:
        arguments = unpack(request.header["arguments"], request.tensors, session.resolve)
        header["value"] = pack(session.answer(request.header["verb"], arguments), tensors)
    except StudentError as error:
        tensors.clear()
        fields = (error.call, error.type_name, error.message, error.where)
        header["student_error"] = [_clean(text) for text in fields]
    except BaseException as error:
        tensors.clear()
        header["student_error"] = [
            _clean(str(request.header["verb"])),
            type(error).__name__,
            _clean(error),
            "",
        ]
    header["printed"] = session.printed.take()
    return _within_limits(Frame(header, tensors), request)


def warm_up() -> None:
    """Import what every submission needs and take one training step, since torch's first one is slow."""
    warnings.filterwarnings("ignore")
    import captum.attr  # noqa: F401
    import sklearn.metrics  # noqa: F401

    network = nn.Sequential(nn.Embedding(4, 4), nn.Conv1d(3, 2, 2), nn.Flatten(), nn.Linear(6, 1))
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.zeros(2, 3, dtype=torch.long)).sum().backward()
    optimizer.step()
    warnings.resetwarnings()


def _within_limits(frame: Frame, request: Frame) -> Frame:
    """The frame, or one that says why the judge would not read it."""
    most_header, most_body = request.header["most"]
    room = max(0, most_body - MAX_INDEX)
    # A broadcast tensor costs the sender nothing.
    size = sum(tensor.numel() * tensor.element_size() for tensor in frame.tensors.values())
    said = ""
    if size > room:
        said = f"an answer of more than {room / 2**20:.3g} MiB"
    elif len(frame.tensors) > MAX_TENSORS:
        said = f"an answer of more than {MAX_TENSORS} tensors"
    else:
        try:
            if len(json.dumps(frame.header, allow_nan=False)) > most_header:
                said = f"an answer of more than {most_header / 2**20:.3g} MiB of text"
        except (ValueError, RecursionError) as error:
            said = f"a number that is not finite, or a value that is nested too deep ({error})"
    if not said:
        return frame
    fields = {name: value for name, value in frame.header.items() if name != "value"}
    return Frame({**fields, "student_error": [str(request.header["verb"]), "", said, ""]})


def _clean(text: object) -> str:
    try:
        return str(text)[:1000].encode("utf-8", "backslashreplace").decode()
    except BaseException:
        return "(text that could not be read)"
