"""What graded training measured: looked up when only what it has to reach was changed since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from autograder.judge.f1_bound import Trained, train_and_measure
from autograder.judge.hidden_data import Encoded
from autograder.judge.remote import RemoteModel
from autograder.store.keys import digest
from autograder.store.store import Store
from autograder.wire.frames import PREFIX, Frame, decode_frame, encode_frame, read_prefix
from textlab.checks.failure import StudentError
from textlab.training import TrainingPlan

WEIGHTS_FOR = ("cnn-f1",)
"""The checks whose trained network other checks ask for."""


@dataclass(frozen=True)
class Trainings:
    """Trains and measures networks, or takes from the store what an earlier training measured."""

    keys: Mapping[str, str] = field(default_factory=dict)
    """By check what its trainings follow from, besides the plan."""
    store: Store | None = None
    keep: Callable[[str, bytes], None] | None = None
    """Takes what is new for the store."""

    def train(self, check: str, model: RemoteModel, train: Encoded, test: Encoded, plan: TrainingPlan) -> Trained:
        """What training measures; the model has the trained weights then if other checks ask for them."""
        model.hush()
        key = digest("training", self.keys.get(check), plan)
        known = None if self.store is None else self.store.get(key)
        if known is not None:
            header, _ = read_prefix(known[: PREFIX.size])
            frame = decode_frame(known[PREFIX.size : PREFIX.size + header], known[PREFIX.size + header :])
            if frame.tensors:
                model.set_weights(frame.tensors)
            figures = {name: frame.header[name] for name in ("f1", "accuracy", "positive")}
            printed = frame.header["not_kept"]
            return Trained(model, **figures, losses=tuple(frame.header["losses"]), not_kept=printed)
        before = model.not_kept
        try:
            found = train_and_measure(model, train, test, plan)
        except StudentError:
            model.retire()
            raise
        found = replace(found, not_kept=model.not_kept - before)
        if self.keep is not None and check in self.keys:
            weights = model.get_weights() if check in WEIGHTS_FOR else {}
            told: dict[str, object] = {"f1": found.f1, "accuracy": found.accuracy, "positive": found.positive}
            told |= {"losses": list(found.losses), "not_kept": found.not_kept}
            self.keep(key, encode_frame(Frame(told, weights)))
        return found
