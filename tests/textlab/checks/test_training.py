"""The checks of train_model on right and on wrong answers."""

from __future__ import annotations

import pytest

from tests.textlab.checks.answers import Change, answer, expect_named, failing
from textlab.checks import training
from textlab.checks.local import LocalBench, LocalFunction

CHECKS = (
    training.gives_a_history,
    training.adam_moves_this_model,
    training.losses_are_means_per_review,
    training.validation_only_looks,
    training.patience_counts_in_a_row,
    training.best_weights_come_back,
)
STEP = "optimizer.step()"
TOTAL = "total += loss.item() * len(batch)"
OTHER_LOOP = '''
def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    """Two loops, the whole model copied, parts of the loss kept in lists, gradients clipped."""
    adam = torch.optim.Adam([w for w in model.parameters() if w.requires_grad], learning_rate)
    curves, best, misses, epoch = ([], []), None, 0, 0
    while epoch < epochs and misses < patience:
        epoch += 1
        model.train()
        parts, counts = [], []
        for b in train:
            adam.zero_grad()
            probability = torch.sigmoid(model(b.ids, b.lengths)).squeeze(1)
            loss = nn.functional.binary_cross_entropy(probability, b.labels)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            adam.step()
            parts.append(float(loss.detach()))
            counts.append(b.labels.numel())
        curves[0].append(sum(p * c for p, c in zip(parts, counts)) / sum(counts))
        model.eval()
        with torch.inference_mode():
            losses = [
                F.binary_cross_entropy_with_logits(model(b.ids, b.lengths)[:, 0], b.labels, reduction="none")
                for b in validation
            ]
        curves[1].append(torch.cat(losses).mean().item())
        if best is None or curves[1][-1] < min(curves[1][:-1]):
            best, misses = copy.deepcopy(model), 0
        else:
            misses += 1
    model.load_state_dict(best.state_dict())
    return dict(train_loss=curves[0], validation_loss=curves[1])
'''
COPY_BY_HAND: list[Change] = [
    ("copy.deepcopy(model.state_dict())", "{k: v.clone() for k, v in model.state_dict().items()}"),
    ("torch.optim.Adam(", "torch.optim.AdamW("),
]


@pytest.mark.parametrize(
    ("changes", "extra"), [([], ""), ([], OTHER_LOOP), (COPY_BY_HAND, "")], ids=["solution", "two loops", "clones"]
)
@pytest.mark.parametrize("seed", [7, 8, 9])
def test_a_right_answer_passes_every_check(changes: list[Change], extra: str, seed: int) -> None:
    given = LocalFunction(answer("train_model", changes, extra))
    assert failing(CHECKS, given, LocalBench(), seed=seed) == {}


