"""The homework that the assignment follows: its RNN, CNN and GloVe CNN, with its sizes and settings.

    python -m benchmarks.systems.homework cnn           # goes on where it was stopped; --minutes 9 stops it
    python -m benchmarks.systems.homework glove_cnn     # vectors of 25 numbers; --glove 840B --dim 300 as reported
    python -m benchmarks.systems.homework rnn           # on a GPU; 40 minutes on one core with
                                                        # --max-length 100 --kept last --bfloat16

Adam with its defaults, binary cross-entropy on logits, early stopping on the validation loss. The networks are the
solutions' classes. Each run also measures the broken F1 of the homework on the same predictions.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any, Literal

import torch
import typer

from autograder.calibration.models import solution
from benchmarks.on_imdb.encoded import load_encoded
from benchmarks.on_imdb.prepared import Prepared, prepare
from benchmarks.on_imdb.recipes import Recipe
from benchmarks.on_imdb.records import try_name
from benchmarks.on_imdb.training import accuracy_of, best_epoch
from benchmarks.systems.broken_f1 import f1_of_batches, shuffled, sorted_by_class
from benchmarks.systems.fitting import fit, measured_logits
from benchmarks.systems.records import WORK, reviews_path, write_record
from textlab.text import Vocabulary
from textlab.training import f1_of_logits, seed_everything
from textlab.vectors import Vectors, load_vectors

PATIENCE = 3
CNN_ARGUMENTS = {"out_channels": 64, "kernel_sizes": [3, 4, 5], "dropout": 0.5}


@dataclass(frozen=True)
class Part:
    """One network of the homework."""

    title: str
    recipe: Recipe
    best: float
    """The best F1 over the whole test set in a student's solution that was read."""
    printed: float | None
    """The F1 that the homework itself shows for it, whatever it is an average of."""


def _recipe(notebook: str, name: str, arguments: dict[str, Any], *, epochs: int, batch_size: int) -> Recipe:
    return Recipe(
        notebook,
        name,
        arguments,
        max_length=400,
        min_freq=1,
        max_size=25_000,
        epochs=epochs,
        batch_size=batch_size,
        schedule="constant",
        embedding_std=1.0,
    )


_RNN = {"embedding_dim": 100, "hidden_dim": 256, "n_layers": 2, "bidirectional": True, "dropout": 0.2}
PARTS = {
    "rnn": Part("RNN", _recipe("1_rnn", "RNNBaseline", _RNN, epochs=20, batch_size=64), 0.865, 0.69),
    "cnn": Part(
        "CNN", _recipe("2_cnn", "CNN", {"emb_dim": 300, **CNN_ARGUMENTS}, epochs=30, batch_size=128), 0.871, None
    ),
    "glove_cnn": Part(
        "GloVe CNN", _recipe("3_glove_cnn", "GloVeCNN", CNN_ARGUMENTS, epochs=30, batch_size=128), 0.885, 0.463
    ),
}


def build(recipe: Recipe, vocabulary: Vocabulary, vectors: Vectors | None) -> torch.nn.Module:
    """The solution's class with the homework's sizes; the GloVe CNN starts from the vectors as they are."""
    seed_everything(recipe.seed)
    arguments = {**recipe.arguments, "pad_idx": vocabulary.pad_id}
    if vectors is None:
        return solution(recipe.notebook, recipe.name)(vocab_size=len(vocabulary), **arguments)
    matrix = solution(recipe.notebook, "embedding_matrix")(vocabulary, vectors)
    return solution(recipe.notebook, recipe.name)(matrix=matrix, **arguments)


def main(
    part: str,
    reviews: Annotated[int | None, typer.Option(help="train on so many, test on as many")] = None,
    max_length: Annotated[int, typer.Option(help="tokens of a review that are read")] = 400,
    kept: Annotated[
        Literal["first", "last", "ends"], typer.Option(help="which tokens of a longer review: first, last or ends")
    ] = "first",
    epochs: Annotated[int | None, typer.Option(help="at most; default: the homework's")] = None,
    bfloat16: Annotated[bool, typer.Option("--bfloat16", help="multiply in bfloat16 while training")] = False,
    minutes: Annotated[float | None, typer.Option(help="stop after the epoch in which they are over")] = None,
    glove: Annotated[str, typer.Option(envvar="TEXTLAB_GLOVE", help="a file, or 6B, 840B, …")] = "twitter.27B",
    dim: Annotated[int, typer.Option(help="numbers a vector")] = 25,
    threads: int = 1,
) -> None:
    """Train one network of the homework and measure both F1s."""
    torch.set_num_threads(threads)
    chosen = PARTS[part]
    recipe = replace(
        chosen.recipe,
        train=reviews,
        max_length=max_length,
        kept=kept,
        epochs=epochs or chosen.recipe.epochs,
        mixed_precision=bfloat16,
    )
    prepared = prepare(recipe, load_encoded(reviews_path(), WORK), None)
    if reviews is not None:
        prepared = shortened(prepared, reviews)
    vectors = load_vectors(glove, dim) if recipe.name == "GloVeCNN" else None
    model = build(recipe, prepared.vocabulary, vectors)
    history = fit(model, prepared, checkpoint_of(part, recipe), patience=PATIENCE, minutes=minutes)
    if history is None:
        print("not finished: the same command goes on")
        raise typer.Exit(3)
    logits, labels = measured_logits(model, prepared)
    batches = f1_of_batches(*sorted_by_class(logits, labels), recipe.batch_size)
    found = {
        "part": part,
        "recipe": asdict(recipe),
        "vectors": None if vectors is None else vectors.dim,
        "vocabulary": len(prepared.vocabulary),
        "history": history,
        "best_epoch": best_epoch(history) + 1,
        "f1": f1_of_logits(logits, labels),
        "accuracy": accuracy_of(logits, labels),
        "reviews": len(labels),
        "broken_f1": fmean(batches),
        "broken_f1_of_batches": batches,
        "broken_f1_shuffled": fmean(f1_of_batches(*shuffled(logits, labels), recipe.batch_size)),
        "recall": float((logits[labels > 0] > 0).float().mean()),
    }
    path = write_record(f"homework_{part}", found)
    print(f"F1 {found['f1']:.4f}, accuracy {found['accuracy']:.4f}, broken F1 {found['broken_f1']:.4f}; {path}")


def checkpoint_of(part: str, recipe: Recipe) -> Path:
    """Where a run is kept: one file for the homework's own settings, one each for others."""
    own = PARTS[part].recipe
    changed = replace(recipe, epochs=own.epochs)  # fewer or more epochs go on with the same run
    return WORK / f"{f'homework_{part}' if changed == own else try_name(f'homework_{part}', changed)}.pt"


def shortened(prepared: Prepared, reviews: int) -> Prepared:
    """Validation and test cut to `reviews` each, as the training reviews are already."""
    rows = {name: found[:reviews] for name, found in prepared.rows.items()}
    return replace(prepared, rows=rows, labels={name: found[:reviews] for name, found in prepared.labels.items()})


if __name__ == "__main__":
    typer.run(main)
