"""Attacks with models that answer without computing: by table, by chance, by time, by counting, by mode."""

from __future__ import annotations

from tests.attacks.attack import Attack

# These make the layers that the solution makes, give one number for each review, and do nothing else.
LAYERS = frozenset({"cnn-builds", "cnn-padding", "cnn-kernel-sizes", "cnn-head", "cnn-runs"})

START = """
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        print(RAN)
        self.pad_idx = pad_idx
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
"""
WITH_LAYERS = (
    START
    + """
        self.convs = nn.ModuleList(nn.Conv1d(emb_dim, out_channels, size) for size in kernel_sizes)
        self.fc = nn.Linear(out_channels * len(kernel_sizes), 1)
        self.dropout = nn.Dropout(dropout)
"""
)


def answering(name: str, tries: str, forward: str, **fields: object) -> Attack:
    """An attack that has the right layers and another forward."""
    fields = {"shows": {"cnn-f1": "failed"}, "earns": LAYERS, **fields}
    return Attack(name, tries, WITH_LAYERS + forward, **fields)  # type: ignore[arg-type]


ATTACKS: list[Attack] = [
    answering(
        "answer-always-zero",
        "give the same logit for every review: the right shape, and what a constant keeps, it keeps",
        """
    def forward(self, ids):
        return torch.zeros(len(ids), 1)
""",
    ),
    answering(
        "answer-zero-with-gradients",
        "give a constant that has a gradient for every parameter",
        """
    def forward(self, ids):
        return torch.zeros(len(ids), 1) + sum((p - p.detach()).sum() for p in self.parameters())
""",
    ),
    answering(
        "answer-by-hash",
        "give a number drawn from the review's own tokens without padding: alike for like reviews",
        """
    def forward(self, ids):
        kept = [sorted(token for token in row.tolist() if token != self.pad_idx) for row in ids]
        return torch.tensor([[float(hash(tuple(row)) % 1000) / 100 - 5] for row in kept])
""",
    ),
    answering(
        "answer-by-chance",
        "give random logits",
        """
    def forward(self, ids):
        return torch.randn(len(ids), 1)
""",
    ),
    answering(
        "answer-by-call-count",
        "give other answers at the first, second and third call, as checks are known to ask",
        """
    calls = 0
    def forward(self, ids):
        CNN.calls += 1
        return torch.full((len(ids), 1), float(CNN.calls % 3))
""",
    ),
    answering(
        "answer-by-time",
        "behave differently after some seconds, when the first checks are over",
        """
    def forward(self, ids):
        return torch.full((len(ids), 1), time.monotonic() % 10)
""",
    ),
    answering(
        "answer-by-place-in-batch",
        "read the answer from the review's place in the batch: ones first, then zeros, as in a sorted set",
        """
    def forward(self, ids):
        place = torch.arange(len(ids)).float()[:, None]
        return (place < len(ids) / 2).float() * 2 - 1
""",
    ),
    answering(
        "answer-by-table",
        "remember training reviews with their labels, found in the frames that train it, and look test reviews up",
        """
    table = {}
    def forward(self, ids):
        frame = sys._getframe()
        while frame:
            batch = frame.f_locals.get("batch")
            if batch is not None:
                CNN.table.update(zip(map(str, batch.ids.tolist()), batch.labels.tolist()))
            frame = frame.f_back
        found = torch.tensor([[CNN.table.get(str(row), 0.5) - 0.5] for row in ids.tolist()])
        return found + 0 * self.fc.bias
""",
    ),
    answering(
        "answer-cheating-in-evaluation",
        "train as a network should and answer with a constant in evaluation, or the other way round",
        """
    def forward(self, ids):
        if not self.training:
            return torch.ones(len(ids), 1)
        pooled = [torch.relu(conv(self.embedding(ids).transpose(1, 2))).amax(2) for conv in self.convs]
        return self.fc(self.dropout(torch.cat(pooled, 1)))
""",
    ),
    Attack(
        "answer-with-a-bag-of-words",
        "register the right layers, use none of them, and learn from the mean of the embeddings",
        WITH_LAYERS
        + """
        self.weights = nn.Parameter(torch.zeros(emb_dim))
    def forward(self, ids):
        here = (ids != self.pad_idx).float()[:, :, None]
        mean = (self.embedding(ids) * here).sum(1) / here.sum(1).clamp(min=1)
        return self.dropout(mean) @ self.weights[:, None]
""",
        shows={"cnn-f1": "failed"},
        # Its dropout is real, at the asked rate; and it does give each review a logit that the others do not change.
        earns=LAYERS | {"cnn-dropout", "cnn-shapes", "cnn-independent"},
    ),
]
