"""What a check asks about, as pytest fixtures: the student's classes and functions, data, bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograder.contracts.contract import parameters
from autograder.judge.few_reviews import FewReviews
from autograder.judge.hidden_data import HiddenData
from autograder.judge.judging import TRAIN_S, Judging
from autograder.judge.remote import RemoteBench, RemoteFunction, RemoteNetwork, Repair
from autograder.judge.started import NotebookNetworks
from autograder.judge.translated import TranslatedFunction, TranslatedNetwork
from autograder.record import CheckResult
from autograder.thresholds import Thresholds


class Subjects:
    """The fixtures of one submission; `results` holds what the checks before have found."""

    judging: Judging
    results: dict[str, CheckResult]

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
        if self._wrong("transformer-learning" if role == "transformer" else f"{role}-dropout"):
            self.judging.silence(role)
        name, played = self.judging.name(role, part), self.judging.contract[role]
        repair = self.judging.repairs.get(name, Repair())
        if played.is_plain:
            network = RemoteNetwork(name, lambda: self.judging.worker(beside or role), TRAIN_S)
            return network.with_repair(repair)
        return TranslatedNetwork(
            name,
            lambda: self.judging.worker(beside or role),
            TRAIN_S,
            role=played,
            with_lengths=role == "rnn" and played.lengths,
            probabilities=self.judging.probabilities,
        ).with_repair(repair)

    def _wrong(self, check: str) -> bool:
        return check in self.results and self.results[check].outcome not in ("passed", "skipped")

    def _function(self, role: str, part: str) -> RemoteFunction:
        name, played = self.judging.name(role, part), self.judging.contract[role]
        if not played.arguments:
            return RemoteFunction(name, lambda: self.judging.worker(role))
        return TranslatedFunction(
            name, lambda: self.judging.worker(role), role=played, parameters=parameters(role)[part]
        )
