"""Attacks on notebooks 1 and 3: networks and functions that have the right form and pretend to have done the work."""

from __future__ import annotations

from tests.attacks.attack import Attack

RNN = """
class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        print(RAN)
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.rnn = nn.LSTM(embedding_dim, hidden_dim, n_layers, bidirectional=bidirectional, batch_first=True)
        self.fc = nn.Linear(hidden_dim * (1 + bidirectional), 1)
"""
RNN_LAYERS = frozenset({"rnn-builds", "rnn-directions", "rnn-runs"})

GLOVE = """
class GloVeCNN(nn.Module):
    def __init__(self, matrix, out_channels, kernel_sizes, dropout, pad_idx, frozen=False):
        super().__init__()
        print(RAN)
        self.embedding = nn.Embedding.from_pretrained(matrix.clone(), freeze=frozen, padding_idx=pad_idx)
        self.convs = nn.ModuleList(nn.Conv1d(matrix.shape[1], out_channels, size) for size in kernel_sizes)
        self.fc = nn.Linear(out_channels * len(kernel_sizes), 1)
"""
# Made from the matrix, as asked; and whoever never trains changes no matrix.
GLOVE_LAYERS = frozenset({"glove-start", "glove-shapes", "glove-copy"})


def training(name: str, tries: str, body: str, **fields: object) -> Attack:
    """An attack whose train_model pretends to train."""
    code = f"""
def train_model(model, train_batches, validation_batches, *arguments, **keywords):
    print(RAN)
    epochs = keywords.get("epochs", 3)
{body}
"""
    return Attack(name, tries, code, **{"shows": {}, "notebook": "1_rnn", **fields})  # type: ignore[arg-type]


def measuring(name: str, tries: str, body: str) -> Attack:
    """An attack whose f1_on pretends to measure."""
    code = f"\ndef f1_on(model, batches, *arguments, **keywords):\n    print(RAN)\n{body}\n"
    return Attack(name, tries, code, {"f1-whole-set": "failed"}, notebook="1_rnn")


def filling(name: str, tries: str, body: str, earns: frozenset[str]) -> Attack:
    """An attack whose embedding_matrix pretends to look words up."""
    code = f"\ndef embedding_matrix(vocabulary, vectors, *arguments, **keywords):\n    print(RAN)\n{body}\n"
    return Attack(name, tries, code, {"matrix-rows": "failed"}, earns, notebook="3_glove_cnn")


ATTACKS: list[Attack] = [
    Attack(
        "pretend-rnn-constant",
        "register the recurrent layers and answer with a constant",
        RNN + "\n    def forward(self, text, text_lengths):\n        return torch.zeros(len(text), 1)\n",
        {"rnn-summary": "failed"},
        RNN_LAYERS,
        notebook="1_rnn",
    ),
    Attack(
        "pretend-rnn-last-token",
        "register the recurrent layers and answer with the weights of the last token's embedding",
        RNN
        + """
    def forward(self, text, text_lengths):
        last = self.embedding(text[torch.arange(len(text)), text_lengths - 1])
        return last.sum(1, keepdim=True) + 0 * sum(p.sum() for p in self.parameters())
""",
        {"rnn-summary": "failed"},
        RNN_LAYERS | {"rnn-shapes", "rnn-independent", "rnn-padding"},
        notebook="1_rnn",
    ),
    training(
        "pretend-history",
        "train nothing and give back falling losses",
        "    losses = [1 / (1 + epoch) for epoch in range(epochs)]\n"
        '    return {"train_loss": losses, "validation_loss": losses}',
        earns=frozenset({"train-history"}),
    ),
    training(
        "pretend-history-by-script",
        "read the script of losses out of the kit's model and give it back without training",
        "    losses = [float(loss) for loss in getattr(model, '_losses', [0.5] * epochs)][:epochs]\n"
        '    return {"train_loss": losses, "validation_loss": losses}',
        earns=frozenset({"train-history"}),
    ),
    measuring("pretend-f1-perfect", "give back an F1 of one", "    return 1.0"),
    measuring("pretend-f1-three-quarters", "give back an F1 of three quarters", "    return 0.75"),
    measuring(
        "pretend-f1-from-labels",
        "compute an F1 from the labels alone, as if the model were right",
        "    labels = torch.cat([batch.labels for batch in batches])\n    return float(labels.mean())",
    ),
    filling(
        "pretend-matrix-zeros",
        "give back a matrix of zeros in the right shape",
        "    return torch.zeros(len(vocabulary), vectors.dim)",
        frozenset({"matrix-shape", "matrix-padding"}),
    ),
    filling(
        "pretend-matrix-random",
        "give back small random numbers in the right shape",
        "    made = torch.randn(len(vocabulary), vectors.dim, generator=torch.Generator().manual_seed(0)) * 0.1\n"
        "    made[vocabulary.pad_id] = 0\n    return made",
        frozenset({"matrix-shape", "matrix-padding", "matrix-unknown"}),
    ),
    Attack(
        "pretend-glove-constant",
        "start from the matrix and answer with a constant",
        GLOVE + "\n    def forward(self, text):\n        return torch.zeros(len(text), 1)\n",
        {"glove-shapes": "skipped"},
        GLOVE_LAYERS,
        notebook="3_glove_cnn",
    ),
]
