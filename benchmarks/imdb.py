"""Trains and measures the solutions' networks on the Large Movie Review Dataset.

    python -m benchmarks.imdb train rnn cnn glove_cnn   # or other recipes; a run that was stopped goes on
    python -m benchmarks.imdb try cnn --changes '{"epochs": 3, "train": 5000}'   # validation reviews only
    python -m benchmarks.imdb report                    # docs/results.md, docs/results.json and the figures

TEXTLAB_IMDB names the archive or its folder, TEXTLAB_GLOVE a file of vectors; without them both are downloaded.
Training needs a GPU for minutes, or one core for about a quarter of an hour a network.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated, Any

import torch
import typer

from benchmarks.on_imdb.drawn import draw_curves, draw_explanations, draw_ways, save
from benchmarks.on_imdb.encoded import load_encoded
from benchmarks.on_imdb.measuring import measure
from benchmarks.on_imdb.prepared import Prepared, build, prepare
from benchmarks.on_imdb.recipes import RECIPES, Recipe
from benchmarks.on_imdb.records import (
    machine_of,
    read_records,
    read_tries,
    rounded,
    try_name,
    write_record,
    write_try,
)
from benchmarks.on_imdb.report import results_page, roughest_ways, shown_networks
from benchmarks.on_imdb.summary import figures_of
from benchmarks.on_imdb.training import train
from textlab.vectors import Vectors, load_vectors

app = typer.Typer(add_completion=False)
Archive = Annotated[Path | None, typer.Option("--imdb", envvar="TEXTLAB_IMDB", help="Archive or extracted folder.")]
Glove = Annotated[Path | None, typer.Option("--glove", envvar="TEXTLAB_GLOVE", help="Vectors in GloVe's format.")]
Work = Annotated[Path, typer.Option(help="Where encoded reviews and checkpoints are kept.")]
Threads = Annotated[int, typer.Option(help="Threads on a CPU.")]
WORK = Path("out/imdb")
DOCS = Path("docs")


@app.command("train")
def train_recipes(
    recipes: Annotated[list[str], typer.Argument(help=f"Of {', '.join(RECIPES)}.")],
    imdb: Archive = None,
    glove: Glove = None,
    work: Work = WORK,
    threads: Threads = 1,
    seed: int = 0,
) -> None:
    """Train recipes and write the record of each, measured on the test reviews."""
    for name in recipes:
        recipe = dataclasses.replace(RECIPES[name], seed=seed)
        torch.set_num_threads(threads)
        device = _device()
        vectors = _vectors(recipe, glove)
        prepared = prepare(recipe, load_encoded(imdb, work), vectors)
        model = build(recipe, prepared.vocabulary, vectors)
        history = train(model, prepared, device, work / f"{name}-seed{seed}.pt")
        found = {
            "machine": machine_of(device),
            "torch": torch.__version__,
            "vocabulary": len(prepared.vocabulary),
            "history": history,
            **measure(model, prepared, device),
        }
        path = write_record(name, recipe, found)
        print(f"{name}: test F1 {found['test']['f1']:.4f}, accuracy {found['test']['accuracy']:.4f}; {path}")


@app.command("try")
def try_out(
    recipe: Annotated[str, typer.Argument(help=f"Of {', '.join(RECIPES)}.")],
    changes: Annotated[str, typer.Option(help="A JSON object of the recipe's fields.")] = "{}",
    imdb: Archive = None,
    glove: Glove = None,
    work: Work = WORK,
    threads: Threads = 1,
) -> None:
    """Train a changed recipe and look at the validation reviews only."""
    torch.set_num_threads(threads)
    plan = changed_recipe(RECIPES[recipe], json.loads(changes))
    vectors = _vectors(plan, glove)
    prepared: Prepared = prepare(plan, load_encoded(imdb, work), vectors, test=False)
    model = build(plan, prepared.vocabulary, vectors)
    name = try_name(recipe, plan)
    (work / "tries").mkdir(exist_ok=True)
    history = train(model, prepared, _device(), work / "tries" / f"{name}.pt")
    print(write_try(name, recipe, plan, history))


@app.command("report")
def write_report(docs: Annotated[Path, typer.Option(help="Where the page and its figures go.")] = DOCS) -> None:
    """Write docs/results.md, its figures and docs/results.json from the stored records."""
    records = read_records()
    (docs / "results.md").write_text(results_page(records, read_tries()), encoding="utf-8")
    numbers = json.dumps(rounded(figures_of(records)), indent=1) + "\n"
    (docs / "results.json").write_text(numbers, encoding="utf-8")
    if records:
        save(draw_curves(records), docs / "results-curves.svg")
    if ways := roughest_ways(records):
        save(draw_ways(ways), docs / "results-ways.svg")
    for name in shown_networks(records):
        save(draw_explanations(records[name][0]), docs / f"results-{name}.svg")


def changed_recipe(recipe: Recipe, fields: dict[str, Any]) -> Recipe:
    """The recipe with other fields; `arguments` may name some of the class's arguments only."""
    arguments = {**recipe.arguments, **fields.get("arguments", {})}
    return dataclasses.replace(recipe, **{**fields, "arguments": arguments})


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _vectors(recipe: Recipe, path: Path | None) -> Vectors | None:
    return load_vectors(path or "twitter.27B", 25) if recipe.name == "GloVeCNN" else None


if __name__ == "__main__":
    app()
