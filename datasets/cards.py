"""Writes the data cards and their plots from the committed sets and the measured figures.

python datasets/cards.py; it ends with status 1 and names the bound when a figure leaves its bounds.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median

import matplotlib
from glove import UNLABELLED, Settings, WordVectors, read_vectors
from matplotlib.figure import Figure
from reviewgen import Families, Lexicon, Recipe
from scores import (
    FULL,
    MINI,
    SMALL,
    TITLES,
    VECTORS,
    Bound,
    Corpus,
    Scores,
    bounds,
    read_corpus,
    read_scores,
    unseen_share,
)

from textlab.text import tokenize

SAMPLE_WORDS = ("superb", "threadbare", "edifying", "greasy", "attentive", "garlic", "tractor", "weaver")


def plot_lengths(corpus: Corpus, path: Path) -> None:
    """Histogram of tokens a review, one line a split."""
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    for split, rows in corpus.items():
        lengths = [len(tokenize(row.text)) for row in rows]
        axes.hist(lengths, bins=range(12, 64, 3), density=True, histtype="step", label=split)
    axes.set(xlabel="tokens in a review", ylabel="share of reviews per token")
    axes.legend(frameon=False)
    _save(figure, path)


def plot_curves(scores: Scores, path: Path) -> None:
    """F1 against the number of training reviews."""
    figure = Figure(figsize=(6, 3.5), layout="constrained")
    axes = figure.subplots()
    for model in ("glove cnn", "cnn", "rnn", "bag of words"):
        points = sorted((size, mean(values)) for (name, size), values in scores.items() if name == model)
        axes.plot(*zip(*points, strict=True), marker="o", label=TITLES[model])
    axes.set(xscale="log", xlabel="training reviews", ylabel="F1 on the test set")
    sizes = sorted({size for _, size in scores})
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    # Without a date and with fixed ids the same figures give the same bytes.
    with matplotlib.rc_context({"svg.hashsalt": "textlab", "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) != 1 else f"{value:.3f}"


def _score_rows(scores: Scores, wanted: list[tuple[str, int]]) -> list[tuple[str, ...]]:
    rows = []
    for model, size in wanted:
        values = scores[model, size]
        figures = (f"{value:.3f}" for value in (mean(values), min(values), max(values)))
        rows.append((TITLES[model], f"{size:,}", *figures, str(len(values))))
    return rows


def corpus_card(corpus: Corpus, scores: Scores) -> str:
    """The text of mini/README.md."""
    head = ("model", "training reviews", "mean F1", "lowest", "highest", "seeds")
    wanted = [(model, FULL) for model in ("majority", "word list", "bag of words", "cnn", "rnn")]
    wanted += [("cnn", SMALL), ("glove cnn", SMALL)]
    splits = []
    for split, rows in corpus.items():
        lengths = [len(tokenize(row.text)) for row in rows]
        types = Counter(token for row in rows for token in tokenize(row.text))
        splits.append(
            (split, f"{len(rows):,}", f"{mean(row.label for row in rows):.0%}", f"{len(types):,}",
             f"{min(lengths)} / {median(lengths):.0f} / {max(lengths)}")
        )  # fmt: skip
    checked = [
        (bound.name, _number(bound.value), _number(bound.low), "" if bound.high > 1e6 else _number(bound.high),
         "holds" if bound.holds else "BROKEN")
        for bound in bounds(corpus, scores)
    ]  # fmt: skip
    recipe, families, lexicon = Recipe(), Families.load(), Lexicon.load()
    mixture = [
        (kind, f"{weight / sum(w for _, w in recipe.kinds):.0%}", str(len(families.kinds[kind])),
         families.kinds[kind][-1].positive[0].replace("|", "\\|"))
        for kind, weight in recipe.kinds
    ]  # fmt: skip
    reserved = sum(len(section.reserved) for section in lexicon.sections.values())
    listed = sum(len(section.ordinary) for section in lexicon.sections.values()) + reserved
    shown = [row for label in (1, 0) for row in [r for r in corpus["train"] if r.label == label][:4]]
    samples = "\n".join(f"- ({('negative', 'positive')[row.label]}) {row.text}" for row in shown)
    return f"""# Corpus `mini`

Short reviews of films, series, novels, plays, restaurants, hotels, albums and games, with a label: 1 positive,
0 negative. They stand in for IMDB wherever nothing can be downloaded. Files: `train.csv`, `validation.csv`,
`test.csv` (columns `label,text`; UTF-8).

{_table(("split", "reviews", "positive", "word types", "tokens: shortest / median / longest"), splits)}

Tokens are those of the basic-English tokenizer. {unseen_share(corpus):.1%} of the test set's tokens occur in no
training review.

{samples}

## How it is made
`python datasets/build.py corpus` draws the reviews from our own grammar (`datasets/reviewgen`): {listed:,} listed
words and the phrase families below. Everybody and every work in it is invented. The same seed gives the same bytes.
A review is two to four judging sentences with one sense, the label, and up to two neutral ones. {reserved} of the
words are kept from training; validation and test take one of them in {recipe.reserved_share:.0%} of the places
where a word is free.