@pytest.mark.parametrize(
    ("changes", "expected", "cause"),
    [
        pytest.param(
            [("copy.deepcopy(model.state_dict())", "model.state_dict()")],
            "best_weights_come_back", "without a copy", id="weights kept without a copy",
        ),
        pytest.param(
            [("model.load_state_dict(best_weights)", "pass")],
            "best_weights_come_back", "never loaded", id="best weights never loaded",
        ),
        pytest.param(
            [("best_weights, waited = copy.deepcopy(model.state_dict()), 0",
              "best_weights = copy.deepcopy(model.state_dict())")],
            "patience_counts_in_a_row", "not set back", id="counter never reset",
        ),
        pytest.param(
            [("waited == patience", "waited > patience")],
            "patience_counts_in_a_row", "exceed", id="one epoch too many",
        ),
        pytest.param(
            [('best_loss = history["validation_loss"][-1]\n', "pass\n"),
             ('history["validation_loss"][-1] < best_loss', 'history["validation_loss"][-1] '
              '< (history["validation_loss"][-2:-1] or [9.0])[0]')],
            {"patience_counts_in_a_row", "best_weights_come_back"}, "the one before", id="last epoch compared",
        ),
        pytest.param([("waited == patience", "False")], "patience_counts_in_a_row", "stop", id="never stops"),
        pytest.param(
            [("model.train(learning)", "model.train()")],
            "validation_only_looks", "model.eval() is missing", id="no eval",
        ),
        pytest.param(
            [("torch.set_grad_enabled(learning)", "torch.enable_grad()")],
            "validation_only_looks", "torch.no_grad() is missing", id="no no_grad",
        ),
        pytest.param(
            [("torch.set_grad_enabled(learning)", "torch.enable_grad()"), ("model.train(learning)", "model.train()")],
            "validation_only_looks", "both missing", id="neither",
        ),
        pytest.param(
            [("model.train(learning)", "model.train(learning and not history['train_loss'])")],
            "validation_only_looks", "stays in force", id="train called once",
        ),
        pytest.param(
            [("torch.set_grad_enabled(learning)", "torch.enable_grad()"),
             ("if learning:", "if True:")],
            "validation_only_looks", "", id="steps on validation batches",
        ),
        pytest.param(
            [("optimizer.zero_grad()", "pass")], "adam_moves_this_model", "zero_grad() is missing", id="no zero_grad"
        ),
        pytest.param(
            [("lr=learning_rate", "lr=1e-3")], "adam_moves_this_model", "learning_rate is not used", id="fixed rate"
        ),
        pytest.param(
            [("torch.optim.Adam(", "torch.optim.SGD(")], "adam_moves_this_model", "another optimiser", id="SGD"
        ),
        pytest.param(
            [("model.parameters()", "nn.Linear(1, 1).parameters()")],
            {"adam_moves_this_model", "best_weights_come_back"}, "another model", id="another model's parameters",
        ),
        pytest.param(
            [(TOTAL, "total += loss.item()"), ("count += len(batch)", "count += 1")],
            "losses_are_means_per_review", "mean of the batches' means", id="mean of means",
        ),
        pytest.param(
            [(TOTAL, "total = total + loss * len(batch)")],
            "losses_are_means_per_review", "loss.item()", id="loss kept as a tensor",
        ),
        pytest.param(
            [("total / count", "total / sum(len(b) for b in train)")],
            "losses_are_means_per_review", "the size of another set", id="divided by the other set",
        ),
        pytest.param(
            [("return history", "return model")], {check.__name__ for check in CHECKS}, "Scripted", id="no history"
        ),
        pytest.param(
            [(".reshape(-1)", ".squeeze()")], "losses_are_means_per_review", "raised", id="squeezed"
        ),
    ],
)  # fmt: skip
def test_a_wrong_loop_is_named(changes: list[Change], expected: str | set[str], cause: str) -> None:
    found = failing(CHECKS, LocalFunction(answer("train_model", changes)), LocalBench())
    expect_named(found, expected, cause)


def test_the_given_training_loop_is_no_answer() -> None:
    given = "\nfrom textlab.training import fit\ndef train_model(m, t, v, epochs, patience, learning_rate=1e-3):\n"
    given += "    h = fit(m, lambda e: t, lambda e: v, epochs=epochs, patience=patience)\n    return vars(h)\n"
    found = failing(CHECKS, LocalFunction(answer("train_model", extra=given)), LocalBench())
    assert set(found) == {check.__name__ for check in CHECKS}


def test_losses_read_out_of_the_network_are_no_training() -> None:
    """Without a step and without a pass: only the form of the history is right."""
    given = "\ndef train_model(model, t, v, epochs, patience, learning_rate=1e-3):\n"
    given += "    losses = [float(loss) for loss in model._losses][:epochs]\n"
    given += "    return {'train_loss': losses, 'validation_loss': losses}\n"
    found = failing(CHECKS, LocalFunction(answer("train_model", extra=given)), LocalBench())
    assert set(found) == {check.__name__ for check in CHECKS} - {"gives_a_history"}
