"""The pytest plugin that turns tests into check results."""

from __future__ import annotations

import functools
import random
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from autograder.judge.checks import ATTRIBUTE, Declaration, Note
from autograder.judge.client import WorkerLost
from autograder.judge.f1_bound import Train
from autograder.judge.few_reviews import FewReviews
from autograder.judge.hidden_data import HiddenData
from autograder.judge.judging import TRAIN_S, Judging, NotHandedIn
from autograder.judge.limits import HINTS, exceeded
from autograder.judge.remote import RemoteBench, RemoteFunction, RemoteNetwork
from autograder.judge.started import NotebookNetworks
from autograder.judge.translated import TranslatedNetwork
from autograder.record import CheckResult, Outcome
from autograder.rubric import Entry, Rubric
from autograder.thresholds import Thresholds
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, NotChecked, StudentError
from textlab.definitions.shown import plain_lines

MESSAGE_LIMIT = 3000
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
NOT_REACHED = "the grader was ended before it asked this check; no points were lost by your work"


class GradingPlugin:
    """Fixtures and hooks for one submission; `results` holds what each check found."""

    def __init__(
        self,
        judging: Judging,
        rubric: Rubric,
        asked: Sequence[str] = (),
        shuffle: int | None = None,
        each: Callable[[GradingPlugin], None] = lambda plugin: None,
    ) -> None:
        """`each` is called after every check."""
        self.judging = judging
        self._each = each
        self.results: dict[str, CheckResult] = {}
        self.seconds: dict[str, float] = {}
        self._notes: dict[str, Note] = {}
        self._entries = {entry.id: entry for entry in rubric.checks}
        self._items: dict[str, pytest.Item] = {}
        self._asked = set(asked) or set(self._entries)
        self._shuffle = shuffle

    @property
    def so_far(self) -> tuple[CheckResult, ...]:
        """All checks in the rubric's order; those that were not reached yet are a fault of the grader."""
        left = {name: item for name, item in self._items.items() if name not in self.results}
        open_ = {
            name: _result(self._entries[name], item, _declaration(item), "error", NOT_REACHED)
            for name, item in left.items()
        }
        return tuple({**open_, **self.results}[name] for name in self._entries)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Nobody reads pytest's own tracebacks, and its usual ones parse whole modules."""
        config.option.tbstyle = "native"

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Run the checks in the rubric's order; other contracts have other checks. Each has to have its test."""
        declared = {_declaration(item).id: item for item in items}
        if not set(self._entries) <= set(declared):
            odd = ", ".join(sorted(set(self._entries) - set(declared)))
            raise pytest.UsageError(f"the rubric names checks that no grader declares: {odd}")
        self._items = declared = {name: item for name, item in declared.items() if name in self._entries}
        for name in set(self._entries) - self._asked:
            item = declared[name]
            self.results[name] = _result(self._entries[name], item, _declaration(item), "skipped", "not asked")
        order = list(self._entries)
        earlier = {name: (*self._needs(name, item), *_declaration(item).after) for name, item in declared.items()}
        if self._shuffle is not None:
            random.Random(self._shuffle).shuffle(order)
        items[:] = [declared[name] for name in _in_order(order, earlier) if name in self._asked]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a check whose premise failed."""
        for name in self._needs(_declaration(item).id, item):
            # A contract may leave a check out: nothing is known against it then.
            needed = self.results.get(name)
            if needed is not None and needed.outcome != "passed":
                pytest.skip(f"not checked, because “{needed.title}” has not passed")

    def _needs(self, name: str, item: pytest.Item) -> tuple[str, ...]:
        """The checks that one builds on: its own, and the premise that the contract names for its role."""
        role = self.judging.contract.get(self._entries[name].role)
        premise = (role.premise,) if role and role.premise not in ("", name) else ()
        return (*premise, *_declaration(item).needs)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
        """Note the outcome."""
        report = yield
        if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
            declaration = _declaration(item)
            error = None if call.excinfo is None else call.excinfo.value
            self.seconds[declaration.id] = call.duration
            outcome, message = _verdict(error)
            note = self._notes.get(declaration.id, Note())
            said = note.text if outcome == "passed" else message
            result = _result(self._entries[declaration.id], item, declaration, outcome, said)
            self.results[declaration.id] = replace(result, measured=note.number)
            self._each(self)
        return report

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        """Inputs for this check."""
        return self.judging.draw(_declaration(request.node).id)

    @pytest.fixture
    def note(self, request: pytest.FixtureRequest) -> Note:
        """Says what was measured; students read it when the check passes, too."""
        return self._notes.setdefault(_declaration(request.node).id, Note())

    @pytest.fixture
    def train(self, request: pytest.FixtureRequest) -> Train:
        """Trains a network and measures it, unless that is known."""
        return functools.partial(self.judging.trainings.train, _declaration(request.node).id)

    @pytest.fixture
    def rnn(self) -> RemoteNetwork:
        """The student's RNNBaseline."""
        return self._network("rnn", "network")

    @pytest.fixture
    def train_model(self) -> RemoteFunction:
        """The student's train_model."""
        return self._function("training", "function")

    @pytest.fixture
    def training_bench(self) -> RemoteBench:
        """Makes the kit's models and batches beside train_model."""
        return RemoteBench(lambda: self.judging.worker("training"))

    @pytest.fixture
    def f1_on(self) -> RemoteFunction:
        """The student's f1_on."""
        return self._function("f1", "function")

    @pytest.fixture
    def f1_bench(self) -> RemoteBench:
        """Makes the kit's models and batches beside f1_on."""
        return RemoteBench(lambda: self.judging.worker("f1"))

    @pytest.fixture
    def cnn(self) -> RemoteNetwork:
        """The student's CNN."""
        return self._network("cnn", "network")

    @pytest.fixture
    def pad_reference(self) -> RemoteFunction:
        """The student's pad_reference."""
        return self._function("interpret", "reference")

    @pytest.fixture
    def interpret(self) -> RemoteFunction:
        """The student's interpret_sentence, on a sound baseline even where pad_reference is wrong."""
        if "pad-reference" in self.results and self.results["pad-reference"].outcome != "passed":
            self.judging.stand_in("interpret", "reference")
        return self._function("interpret", "function")

    @pytest.fixture
    def explained_cnn(self) -> RemoteNetwork:
        """The student's CNN in the worker of the interpretability section."""
        return self._network("cnn", "network", beside="interpret")

    @pytest.fixture
    def bench(self) -> RemoteBench:
        """Makes the kit's models and vocabularies beside the student's functions."""
        return RemoteBench(lambda: self.judging.worker("interpret"))

    @pytest.fixture
    def embedding_matrix(self) -> RemoteFunction:
        """The student's embedding_matrix."""
        return self._function("vectors", "function")

    @pytest.fixture
    def vectors_bench(self) -> RemoteBench:
        """Makes vocabularies and vectors beside embedding_matrix."""
        return RemoteBench(lambda: self.judging.worker("vectors"))

    @pytest.fixture
    def glove(self) -> RemoteNetwork:
        """The student's GloVeCNN."""
        return self._network("glove", "network")

    @pytest.fixture
    def glove_networks(self) -> NotebookNetworks:
        """The networks that the notebook makes from the class that starts from vectors."""
        return NotebookNetworks(self.judging, "glove")

    @pytest.fixture
    def glove_interpret(self) -> RemoteFunction:
        """The interpret_sentence of the notebook on word vectors."""
        return self._function("glove_interpret", "function")

    @pytest.fixture
    def explained_glove(self) -> RemoteNetwork:
        """The student's GloVeCNN beside the interpret_sentence that explains it."""
        return self._network("glove", "network", beside="glove_interpret")

    @pytest.fixture
    def glove_bench(self) -> RemoteBench:
        """Makes vocabularies beside that interpret_sentence."""
        return RemoteBench(lambda: self.judging.worker("glove_interpret"))

    @pytest.fixture
    def passed(self) -> Callable[[str], bool]:
        """Whether an earlier check has passed."""
        return lambda check: check in self.results and self.results[check].outcome == "passed"

    @pytest.fixture
    def transformer(self) -> RemoteNetwork:
        """The student's TransformerClassifier."""
        return self._network("transformer", "network")

    @pytest.fixture
    def explain_label(self) -> RemoteFunction:
        """The student's explain_label."""
        return self._function("labels", "function")

    @pytest.fixture
    def labels_bench(self) -> RemoteBench:
        """Makes the kit's models beside explain_label."""
        return RemoteBench(lambda: self.judging.worker("labels"))

    @pytest.fixture
    def explained_transformer(self) -> RemoteNetwork:
        """The student's TransformerClassifier beside the explain_label that explains it."""
        name = self.judging.name("transformer", "network")
        return RemoteNetwork(name, lambda: self.judging.worker("labels"), TRAIN_S)

    @pytest.fixture
    def merge_pieces(self) -> RemoteFunction:
        """The student's merge_pieces."""
        return self._function("pieces", "function")

    @pytest.fixture
    def pieces_bench(self) -> RemoteBench:
        """The kit's objects beside merge_pieces."""
        return RemoteBench(lambda: self.judging.worker("pieces"))

    @pytest.fixture
    def few(self) -> FewReviews:
        """Few hidden reviews, and vectors."""
        return self.judging.few

    @pytest.fixture
    def data(self) -> HiddenData:
        """The hidden reviews."""
        return self.judging.data

    @pytest.fixture
    def thresholds(self) -> Thresholds:
        """Budget and bounds."""
        return self.judging.thresholds

    @pytest.fixture(name="trained")
    def trained_weights(self) -> dict[str, Any]:
        """Filled by the F1 check, read by checks that need a trained network."""
        return self.judging.trained

    def _network(self, role: str, part: str, beside: str = "") -> RemoteNetwork:
        """The class, in the worker of another role if one is named; dropout that is wrong was charged already."""
        if self._wrong(f"{role}-dropout"):
            self.judging.silence(role)
        name, played = self.judging.name(role, part), self.judging.contract[role]
        if played.is_plain:
            return RemoteNetwork(name, lambda: self.judging.worker(beside or role), TRAIN_S)
        return TranslatedNetwork(
            name,
            lambda: self.judging.worker(beside or role),
            TRAIN_S,
            role=played,
            with_lengths=role == "rnn",
            probabilities=self.judging.probabilities,
        )

    def _wrong(self, check: str) -> bool:
        return check in self.results and self.results[check].outcome not in ("passed", "skipped")

    def _function(self, role: str, part: str) -> RemoteFunction:
        return RemoteFunction(self.judging.name(role, part), lambda: self.judging.worker(role))


