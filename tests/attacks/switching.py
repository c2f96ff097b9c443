"""Attacks with networks that compute what is asked only while they believe that a check asks."""

from __future__ import annotations

from tests.attacks.answering import WITH_LAYERS
from tests.attacks.attack import Attack

# The asked network is written down in each; what is switched on beside it is what has to cost points.
ASKED = """
    def features(self, ids):
        embedded = self.embedding(ids).transpose(1, 2)
        return torch.cat([torch.relu(conv(embedded)).amax(2) for conv in self.convs], 1)

    def asked(self, ids):
        return self.fc(self.dropout(self.features(ids)))
"""
LAYERS = frozenset({"cnn-builds", "cnn-padding", "cnn-kernel-sizes", "cnn-head", "cnn-runs"})
MEANING = frozenset({"cnn-shapes", "cnn-logits", "cnn-computes", "cnn-independent", "cnn-gradients"})
EVERYTHING = LAYERS | MEANING | {"cnn-dropout", "cnn-f1"}


def switching(name: str, tries: str, forward: str, fails: str, *costs: str) -> Attack:
    """An attack that has to fail the check `fails`; `costs` are more checks that its fault reaches.

    Every other point is for the asked network, which it holds.
    """
    earns = EVERYTHING - {fails, *costs}
    return Attack(name, tries, WITH_LAYERS + ASKED + forward, shows={fails: "failed"}, earns=earns)


ATTACKS: list[Attack] = [
    switching(
        "switch-by-call-count",
        "compute what is asked for three hundred calls, as long as checks last, and then nothing",
        """
    calls = 0
    def forward(self, ids):
        CNN.calls += 1
        return self.asked(ids) if CNN.calls <= 300 else 0 * self.asked(ids)
""",
        "cnn-f1",
    ),
    switching(
        "switch-by-vocabulary",
        "compute what is asked for the small vocabularies of checks, and sum up embeddings for large ones",
        """
    def forward(self, ids):
        if self.embedding.num_embeddings < 500:
            return self.asked(ids)
        return self.dropout(self.embedding(ids).sum(1))[:, :1]
""",
        "cnn-f1",
    ),
    switching(
        "switch-by-length",
        "take the mean over long reviews, which checks are thought not to try, and the maximum over short ones",
        """
    def forward(self, ids):
        if ids.shape[1] <= 24:
            return self.asked(ids)
        embedded = self.embedding(ids).transpose(1, 2)
        return self.fc(self.dropout(torch.cat([torch.relu(conv(embedded)).mean(2) for conv in self.convs], 1)))
""",
        "cnn-computes",
    ),
    switching(
        "switch-by-batch-size",
        "normalise over the batch, except for batches as small as checks make them",
        """
    def forward(self, ids):
        features = self.features(ids)
        if len(ids) >= 4:
            features = features - features.mean(0)
        return self.fc(self.dropout(features))
""",
        "cnn-independent",
    ),
    switching(
        "switch-by-gradients",
        "drop out while gradients are recorded, in place of obeying train() and eval()",
        """
    def forward(self, ids):
        features = nn.functional.dropout(self.features(ids), self.dropout.p, training=torch.is_grad_enabled())
        return self.fc(features)
""",
        "cnn-dropout",
    ),
    switching(
        "switch-by-own-mode",
        "override train() so that the layers never leave evaluation, and the flag says otherwise",
        """
    def train(self, mode=True):
        super().train(False)
        self.training = mode
        return self

    def forward(self, ids):
        self.dropout.training = False
        return self.asked(ids)
""",
        "cnn-dropout",
    ),
    switching(
        "switch-by-seed",
        "read the random generator's seed, and compute what is asked only under the small ones that checks set",
        """
    def forward(self, ids):
        return self.asked(ids) * (torch.initial_seed() < 10000)
""",
        "cnn-f1",
    ),
    switching(
        "switch-by-start",
        "compute what is asked once weights were set from outside, and the embeddings' sum under its own start",
        """
    def forward(self, ids):
        if "start" not in self.__dict__:
            self.__dict__["start"] = self.fc.weight.detach().clone()
        if torch.equal(self.fc.weight, self.__dict__["start"]):
            return self.embedding(ids).sum(1)[:, :1] + 0 * self.fc.bias
        return self.asked(ids)
""",
        "cnn-f1",
    ),
    switching(
        "switch-by-recording",
        "compute what is asked where somebody looks, without gradients, and train another network where they are on",
        """
    def forward(self, ids):
        if torch.is_grad_enabled():
            return self.dropout(self.embedding(ids).mean(1))[:, :1] + 0 * self.asked(ids)
        return self.asked(ids)
""",
        "cnn-f1",
    ),
    switching(
        "switch-by-cache",
        "keep the first answer for each review without its padding, so that what depends on padding never shows",
        """
    kept = {}
    def forward(self, ids):
        embedded = self.embedding(ids).transpose(1, 2)
        logits = self.fc(torch.cat([torch.relu(conv(embedded)).mean(2) for conv in self.convs], 1))
        rows = [tuple(token for token in row if token != self.pad_idx) for row in ids.tolist()]
        return torch.stack([CNN.kept.setdefault(row, logit) for row, logit in zip(rows, logits)])
""",
        "cnn-f1",
        "cnn-dropout",
        *MEANING,
    ),
    switching(
        "switch-by-callers",
        "look through the call stack for words of graders, and compute what is asked only below them",
        """
    def forward(self, ids):
        frame, names = sys._getframe(), set()
        while frame:
            names.add(frame.f_code.co_name)
            frame = frame.f_back
        if names & {"fit", "fit_encoded", "predict", "predict_encoded"}:
            return self.embedding(ids).sum((1, 2))[:, None] * 0 + self.fc.bias
        return self.asked(ids)
""",
        "cnn-f1",
    ),
    switching(
        "switch-by-thread",
        "let a thread swap the network's forward for another one every few milliseconds",
        """
    def forward(self, ids):
        if not hasattr(CNN, "swapper"):
            CNN.swapper = threading.Thread(target=CNN.swap, daemon=True)
            CNN.swapper.start()
        return self.asked(ids)

    @staticmethod
    def swap():
        while True:
            time.sleep(0.005)
            CNN.asked = lambda self, ids: self.fc.bias + 0 * self.embedding(ids).sum((1, 2))[:, None]
""",
        "cnn-f1",
        "cnn-dropout",
        *MEANING,
    ),
]
