"""What graded training measured: looked up when only what it has to reach was changed since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace

import torch
from torch import Tensor

from autograder.judge.f1_bound import Trained, measured, predicted
from autograder.judge.hidden_data import Encoded
from autograder.judge.remote import RemoteModel
from autograder.store.keys import digest
from autograder.store.store import Store
from autograder.wire.frames import PREFIX, Frame, decode_frame, encode_frame, read_prefix
from textlab.checks.failure import StudentError
from textlab.training import TrainingPlan

WEIGHTS_FOR = ("cnn-f1",)
"""The checks whose trained network other checks ask for."""


FEW = 64
"""Test reviews by which a trained network and a fresh one with its weights are compared."""
UNSUSPICIOUS = 0.8
"""F1 from which it does not matter whether they agree."""
SAME = 1e-3


@dataclass(frozen=True)
class Trainings:
    """Trains and measures networks, or takes from the store what an earlier training measured."""

    keys: Mapping[str, str] = field(default_factory=dict)
    """By check what its trainings follow from, besides the plan."""
    store: Store | None = None
    keep: Callable[[str, bytes], None] | None = None
    """Takes what is new for the store."""

    def train(
        self, check: str, build: Callable[[], RemoteModel], train: Encoded, test: Encoded, plan: TrainingPlan
    ) -> Trained:
        """What training measures; the model has the trained weights then if other checks ask for them."""
        key = digest("training and phrases", self.keys.get(check), plan)
        known = None if self.store is None else self.store.get(key)
        if known is not None:
            header, _ = read_prefix(known[: PREFIX.size])
            frame = decode_frame(known[PREFIX.size : PREFIX.size + header], known[PREFIX.size + header :])
            model = build()
            model.hush()
            if frame.tensors:
                model.set_weights(frame.tensors)
            return Trained(model, **{**frame.header, "losses": tuple(frame.header["losses"])})
        found, weights = train_apart(build, train, test, plan)
        if self.keep is not None and check in self.keys:
            told = {each.name: getattr(found, each.name) for each in fields(found) if each.name != "model"}
            kept = weights if check in WEIGHTS_FOR else {}
            self.keep(key, encode_frame(Frame({**told, "losses": list(found.losses)}, kept)))
        return found


def train_apart(
    build: Callable[[], RemoteModel], train: Encoded, test: Encoded, plan: TrainingPlan
) -> tuple[Trained, dict[str, Tensor]]:
    """Train in one worker and measure in another, which gets the weights only; what was measured, and the weights.

    The second worker has seen neither the training reviews nor their labels, so what is measured follows from the
    weights. Raises StudentError after both have ended.
    """
    models = []

    def start() -> RemoteModel:
        models.append(build())
        models[-1].hush()
        return models[-1]

    try:
        trained = start()
        losses = trained.fit(train.ids, train.lengths, train.labels, plan)
        weights = trained.get_weights()
        few = test.ordered(torch.arange(min(FEW, len(test.ids))))
        own = predicted(trained, few, plan)
        trained.retire()
        fresh = start()
        fresh.set_weights(weights)
        logits = predicted(fresh, test, plan)
        found = measured(fresh, logits, test, losses)
        if found.f1 < UNSUSPICIOUS:
            apart = (predicted(fresh, few, plan) - own).abs().max()
            found = replace(found, from_weights=bool(apart <= SAME * (1 + own.abs().max())))
        return replace(found, not_kept=sum(model.not_kept for model in models)), weights
    except StudentError:
        for model in models:
            model.retire()
        raise
