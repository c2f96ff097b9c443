"""A flair text classifier with an XLM-RoBERTa inside, explained for a class that is called by its name.

    python -m benchmarks.systems.flair_example

The transformer is tiny, made from a configuration and trained on made-up news (topics.py); nothing is downloaded. It
runs in build/systems/flair, an environment with the extra `flair` that the program makes. Two paragraphs are
explained by `textlab.attribution.flair_text`: sub-words, words, tokens sorted by attribution, the delta over steps.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch

from benchmarks.systems.environments import environment, run_in
from benchmarks.systems.records import WORK, write_record

REQUIREMENTS = ("--editable=.[flair,current]",)
REPORTED = {"delta": 2.88}


def main() -> None:
    """Make the environment, run, and write the record."""
    torch.set_num_threads(1)  # as flair_side.py does; the record says how many
    WORK.mkdir(parents=True, exist_ok=True)
    answer = WORK / "flair_answer.json"
    run_in(environment("flair", REQUIREMENTS), [Path(__file__).with_name("flair_side.py"), WORK / "flair", answer])
    write_record("flair", {"reported": REPORTED, **json.loads(answer.read_text(encoding="utf-8"))})


if __name__ == "__main__":
    main()
