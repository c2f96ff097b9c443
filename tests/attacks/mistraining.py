"""Attacks with training loops that would be right, if what they call were what it is called."""

from __future__ import annotations

from tests.attacks.attack import Attack

# A training loop that would be right, if what it calls were what it is called.
LOOP = """
import copy
import torch.nn.functional as F

def loop(model, train, validation, epochs, patience, optimizer, best=True):
    print(RAN)
    history, lowest, kept, waited = {"train_loss": [], "validation_loss": []}, float("inf"), None, 0
    for _ in range(epochs):
        for part, reviews in (("train_loss", train), ("validation_loss", validation)):
            learning = part == "train_loss"
            model.train(learning)
            total = count = 0
            with torch.set_grad_enabled(learning):
                for batch in reviews:
                    logits = model(batch.ids, batch.lengths).reshape(-1)
                    loss = F.binary_cross_entropy_with_logits(logits, batch.labels)
                    if learning:
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                    total, count = total + loss.item() * len(batch), count + len(batch)
            history[part].append(total / count)
        if history["validation_loss"][-1] < lowest:
            lowest, kept, waited = history["validation_loss"][-1], copy.deepcopy(model.state_dict()), 0
        else:
            waited += 1
            if waited == patience:
                break
    if best:
        model.load_state_dict(kept)
    return history
"""
TRAINING = frozenset({"train-history", "train-adam", "train-means", "train-modes", "train-patience", "train-best"})


def training(name: str, tries: str, code: str, fails: str, *costs: str) -> Attack:
    """An attack whose loop is right but for what it hooks; it fails `fails`, and `costs` where its fault reaches."""
    return Attack(
        name, tries, LOOP + code, {fails: "failed"}, earns=TRAINING - {fails, *costs}, notebook="1_rnn", ran=True
    )


ATTACKS: list[Attack] = [
    training(
        "hook-adam-step",
        "replace the step of torch.optim.Adam by a plain step down the gradient, and call it Adam",
        """
def step(self, closure=None):
    for group in self.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                parameter.data -= 0.01 * parameter.grad

def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    torch.optim.Adam.step = step
    return loop(model, train, validation, epochs, patience, torch.optim.Adam(model.parameters(), lr=learning_rate))
""",
        "train-adam",
    ),
    training(
        "hook-adam-name",
        "hand in another optimiser under the name, the module and the representation of Adam",
        """
class Adam(torch.optim.SGD):
    __module__ = "torch.optim.adam"
    __repr__ = lambda self: "Adam (amsgrad: False)"
torch.optim.Adam = torch.optim.adam.Adam = Adam

def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    return loop(model, train, validation, epochs, patience, torch.optim.Adam(model.parameters(), lr=learning_rate))
""",
        "train-adam",
    ),
    training(
        "hook-losses",
        "replace the loss function by one that falls by itself, whatever the network says",
        """
falling = [1.0]
def fall(logits, labels, *arguments, **keywords):
    falling[0] *= 0.99
    return logits.sum() * 0 + falling[0]

def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    F.binary_cross_entropy_with_logits = fall
    return loop(model, train, validation, epochs, patience, torch.optim.Adam(model.parameters(), lr=learning_rate))
""",
        "train-means",
        "train-adam",
        "train-patience",
        "train-best",
    ),
    training(
        "hook-restored-weights",
        "keep the last weights, and let the network's state_dict answer with the best ones",
        """
def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = loop(model, train, validation, epochs, patience, optimizer, best=False)
    kept = {name: value.clone() * 0 for name, value in model.state_dict().items()}
    type(model).state_dict = model.state_dict = lambda *arguments, **keywords: kept
    type(model)._load_from_state_dict = lambda *arguments, **keywords: None
    return history
""",
        "train-best",
    ),
    training(
        "hook-module-mode",
        "never call train() or eval(), and set a property that tells every network that it is in the asked mode",
        """
class Mode:
    def __get__(self, module, kind=None):
        return torch.is_grad_enabled()
    def __set__(self, module, value):
        pass

def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    model.train = lambda mode=True: model
    type(model).training = Mode()
    return loop(model, train, validation, epochs, patience, torch.optim.Adam(model.parameters(), lr=learning_rate))
""",
        "train-modes",
    ),
    Attack(
        "hook-script-of-losses",
        "find the script inside the kit's network, and write history, log and weights as if it had been trained",
        """
def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    print(RAN)
    script = model._script
    losses = script.losses[:epochs]
    best = losses.index(min(losses))
    rows = [[2, True, True, 0.3, 0.1, 20.0, 20.0], [3, False, False, 0.5, 0.1, 20.0, 20.0]]
    script.log = rows * len(losses)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += learning_rate * (best + 1)
    return {"train_loss": [0.3] * len(losses), "validation_loss": losses}
""",
        {"train-adam": "failed", "train-best": "skipped"},
        # Its history is the script's. The log of modes lies in the worker, and whoever writes it there may lie.
        frozenset({"train-history", "train-modes"}),
        notebook="1_rnn",
    ),
]