def _in_order(order: Sequence[str], earlier: Mapping[str, Sequence[str]]) -> list[str]:
    """The checks in the given order, each behind those that it builds on."""
    placed: dict[str, None] = {}

    def place(name: str) -> None:
        for other in earlier[name]:
            if other in earlier and other not in placed:
                place(other)
        placed[name] = None

    for name in order:
        if name not in placed:
            place(name)
    return list(placed)


def _declaration(item: pytest.Item) -> Declaration:
    declaration = getattr(item.function, ATTRIBUTE, None)  # type: ignore[attr-defined]
    if not isinstance(declaration, Declaration):
        raise pytest.UsageError(f"{item.nodeid} is not declared with @check")
    return declaration


def _result(entry: Entry, item: pytest.Item, declared: Declaration, outcome: Outcome, message: str) -> CheckResult:
    title = (item.function.__doc__ or entry.id).strip().splitlines()[0]  # type: ignore[attr-defined]
    return CheckResult(
        id=entry.id,
        title=title,
        role=entry.role,
        points=entry.points if outcome == "passed" else 0,
        max_points=entry.points,
        outcome=outcome,
        message=plain_lines(ADDRESS.sub("0x…", message)[:MESSAGE_LIMIT]),
        hint=declared.hint if outcome == "failed" else HINTS.get(outcome, ""),
        visibility=entry.visibility,
        bonus=entry.bonus,
    )


def _verdict(error: BaseException | None) -> tuple[Outcome, str]:
    """The outcome and the text that the student reads."""
    if error is None:
        return "passed", ""
    if isinstance(error, (pytest.skip.Exception, NotHandedIn, NotChecked)):
        return "skipped", str(error)
    if isinstance(error, CheckFailed):
        return "failed", str(error)
    if isinstance(error, StudentError):
        if error.not_attempted:
            return "skipped", "not attempted yet"
        return exceeded(error) or "failed", str(error)
    if isinstance(error, WorkerLost):
        return error.outcome, str(error)
    trace = "".join(traceback.format_exception(error)[-3:])
    return "error", f"the grader itself failed; no points were lost by your work\n{trace}"
