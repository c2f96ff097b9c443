"""Attacks that fill in a blank with what the kit itself offers for it."""

from __future__ import annotations

from tests.attacks.attack import Attack

TRAIN = "def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):\n    print(RAN)\n"
EXPLAIN = "def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):\n    print(RAN)\n"
NO_TRAINING = {"train-history": "failed", "train-adam": "failed"}
NO_SCORES = {"interpret-tokens": "failed", "interpret-scores": "skipped"}

SEARCH = """
def kit(name):
    import gc, types
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and str(thing.__module__).startswith("textlab"):
            if thing.__name__ == name or name in thing.__code__.co_names and thing.__name__ == "guarded":
                return thing
    raise LookupError(name)
"""

ATTACKS: list[Attack] = [
    Attack(
        "borrow-fit",
        "let textlab.training.fit answer train_model, with the lengths that it lacks",
        TRAIN
        + """
    from textlab.training import fit
    class Both(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner
        def forward(self, ids):
            return self.inner(ids, (ids != 1).sum(dim=1))
    return vars(fit(Both(model), lambda e: train, lambda e: validation, epochs=epochs, patience=patience,
                    learning_rate=learning_rate))
""",
        NO_TRAINING,  # type: ignore[arg-type]
        notebook="1_rnn",
    ),
    Attack(
        "borrow-an-epoch",
        "train and validate with the loop of graded training, reached through the frames that call",
        TRAIN
        + """
    frame = sys._getframe(1)
    while frame is not None and "fit_encoded" not in frame.f_globals:
        frame = frame.f_back
    run = frame.f_globals["fit_encoded"]
    run = next((cell.cell_contents for cell in run.__closure__ or () if callable(cell.cell_contents)), run)
    run = run.__globals__["run_epoch"]
    steps = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = {"train_loss": [], "validation_loss": []}
    for _ in range(epochs):
        history["train_loss"].append(run(model, train, torch.device("cpu"), steps, True))
        history["validation_loss"].append(run(model, validation, torch.device("cpu"), None, True))
    return history
""",
        NO_TRAINING,  # type: ignore[arg-type]
        notebook="1_rnn",
    ),
    Attack(
        "borrow-f1",
        "let textlab.training.f1_of_logits answer f1_on, found in sys.modules",
        """
def f1_on(model, batches):
    print(RAN)
    model.eval()
    logits = torch.cat([model(batch.ids, batch.lengths).flatten() for batch in batches])
    kit = getattr(sys.modules["textlab.training"], "f1_of" + "_logits")
    return kit(logits, torch.cat([batch.labels for batch in batches]))
""",
        {"f1-whole-set": "failed", "f1-one-half": "failed"},
        notebook="1_rnn",
    ),
    Attack(
        "borrow-explain",
        "let textlab.attribution.explain answer interpret_sentence, imported by a name that is put together",
        EXPLAIN
        + """
    import importlib
    kit = importlib.import_module("textlab.attri" + "bution.integrated_gradients")
    found = getattr(kit, "ex" + "plain")(model, sentence, vocabulary, min_len=min_len, n_steps=n_steps).data
    return list(found.tokens[0]), found.scores[0], found.deltas[0].item()
""",
        NO_SCORES,  # type: ignore[arg-type]
    ),
    Attack(
        "borrow-the-judges-own-gradients",
        "explain the model with the function by which the judge does it, from the module of the model's class",
        EXPLAIN
        + """
    from textlab.text import tokenize
    tokens = tokenize(sentence) + ["<pad>"] * (min_len - len(tokenize(sentence)))
    ids = torch.tensor([vocabulary[token] for token in tokens])
    kit = type(model).forward.__globals__
    if "integrated_gradients" not in kit:
        kit = vars(__import__("textlab.checks.probe_attributions", fromlist=["x"]))
    found = kit["integrated_gradients"](model.double(), ids, torch.ones_like(ids), n_steps)
    return tokens, found.scores, found.delta
""",
        {"interpret-tokens": "failed"},
    ),
    Attack(
        "borrow-by-garbage-collector",
        "find the kit's functions among all objects, and what they close over",
        SEARCH
        + EXPLAIN
        + """
    found = kit("explain")(model, sentence, vocabulary, min_len=min_len, n_steps=n_steps).data
    return list(found.tokens[0]), found.scores[0], found.deltas[0].item()
""",
        NO_SCORES,  # type: ignore[arg-type]
    ),
    Attack(
        "borrow-the-source",
        "read the kit's source, by its path, by inspect, by reloading the module, and run it anew",
        """
def source():
    import importlib, inspect, textlab.attribution, textlab.training
    for way in (
        lambda: inspect.getsource(textlab.training.fit),
        lambda: open(textlab.training.__file__).read(),
        lambda: open(textlab.training.__file__.replace("training.py", "attribution/path.py")).read(),
        lambda: open(os.path.join(os.path.dirname(textlab.__file__), "checks", "recurrent.py")).read(),
        lambda: inspect.getsource(importlib.reload(textlab.training).fit),
        lambda: open(__import__("importlib.util").util.cache_from_source(textlab.training.__file__), "rb").read(),
        lambda: os.listdir(os.path.join(os.path.dirname(textlab.__file__), "checks")),
    ):
        try:
            found = way()
        except Exception:
            continue
        if found and "KitAnswer(refusal(name))" not in str(found):
            tell(len(found), str(found)[:200])
"""
        + TRAIN
        + """
    source()
    return {}
""",
        {"train-history": "failed"},
        notebook="1_rnn",
    ),
    Attack(
        "borrow-merge",
        "let textlab.attribution.merge_subwords, and a method that calls it, answer merge_pieces",
        """
def merge_pieces(pieces, scores):
    print(RAN)
    from textlab.attribution import Explanation, merge_subwords
    try:
        return merge_subwords(pieces, scores, start="\\u2581")
    except Exception:
        found = Explanation(tuple(pieces), tuple(scores.tolist()), 0.5, 0.0, 1).by_word(start="\\u2581")
        return list(found.tokens), list(found.scores)
""",
        {"pieces-merged": "failed"},
        notebook="4_transformer",
    ),
]
