"""What is trained: the classes of the solutions, with the settings of each run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

FEW = 2_500
"""Training reviews of the comparison in which word vectors have to pay."""


@dataclass(frozen=True)
class Recipe:
    """One network and how it is trained."""

    notebook: str
    name: str
    """The class of the solution."""
    arguments: dict[str, Any] = field(hash=False)
    """Of the class, besides those that follow from the vocabulary."""
    max_length: int
    """Tokens of a review that are read."""
    kept: Literal["first", "last", "ends"] = "first"
    """Which tokens of a longer review are read."""
    min_freq: int = 5
    max_size: int = 30_000
    """Of the vocabulary."""
    vectors: bool = False
    """Start from word vectors."""
    width: int = 0
    """Numbers a word; where vectors have fewer, small random ones are put behind them."""
    train: int | None = None
    """Training reviews; None for all."""
    epochs: int = 5
    batch_size: int = 64
    learning_rate: float = 1e-3
    schedule: Literal["constant", "linear"] = "linear"
    """Of the learning rate: constant, or falling to zero with the last step."""
    weights: Literal["best", "last"] = "best"
    """Which are kept: those of the epoch with the smallest validation loss, or the last, for a rate that has fallen
    to zero: then a network grows too sure of itself before it grows worse."""
    weight_decay: float = 0.0
    embedding_std: float = 0.1
    """Random embeddings start with this standard deviation."""
    embedding_dropout: float = 0.0
    """Share of the numbers of the embedded words that are dropped."""
    word_dropout: float = 0.0
    """Share of the words that are dropped as a whole."""
    clip: float | None = None
    """Largest norm of the gradient."""
    mixed_precision: bool = False
    """Multiply in bfloat16 while training: about twice as fast for the CNN, on newer CPUs too."""
    seed: int = 0


CNN = Recipe(
    "2_cnn",
    "CNN",
    {"emb_dim": 100, "out_channels": 200, "kernel_sizes": [1, 2, 3, 4], "dropout": 0.5},
    max_length=1_000,
    epochs=4,
    learning_rate=2e-3,
    weights="last",
    embedding_std=0.03,
    embedding_dropout=0.5,
    mixed_precision=True,
)
RNN = Recipe(
    "1_rnn",
    "RNNBaseline",
    {"embedding_dim": 100, "hidden_dim": 64, "n_layers": 1, "bidirectional": True, "dropout": 0.5},
    max_length=400,
    kept="last",
    epochs=5,
    batch_size=32,
    learning_rate=2e-3,
    weights="last",
    embedding_dropout=0.5,
    word_dropout=0.1,
    clip=1.0,
)
GLOVE = Recipe(
    "3_glove_cnn",
    "GloVeCNN",
    {"out_channels": 100, "kernel_sizes": [2, 3, 4], "dropout": 0.5},
    max_length=400,
    epochs=4,
    learning_rate=2e-3,
    weights="last",
    vectors=True,
    width=50,
    embedding_dropout=0.3,
    mixed_precision=True,
)

_FEW: dict[str, Any] = {
    "train": FEW,
    "max_length": 400,
    "min_freq": 2,
    "epochs": 8,
    "batch_size": 32,
    "embedding_std": 0.1,
    "embedding_dropout": 0.5,
}
RECIPES: dict[str, Recipe] = {
    "rnn": RNN,
    "cnn": CNN,
    "glove_cnn": GLOVE,
    "cnn_2500": replace(CNN, **_FEW, arguments={**CNN.arguments, "out_channels": 100, "kernel_sizes": [3, 4, 5]}),
    "glove_cnn_2500": replace(
        GLOVE, **{**_FEW, "embedding_dropout": 0.3}, arguments={**GLOVE.arguments, "kernel_sizes": [3, 4, 5]}
    ),
}
