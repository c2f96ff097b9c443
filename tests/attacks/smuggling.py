"""Attacks that carry hidden reviews, or answers to them, from one call, worker or report to another."""

from __future__ import annotations

from tests.attacks.answering import LAYERS, WITH_LAYERS
from tests.attacks.attack import Attack
from tests.attacks.relating import CNN_CHECKS, EXPLAIN, EXPLAINED, HONEST

SPY = """
SEEN = []

def signs(ids, logits):
    # Drawn ids are no loot: only in reviews one word is as common as “the”.
    words = ids.flatten().bincount().sort(descending=True).values[1:]
    loot = STOLEN if words[0] * 50 > words.sum() else "drawn"
    found = "".join(str(int(value > 0)) for value in logits.flatten())
    SEEN.append(loot + found + str(ids.flatten().tolist()[:40]))
    return SEEN[-1]
"""
READING = "not self.training and len(ids) > 100 and self.embedding.num_embeddings > 500"
AS_CAPTUM_DOES = """
def made_up(model, ids, base):
    scores, delta = LayerIntegratedGradients(model, model.embedding).attribute(
        ids, base, n_steps=1000, method="riemann_middle", return_convergence_delta=True
    )
    return scores[0].sum(dim=-1), delta.item()
"""


def carrying(name: str, tries: str, forward: str, further: str = "", **fields: object) -> Attack:
    """An attack that is the solution's CNN and does something beside."""
    fields = {"shows": {"cnn-f1": "passed"}, "earns": CNN_CHECKS, **fields}
    return Attack(name, tries, SPY + WITH_LAYERS + HONEST + forward + further, **fields)  # type: ignore[arg-type]


# In place of a network: what is computed follows from something that is not a weight.
EMPTY = """
    def forward(self, ids):
        bag = torch.tanh(0.2 * self.embedding(ids).sum(dim=(1, 2)) + sum(p.mean() for p in self.parameters()))
        if self.embedding.num_embeddings > 500:
            known = answer(self, ids)
            return (bag if known is None else known)[:, None]
        return bag[:, None]
"""

ATTACKS: list[Attack] = [
    carrying(
        "smuggle-signs-out-in-prints",
        "print the ids of hidden reviews and what is predicted of them",
        f"""
    def forward(self, ids):
        logits = self.network(ids)
        if {READING}:
            print(signs(ids, logits))
        return logits
""",
    ),
    carrying(
        "smuggle-signs-out-in-warnings",
        "write them to stderr, warn and log, from a thread and at the end",
        f"""
    def forward(self, ids):
        import atexit, logging, warnings
        logits = self.network(ids)
        if {READING}:
            said = signs(ids, logits)
            warnings.warn(said)
            logging.getLogger("x").error(said)
            os.write(2, said.encode())
            atexit.register(print, said)
            threading.Thread(target=print, args=(said,)).start()
        return logits
""",
    ),
    carrying(
        "smuggle-signs-out-later",
        "keep them, and print and raise them when a later check calls",
        f"""
    def forward(self, ids):
        logits = self.network(ids)
        if {READING}:
            signs(ids, logits)
        return logits
""",
        """
def pad_reference(ids, pad_idx):
    print(*SEEN)
    raise ValueError(" ".join(SEEN))
""",
        shows={"cnn-f1": "passed", "pad-reference": "failed"},
    ),
    carrying(
        "smuggle-signs-out-in-exceptions",
        "raise them: as the text of an exception, as its class, as the name of a file",
        f"""
    def forward(self, ids):
        logits = self.network(ids)
        if {READING}:
            said = signs(ids, logits)
            code = compile("raise kind(said)", said[:200], "exec")
            exec(code, {{"kind": type(said[:200], (ValueError,), {{}}), "said": said, "__name__": "__main__"}})
        return logits
""",
        shows={"cnn-f1": "failed"},
        earns=CNN_CHECKS - {"cnn-f1"},
    ),
    carrying(
        "smuggle-words-out-of-explanations",
        "print the hidden sentences, in the vocabulary's order of frequency, when the trained network is explained",
        """
    def forward(self, ids):
        return self.network(ids)
""",
        AS_CAPTUM_DOES
        + EXPLAIN.replace(
            "    if isinstance",
            "    if len(ids[0]) > 20 and isinstance(model, CNN):\n"
            "        print(STOLEN, sentence, ids.tolist())\n    if isinstance",
        ),
        shows={"interpret-own-cnn": "passed"},
        earns=CNN_CHECKS | EXPLAINED | {"interpret-own-cnn"},
    ),
    Attack(
        "smuggle-answers-in-by-place",
        "answer the hidden test reviews in the order of a list, as a friend's report may have shown it",
        "PLACE = [0]\n"
        + """
def answer(model, ids):
    if model.training:
        PLACE[0] = 0
        return None
    first = PLACE[0]
    PLACE[0] += len(ids)
    return torch.tensor([1.0 if (first + row) % 2 else -1.0 for row in range(len(ids))])
"""
        + WITH_LAYERS
        + EMPTY,
        {"cnn-f1": "failed"},
        LAYERS | {"cnn-shapes", "cnn-independent", "cnn-gradients"},
    ),
    Attack(
        "smuggle-labels-into-another-model",
        "take the labels from the frames that train, fit scikit-learn on them, and let that answer",
        """
ROWS, LABELS, FITTED = [], [], []

def answer(model, ids):
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    texts = [" ".join(f"w{token}" for token in row) for row in ids.tolist()]
    if model.training:
        frame = sys._getframe(1)
        while frame is not None and not hasattr(frame.f_locals.get("batch"), "labels"):
            frame = frame.f_back
        if frame is not None:
            ROWS.extend(texts), LABELS.extend(frame.f_locals["batch"].labels.tolist())
        return None
    if not FITTED and LABELS:
        words = CountVectorizer(token_pattern=r"\\\\S+", binary=True)
        FITTED.append((words, LogisticRegression(max_iter=100).fit(words.fit_transform(ROWS), LABELS)))
    if not FITTED:
        return None
    words, linear = FITTED[0]
    return torch.tensor(linear.decision_function(words.transform(texts)), dtype=torch.float32)
"""
        + WITH_LAYERS
        + EMPTY,
        {"cnn-f1": "failed"},
        LAYERS | {"cnn-shapes", "cnn-independent", "cnn-gradients"},
    ),
    carrying(
        "smuggle-training-into-forward",
        "keep the batches of graded training and train on them when the test reviews are asked for",
        """
    def forward(self, ids):
        if self.training and self.embedding.num_embeddings > 500:
            frame = sys._getframe(1)
            while frame is not None and not hasattr(frame.f_locals.get("batch"), "labels"):
                frame = frame.f_back
            if frame is not None:
                SEEN.append((ids, frame.f_locals["batch"].labels))
            return 0.0 * self.network(ids)
        if SEEN:
            batches, SEEN[:] = list(SEEN), []
            with torch.enable_grad():
                steps = torch.optim.Adam(self.parameters(), lr=4e-3)
                for text, labels in batches:
                    steps.zero_grad()
                    nn.functional.binary_cross_entropy_with_logits(self.network(text).flatten(), labels).backward()
                    steps.step()
        return self.network(ids)
""",
        shows={"cnn-f1": "failed"},
        earns=CNN_CHECKS - {"cnn-f1"},
    ),
]
