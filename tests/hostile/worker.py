"""The hostile worker: it stands where a worker's process stands, and no answer of it can be trusted."""

from __future__ import annotations

import random
import socket
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from autograder.judge.border import Expected, T
from autograder.judge.client import Worker, WorkerLost
from autograder.judge.workers import Workers
from autograder.sandbox import Level, Usage
from autograder.wire.frames import PREFIX, Frame, decode_frame, encode_frame
from autograder.wire.values import Handle, pack, unpack
from autograder.worker.answering import reply
from autograder.worker.printed import Printed
from autograder.worker.session import Session
from tests.hostile.values import CHANGES, frame_of, hostile_value
from textlab.checks.failure import StudentError
from textlab.text import PAD, tokenize
from textlab.training import seed_everything

RIGHT = ("load", "signature", "build", "made", "probe", "scripted", "lookup", "batches", "vocabulary", "vectors")
"""Verbs without whose right answers a check does not begin; hostile answers to them are tried all the same."""


class HostileStream:
    """The judge's end of a socket behind which answers are made up at once."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._left = memoryview(encode_frame(Frame({"ready": True})))

    def settimeout(self, seconds: float | None) -> None:
        """Nothing waits here."""

    def sendall(self, data: bytes) -> None:
        """Take a request; the answer lies ready then."""
        _, header, _ = PREFIX.unpack(data[: PREFIX.size])
        request = decode_frame(data[PREFIX.size : PREFIX.size + header], data[PREFIX.size + header :])
        self._left = memoryview(self._answers.answer(request))

    def recv(self, size: int, flags: int = 0) -> bytes:
        """The next bytes of the answer; none at its end, as from a worker that hung up."""
        if flags & socket.MSG_PEEK:
            if not self._left:
                raise BlockingIOError
            return bytes(self._left[:size])
        part, self._left = self._left[:size], self._left[size:]
        return bytes(part)

    def close(self) -> None:
        """Nothing is open."""


class HostileProcess:
    """A process that is none."""

    def __init__(self, answers: Answers) -> None:
        self.stream = HostileStream(answers)

    def wait_started(self, seconds: float) -> None:
        """It has started."""

    def usage(self) -> Usage:
        """Of nothing."""
        return Usage()

    def kill(self) -> None:
        """It is gone."""


class TriedWorker(Worker):
    """A worker whose judge tries many hostile answers to each request and then goes on, at times with one of them.

    A hostile answer that has the form which is expected is taken for the answer; one that has not ends the worker.
    """

    def __init__(self, workers: HostileWorkers) -> None:
        self._all = workers
        self._answers = Honest(workers) if workers.honest else MadeUp(workers)
        super().__init__(HostileProcess(self._answers))  # type: ignore[arg-type]

    def request(self, verb: str, seconds: float, expected: Expected[T], **arguments: Any) -> T:
        """Give back the answer, or a hostile one."""
        workers, chance, taken = self._all, self._all.chance, list[T]()
        value = super().request(verb, seconds, expected, **arguments)
        # Nothing of the request decides how its answer is read, so that its tensors need not be sent each time.
        small = {name: given for name, given in arguments.items() if isinstance(given, (Handle, str))}
        for _ in range(workers.tries):
            answers = Distorted(workers, *self._answers.last)
            try:
                taken.append(Worker.request(_worker(answers), verb, seconds, expected, **small))
            except (WorkerLost, StudentError):
                workers.refused += 1
            except Exception as error:
                workers.escaped.append(f"{verb}: {type(error).__name__}: {error}"[:300])
        if verb in RIGHT or chance.random() >= workers.share:
            return value
        workers.lies += 1
        if not taken:
            self._lose("tampered", f"the answer to {verb} was refused")
        return chance.choice(taken)


def _worker(answers: Answers) -> Worker:
    return Worker(HostileProcess(answers))  # type: ignore[arg-type]


class HostileWorkers(Workers):
    """Hands out hostile workers."""

    def __init__(self, chance: random.Random, tries: int, *, wild: bool, honest: bool = False) -> None:
        """`tries`: hostile answers to each request.

        A wild one lets checks see nothing but answers of which no part is as it should be, a sly one now and then
        an answer that has one thing changed: of answers that are made up, or of honest ones.
        """
        super().__init__(Level.PROCESS)
        self.chance = chance
        self.tries = tries
        self.wild = wild
        self.honest = honest
        self.share = 1.0 if wild else 0.04 if honest else 0.15
        self.answers = self.refused = 0
        self.lies = 0
        """Hostile answers that checks have met."""
        self.escaped: list[str] = []
        """Exceptions of the judge that are none of those by which it refuses an answer."""

    def take(self) -> Worker:
        """A fresh one."""
        return TriedWorker(self)

    def prepare(self) -> None:
        """None is kept ahead."""


class Answers(Protocol):
    """What stands behind a stream."""

    def answer(self, request: Frame) -> bytes:
        """The bytes of the answer."""


class Distorted:
    """Gives a hostile answer in place of a known one."""

    def __init__(self, workers: HostileWorkers, value: Any, tensors: dict[str, Tensor]) -> None:
        self._all = workers
        self._value, self._tensors = value, tensors

    def answer(self, request: Frame) -> bytes:
        """Of the wrong form, or of the right one with other values."""
        chance, tensors = self._all.chance, dict(self._tensors)
        self._all.answers += 1
        answer = {"sequence": request.header["sequence"], "printed": "", "value": self._value}
        if chance.random() < 0.25:
            return chance.choice(CHANGES)(chance, frame_of(answer, tensors), answer, tensors)
        like = None if self._all.wild else self._value
        changed = hostile_value(chance, tensors, like)
        while changed == self._value and not tensors:
            changed = hostile_value(chance, tensors, like)
        return frame_of({**answer, "value": changed}, tensors)


class QuietSession(Session):
    """A worker's session in this process, which it leaves as it was."""

    def load(self, *arguments: Any, quiet: bool = False, **keywords: Any) -> dict[str, Any]:
        """Without silencing dropout, which would be silent for all."""
        return super().load(*arguments, **keywords)

    def _enter(self) -> Path:
        return self._folder

    def _reset(self) -> None:
        seed_everything(0)
        torch.set_grad_enabled(True)