{_table(("kind of sentence", "share", "families", "example (positive), {+} an adjective of praise"), mixture)}

Adjectives of praise and blame also describe characters in plots, where they say nothing about the work. Sentences
of the contrast kind name the opposite too, and idioms use the same words on both sides.

The graders' hidden sets come from the same program with a key and with further families that are not listed here.

## How hard it is
`python datasets/measure.py` draws a corpus per seed, trains each model on it anew and writes `measurements.json`
and this page. F1 of the positive class on the test set. "Counting words" uses the generator's own word lists.
CNN: 100-d embeddings, kernels 3, 4, 5 of 64 channels. RNN: 100-d embeddings of tokens seen three times, LSTM of
64 units each way. GloVe CNN: the CNN on the 50-d vectors `mini`, whose words it knows even where training lacks them.
Dropout 0.5, Adam, best validation loss.

{_table(head, _score_rows(scores, wanted))}

![Tokens a review](lengths.svg)

![F1 against training reviews](curves.svg)

The curves are means over the seeds that have each size (at least two).

## Bounds
{_table(("figure", "value", "from", "to", ""), checked)}

## Licence
Written by our own program from our own lists; the licence of this project applies.

## Known limits
- The language is plainer than people's: one sense a review, no irony beyond the listed phrases, no misspellings.
- Some neutral sentences put odd things together, and a "memorable" drummer or a "velvety" chip may turn up.
- Mild negations ("hardly gripping") count as blame or praise, as they do for most readers, but not for all.
- Figures on it say little about figures on IMDB, whose reviews are ten times as long.
"""


def vectors_card(vectors: WordVectors, scores: Scores) -> str:
    """The text of vectors/README.md."""
    settings = Settings()
    nearest = [
        (word, ", ".join(f"{near} {similarity:.2f}" for near, similarity in vectors.nearest(word, 6)))
        for word in SAMPLE_WORDS
        if word in vectors.words
    ]
    gains = [a - b for a, b in zip(scores["glove cnn", SMALL], scores["cnn", SMALL], strict=True)]
    senses = Lexicon.load().polarity_words()
    agreeing = [
        senses[near] == senses[word]
        for word in vectors.words
        if word in senses
        for near, _ in vectors.nearest(word, 1)
        if near in senses
    ]
    return f"""# Vectors `mini`

{len(vectors.words):,} words, {vectors.matrix.shape[1]} numbers each, in GloVe's text format: `mini.50d.txt`.

## How they are made
`python datasets/build.py vectors` trains them with our own implementation (`datasets/glove.py`) of the objective of
Pennington, Socher and Manning (2014): co-occurrences counted 1 / distance within {settings.window} tokens, weighted
least squares on their logarithms, AdaGrad, {settings.epochs} passes, sum of word and context vectors. The text is
{settings.reviews:,} unlabelled reviews of the generator of corpus `mini`, longer and plainer than the corpus
({UNLABELLED.kinds[0][1]:.0f} % plain sentences), with the words that training reviews never show and without the
graders' hidden phrase families. One thread and double precision give the same bytes each time.

## What they know
{_table(("word", "nearest words and cosine similarity"), nearest)}

The nearest word of an evaluative word is evaluative too in {len(agreeing)} cases, and has its sense in
{mean(agreeing):.0%} of them.

## What they gain
With {SMALL:,} training reviews the CNN reaches F1 {mean(scores["cnn", SMALL]):.3f}, the CNN with these vectors
{mean(scores["glove cnn", SMALL]):.3f}: {100 * mean(gains):.1f} points more (mean of {len(gains)} seeds).
The corpus's card has the learning curves.

## Licence
Made by our own program from its own text; the licence of this project applies.

## Known limits
- They know the corpus's words only, and its text: words that appear in the same sentence pattern are alike.
- Names and nouns are alike by their place in a sentence more than by meaning.
- The gain is larger than on real reviews: the unlabelled text comes from the very grammar of the labelled one.
"""


def write_cards() -> list[Bound]:
    """Write both cards and the plots; returns the bounds that do not hold."""
    corpus, scores = read_corpus(MINI), read_scores()
    plot_lengths(corpus, MINI / "lengths.svg")
    plot_curves(scores, MINI / "curves.svg")
    (MINI / "README.md").write_text(corpus_card(corpus, scores), encoding="utf-8", newline="\n")
    card = vectors_card(read_vectors(VECTORS), scores)
    (VECTORS.parent / "README.md").write_text(card, encoding="utf-8", newline="\n")
    return [bound for bound in bounds(corpus, scores) if not bound.holds]


if __name__ == "__main__":
    broken = write_cards()
    for bound in broken:
        print(f"broken: {bound.name} is {bound.value:.4g}, wanted {bound.low:g} to {bound.high:g}", file=sys.stderr)
    sys.exit(1 if broken else 0)
