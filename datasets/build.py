"""Rebuilds every data set to the same bytes: python datasets/build.py [corpus|hidden|vectors ...]."""

from __future__ import annotations

import argparse
from pathlib import Path

from reviewgen import draw_corpus, draw_hidden, write_corpus

HERE = Path(__file__).resolve().parent
HIDDEN = HERE.parent / "autograder" / "hidden"
CORPUS_SEED = 2024
SIZES = (4000, 1000, 1000)


def build_corpus() -> None:
    """Write datasets/mini/*.csv."""
    write_corpus(draw_corpus(CORPUS_SEED, SIZES), HERE / "mini")


def build_hidden() -> None:
    """Write autograder/hidden/mini/*.csv from the key that lies beside them."""
    draw_hidden((HIDDEN / "key").read_bytes(), HIDDEN / "mini", families=HIDDEN / "families.json")


def build_vectors() -> None:
    """Write datasets/vectors/mini.50d.txt."""
    from glove import train_mini  # torch is needed for the vectors alone

    train_mini(HERE / "vectors" / "mini.50d.txt")


PARTS = {"corpus": build_corpus, "hidden": build_hidden, "vectors": build_vectors}


def main() -> None:
    """Build the named parts, or all."""
    parser = argparse.ArgumentParser(description="Rebuild the embedded data sets.")
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(PARTS)}; all when none is named")
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown part {sorted(unknown)}; choose from {', '.join(PARTS)}")
    for part in arguments.parts or PARTS:
        print(f"building {part} ...", flush=True)
        PARTS[part]()


if __name__ == "__main__":
    main()