class Honest:
    """What the kit's worker answers."""

    def __init__(self, workers: HostileWorkers) -> None:
        self._session = QuietSession(Printed())
        self.last: tuple[Any, dict[str, Tensor]] = (None, {})

    def answer(self, request: Frame) -> bytes:
        """The right answer."""
        frame = reply(self._session, request)
        self.last = (frame.header.get("value"), frame.tensors)
        return encode_frame(frame)


class MadeUp:
    """Answers to every verb: of the form that the kit's worker would give, with values that nobody computed."""

    def __init__(self, workers: HostileWorkers) -> None:
        self._chance = workers.chance
        self.objects: list[dict[str, Any]] = []
        self.last: tuple[Any, dict[str, Tensor]] = (None, {})

    def answer(self, request: Frame) -> bytes:
        """An answer of the right form."""
        arguments = unpack(request.header["arguments"], request.tensors, Handle)
        tensors: dict[str, Tensor] = {}
        value = pack(getattr(self, request.header["verb"], self._nothing)(**arguments), tensors)
        self.last = (value, tensors)
        return frame_of({"sequence": request.header["sequence"], "printed": "", "value": value}, tensors)

    def _nothing(self, **arguments: Any) -> None:
        """serve, bring, set_weights, step."""

    def _keep(self, **fields: Any) -> Handle:
        self.objects.append(fields)
        return Handle(len(self.objects) - 1)

    def load(self, names: list[str], **arguments: Any) -> Any:
        """All was found."""
        return {"found": names, "failures": []}

    def signature(self, name: str) -> Any:
        """Takes any arguments."""
        return ["**"]

    def build(self, name: str, arguments: dict[str, Any], **others: Any) -> Handle:
        """A network with an embedding, a layer for each kernel size, and a last layer."""
        matrix = next((value for value in arguments.values() if isinstance(value, Tensor)), None)
        numbers = {key: value for key, value in arguments.items() if type(value) is int}
        words = len(matrix) if matrix is not None else numbers.get("vocab_size", 10)
        dim = matrix.shape[1] if matrix is not None else numbers.get("emb_dim", numbers.get("embedding_dim", 4))
        shapes = {"embedding.weight": [words, dim]}
        channels, hidden = numbers.get("out_channels", 3), numbers.get("hidden_dim", 5)
        kernels = arguments.get("kernel_sizes", [])
        for place, size in enumerate(kernels):
            shapes |= {f"convs.{place}.weight": [channels, dim, size], f"convs.{place}.bias": [channels]}
        if "hidden_dim" in numbers:
            shapes |= {"rnn.weight_ih_l0": [4 * hidden, dim], "rnn.weight_hh_l0": [4 * hidden, hidden]}
            shapes |= {"rnn.bias_ih_l0": [4 * hidden], "rnn.bias_hh_l0": [4 * hidden]}
        last = channels * len(kernels) if kernels else hidden
        rows = numbers.get("n_classes", 1)
        shapes |= {"fc.weight": [rows, last], "fc.bias": [rows]}
        return self._keep(shapes=shapes, rows=rows, given={} if matrix is None else {"matrix": matrix})

    def made(self, name: str) -> Handle:
        """A network."""
        return self.build(name, {})

    def probe(self, vocab_size: int, emb_dim: int, pad_idx: int, n_classes: int) -> Handle:
        """The kit's own."""
        return self.build("", {"vocab_size": vocab_size, "emb_dim": emb_dim, "n_classes": n_classes})

    def scripted(self, losses: list[float], train_losses: list[float]) -> Handle:
        """The kit's own."""
        return self._keep(shapes={"position": [1], "shift": [1]}, rows=1, given={}, log=len(losses))

    def lookup(self, vocab_size: int, dropout: float) -> Handle:
        """The kit's own."""
        return self._keep(shapes={"embedding.weight": [vocab_size, 1]}, rows=1, given={})

    def batches(self, **arguments: Any) -> Handle:
        """Batches."""
        return self._keep()

    def vocabulary(self, tokens: list[str]) -> Handle:
        """A vocabulary."""
        return self._keep(tokens=tokens)

    def vectors(self, words: list[str], matrix: Tensor) -> Handle:
        """Vectors."""
        return self._keep(matrix=matrix)

    def read_vectors(self, vectors: Handle) -> Any:
        """As they were."""
        return self._of(vectors)["matrix"]

    def parameters(self, model: Handle) -> Any:
        """The shapes."""
        return self._of(model)["shapes"]

    def given(self, model: Handle) -> Any:
        """What came."""
        return self._of(model)["given"]

    def get_weights(self, model: Handle) -> Any:
        """Numbers by chance."""
        return {name: self._normal(*shape) for name, shape in self._of(model)["shapes"].items()}

    def forward(self, model: Handle, ids: Tensor, **others: Any) -> Any:
        """Numbers by chance; for the log of a training rows of the right length."""
        found = self._of(model)
        if "log" in found and int(ids[0, 0]) == 4:
            rows = [[self._chance.choice([2, 3, 5]), 1, 1, 0.5, 0.1, 20.0, 19.9] for _ in range(found["log"] * 3)]
            return torch.tensor(rows, dtype=torch.float64)
        return self._normal(len(ids), found["rows"])

    def forward_embedded(self, model: Handle, embedded: Tensor) -> Any:
        """Numbers by chance."""
        return self._normal(len(embedded), self._of(model)["rows"])

    def gradients(self, model: Handle, **others: Any) -> Any:
        """Some size for each, now and then 0."""
        return {name: self._chance.choice([0.0, 0.5]) for name in self._of(model)["shapes"]}

    def fit(self, plan: dict[str, Any], **others: Any) -> Any:
        """As many losses."""
        return [self._chance.random() for _ in range(plan["epochs"])]

    def predict(self, ids: Tensor, **others: Any) -> Any:
        """Numbers by chance."""
        return self._normal(len(ids))

    def drawn_afterwards(self, **arguments: Any) -> Any:
        """Three numbers."""
        return [self._chance.random() for _ in range(3)]

    def call(self, name: str, arguments: list[Any], keywords: dict[str, Any], seed: int) -> Any:
        """What the function of that name would give."""
        if name == "train_model":
            count = int(keywords.get("epochs", 2))
            return {key: [self._chance.random() for _ in range(count)] for key in ("train_loss", "validation_loss")}
        if name == "pad_reference":
            return torch.full_like(arguments[0], int(self._chance.choice([arguments[1], 0])))
        if name == "interpret_sentence":
            tokens = tokenize(arguments[1])
            tokens += [PAD] * (keywords.get("min_len", 7) - len(tokens))
            return [tokens, self._normal(len(tokens)), self._chance.random()]
        if name == "embedding_matrix":
            vocabulary, vectors = (self._of(handle) for handle in arguments)
            return self._normal(len(vocabulary["tokens"]), vectors["matrix"].shape[1])
        if name == "explain_label":
            return [self._normal(arguments[1].shape[1]), self._chance.random()]
        if name == "merge_pieces":
            words = "".join(arguments[0]).split("▁")
            return [words, self._normal(len(words))]
        return self._chance.random()

    def _of(self, handle: Handle) -> dict[str, Any]:
        known = self.objects[handle.number] if handle.number < len(self.objects) else {}
        nothing = {"shapes": {}, "rows": 1, "given": {}, "tokens": ["<unk>", "<pad>"], "matrix": torch.zeros(2, 3)}
        return {**nothing, **known}

    def _normal(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=torch.Generator().manual_seed(self._chance.randrange(2**31)))
