"""Where the reported figures of docs/systems.md were read."""

from __future__ import annotations

from dataclasses import dataclass

CAPTUM = "https://github.com/meta-pytorch/captum"
ALIBI = "https://github.com/SeldonIO/alibi"


@dataclass(frozen=True)
class Source:
    """One system as its makers published it."""

    system: str
    title: str
    address: str | None
    """None for what has no public address that could be given."""
    version: str
    figures: str
    """What was read there, and where on the page it stands."""


SOURCES = (
    Source(
        "homework",
        "homework 3 of a second-term course on deep learning, one notebook: RNN, CNN, interpretability, GloVe CNN",
        None,
        "torchtext before 0.12 (`Field`, `BucketIterator`)",
        "F1 shown for the RNN and the GloVe CNN; sizes and settings",
    ),
    Source(
        "Captum, old form",
        "Interpreting text models: IMDB sentiment analysis",
        f"{CAPTUM}/blob/ba3d18c1add69b60c297f7c7f194aeb84ca0142a/tutorials/IMDB_TorchText_Interpret.ipynb",
        "captum 0.4.0, torch 1.7.1, torchtext 0.8.0",
        "vocabulary and six deltas, as printed",
    ),
    Source(
        "Captum, new form",
        "the same tutorial, written anew in May 2026",
        "https://captum.ai/tutorials/IMDB_TorchText_Interpret",
        "captum 0.9.0, torch 2.3.0, torchtext 0.18.0",
        "test accuracy and deltas, as printed",
    ),
    Source(
        "Alibi",
        "Integrated gradients for text classification on the IMDB dataset",
        f"{ALIBI}/blob/358034d27edf8f0220f31653d34068b4ed5c76a7/doc/source/examples/integrated_gradients_imdb.ipynb",
        "TensorFlow 2.6.0",
        "accuracy after the third epoch; what it calls validation data is the test set",
    ),
    Source(
        "Flair",
        "Interpret-flair, a notebook that is no part of flair or Captum",
        "https://zenodo.org/badge/latestdoi/314835538",
        "run in November 2020",
        "delta of two paragraphs as one text, 500 Gauss–Legendre steps: 2.8829",
    ),
)


def sources_section() -> list[str]:
    """A table of the sources, and what cannot be checked."""
    rows = ["| system | published as | version | read there |", "|---|---|---|---|"]
    for source in SOURCES:
        title = source.title if source.address is None else f"[{source.title}]({source.address})"
        rows.append(f"| {source.system} | {title} | {source.version} | {source.figures} |")
    return [
        "## Where the figures come from",
        "\n".join(rows),
        "Two kinds of figures cannot be checked from here. The homework has no public address that could be given. "
        "“Best of solutions” is the highest F1 over the whole test set in the students' solutions of it that were "
        "read, eleven complete ones among them; they are not published with this kit.",
    ]
