"""How long it takes to read and encode all 50,000 real reviews, in units of torchtext's tokenizer alone.

Both times are taken in one run, in turns, so that the ratio holds on any machine. The bound is 1.5.
Needs the real data: `python benchmarks/encode.py --imdb aclImdb_v1.tar.gz`, or TEXTLAB_IMDB.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

from textlab.corpus import Corpus, load_corpus
from textlab.text import Vocabulary  # before torchtext, whose warning it silences

# isort: split
from torchtext.data.utils import get_tokenizer

BOUND = 1.5


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def texts(corpus: Corpus) -> list[str]:
    """All texts of the three parts."""
    return [review.text for part in (corpus.train, corpus.validation, corpus.test) for review in part]


def main() -> int:
    """Print the ratio of each round and their median; exit status 1 when the median is above the bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--imdb", default=os.environ.get("TEXTLAB_IMDB"), help="archive or extracted folder")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.imdb is None:
        parser.error("give --imdb PATH or set TEXTLAB_IMDB")
    basic_english = get_tokenizer("basic_english")
    corpus = load_corpus("imdb", path=options.imdb)
    vocabulary = Vocabulary.build((review.text for review in corpus.train), max_size=30_000)

    def tokenize_all(lines: list[str]) -> None:
        for line in lines:
            basic_english(line)

    def read_and_encode() -> list[list[int]]:
        return [vocabulary.encode(line) for line in texts(load_corpus("imdb", path=options.imdb))]

    ratios = []
    for number in range(1, options.rounds + 1):
        tokenizer = seconds(lambda: tokenize_all(texts(corpus)))
        whole = seconds(read_and_encode)
        ratios.append(whole / tokenizer)
        print(f"{number}: tokenizer {tokenizer:.2f} s, read and encode {whole:.2f} s, ratio {ratios[-1]:.2f}")
    median = sorted(ratios)[len(ratios) // 2]
    print(f"median ratio {median:.2f} (bound {BOUND})")
    return int(median > BOUND)


if __name__ == "__main__":
    sys.exit(main())
