"""Measures how hard the corpus is and what the vectors gain: python datasets/measure.py [--seeds 10].

Each seed draws a corpus of its own and starts each network anew. The figures go to mini/measurements.json
after every one of them, so that an interrupted run goes on; at the end the data cards are written from them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from baselines import Splits, bag_of_words, cnn, glove_cnn, majority, rnn, word_list
from cards import write_cards
from glove import read_vectors
from reviewgen import draw_corpus
from scores import FIGURES, FULL, SMALL, VECTORS

SIZES = (FULL, 1000, 1000)
CURVE = (250, 500, 1000, 2000, 4000)
CURVE_SEEDS = 2


def read_figures(path: Path = FIGURES) -> dict[str, float]:
    """F1 by "model/training reviews/seed"; empty when nothing was measured."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def tasks(seeds: int) -> Iterator[tuple[str, int, int]]:
    """(model, training reviews, seed) of everything to measure, what the bounds need first."""
    for seed in range(seeds):
        for model in ("majority", "word list", "bag of words", "cnn", "rnn"):
            yield model, FULL, seed
        yield "cnn", SMALL, seed
        yield "glove cnn", SMALL, seed
    for seed in range(min(seeds, CURVE_SEEDS)):
        for size in CURVE:
            for model in ("bag of words", "cnn", "glove cnn", "rnn"):
                yield model, size, seed


def main() -> None:
    """Measure what the file of figures lacks."""
    parser = argparse.ArgumentParser(description="Measure baselines and networks on the corpus.")
    parser.add_argument("--seeds", type=int, default=10, help="corpora drawn and networks started")
    seeds = parser.parse_args().seeds
    torch.set_num_threads(1)
    vectors = read_vectors(VECTORS)
    models: dict[str, Callable[[Splits, int], float]] = {
        "majority": lambda splits, seed: majority(splits),
        "word list": lambda splits, seed: word_list(splits),
        "bag of words": lambda splits, seed: bag_of_words(splits),
        "cnn": cnn,
        "rnn": rnn,
        "glove cnn": lambda splits, seed: glove_cnn(splits, seed, vectors),
    }
    figures = read_figures()
    for model, size, seed in tasks(seeds):
        name = f"{model}/{size}/{seed}"
        if name in figures:
            continue
        splits = draw_corpus(seed, SIZES)
        figures[name] = round(models[model]({**splits, "train": splits["train"][:size]}, seed), 4)
        print(f"{name}: {figures[name]:.4f}", flush=True)
        FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for bound in write_cards():
        print(f"broken: {bound.name} is {bound.value:.4g}, wanted {bound.low:g} to {bound.high:g}")


if __name__ == "__main__":
    main()
