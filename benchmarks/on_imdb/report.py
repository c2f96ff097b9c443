"""docs/results.md: each target beside what was reached, from the stored records."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean
from typing import Any

from benchmarks.on_imdb.last_points import TEXT, changes_of, last_points
from benchmarks.on_imdb.recipes import RECIPES
from benchmarks.on_imdb.summary import TARGETS, TITLES, Record, f1_of, minutes_of, reached

HEAD = """# Results on real reviews

The solutions' own classes on the Large Movie Review Dataset (Maas et al., ACL 2011): 22,500 training and 2,500
validation reviews out of the official 25,000, and the official 25,000 test reviews. Everything was chosen on the
validation reviews, the recipe with the smallest loss each time; the test reviews were measured once a recipe, after
training. Earlier recipes were measured with them, too, and so was one CNN of higher validation F1 and larger loss,
before the choice was made by loss; so a figure may be a second look at the same reviews. The last column of "What
was tried" has those figures.

`python -m benchmarks.imdb train …` makes the records in `benchmarks/records/imdb`,
`python -m benchmarks.imdb report` makes this page of them. Nothing here is edited by hand."""


def results_page(records: dict[str, list[Record]], tries: Sequence[Record]) -> str:
    """The page in Markdown."""
    known = {name: seeds for name, seeds in records.items() if name in TITLES}
    parts = [HEAD, "## Targets", _targets(known)]
    if known:
        parts += ["## Runs", _machines(known), _runs(known)]
        parts += ["![Losses and F1 after each epoch](results-curves.svg)", "### Settings", _settings(known)]
        parts += ["## Do explanations add up?", _deltas(known)]
        parts += [*_roughest(known), _explanations(known)]
    gains = last_points(known, tries)
    if gains:
        parts += ["## Getting the last points", TEXT, gains]
    if tries:
        parts += ["## What was tried", _tries(tries, known)]
    return "\n\n".join(parts) + "\n"


def _targets(records: dict[str, list[Record]]) -> str:
    rows = ["| network | target, test F1 | reached | |", "|---|---|---|---|"]
    for target in TARGETS:
        found = reached(target, records)
        asked = f"at least {target.f1:.3f}" if target.f1 else f"at least that of {TITLES[target.at_least or '']}"
        if found is None:
            rows.append(f"| {target.title} | {asked} | not run yet | |")
            continue
        bound, got, enough = found
        asked += "" if target.f1 else f": {bound:.4f}"
        verdict = "reached" if enough else f"**missed by {bound - got:.4f}**"
        rows.append(f"| {target.title} | {asked} | {got:.4f}{_over(records[target.name])} | {verdict} |")
    return "\n".join(rows)


def _over(seeds: list[Record]) -> str:
    if len(seeds) == 1:
        return ""
    found = [record["test"]["f1"] for record in seeds]
    return f" (mean of {len(found)} seeds, {min(found):.4f} to {max(found):.4f})"


def _machines(records: dict[str, list[Record]]) -> str:
    machines = sorted({record["machine"] for seeds in records.values() for record in seeds})
    versions = sorted({record["torch"] for seeds in records.values() for record in seeds})
    return (
        f"On {'; '.join(machines)}, shared with other work; torch {', '.join(versions)}. Minutes are processor time."
    )


def _runs(records: dict[str, list[Record]]) -> str:
    rows = [
        "| network | seed | training reviews | tokens known | epochs | minutes | validation F1 | test F1 "
        "| test accuracy |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in _ordered(records):
        for record in records[name]:
            recipe, test = record["recipe"], record["test"]
            last = record["history"][-1]
            reviews = f"{recipe['train'] or 22_500:,}"
            rows.append(
                f"| {TITLES[name]} | {recipe['seed']} | {reviews} | {record['vocabulary']:,} "
                f"| {len(record['history'])} | {minutes_of(record):.1f} | {last['validation_f1']:.4f} "
                f"| {test['f1']:.4f} | {test['accuracy']:.4f} |"
            )
    return "\n".join(rows)


def _settings(records: dict[str, list[Record]]) -> str:
    return "\n".join(f"- **{TITLES[name]}**: {_said(records[name][0]['recipe'])}" for name in _ordered(records))


def _said(recipe: dict[str, Any]) -> str:
    arguments = ", ".join(f"{name} {value}" for name, value in recipe["arguments"].items())
    kept = {"first": "first", "last": "last", "ends": "first and last"}[recipe["kept"]]
    falls = ", falling evenly to 0" if recipe["schedule"] == "linear" else ""
    said = [
        arguments,
        f"the {kept} {recipe['max_length']} tokens of a review",
        f"words from {recipe['min_freq']} occurrences on, at most {recipe['max_size']:,}",
        f"batches of {recipe['batch_size']} of like length",
        f"Adam at {recipe['learning_rate']:g}{falls}",
        f"embeddings start with a standard deviation of {recipe['embedding_std']:g}",
    ]
    if recipe["width"]:
        said.append(f"{recipe['width']} numbers a word, those beyond the vector's start as small random numbers")
    if recipe["embedding_dropout"]:
        said.append(f"dropout {recipe['embedding_dropout']:g} on the embedded words")
    if recipe.get("word_dropout"):
        said.append(f"{recipe['word_dropout']:.0%} of the words dropped")
    if recipe.get("weights") == "last":
        said.append("the last epoch's weights are kept")
    if recipe["weight_decay"]:
        said.append(f"weight decay {recipe['weight_decay']:g}")
    if recipe["clip"]:
        said.append(f"gradients cut to norm {recipe['clip']:g}")
    if recipe["mixed_precision"]:
        said.append("multiplied in bfloat16 while training")
    return "; ".join(said) + "."


def _deltas(records: dict[str, list[Record]]) -> str:
    some = next(iter(records.values()))[0]["attribution"]
    rows = [
        f"Convergence deltas of the logit over {some['reviews']} test reviews drawn at random, as the networks read "
        "them: integrated gradients at the embedding layer, midpoint rule, padding as the baseline. A share is that "
        "of F(x) − F(x′), or of 0.5 where that is smaller.\n",
        "| network | steps | median \\|delta\\| | 95 % | largest | median share | 95 % | seconds a review |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in _ordered(records):
        found = [record["attribution"] for record in records[name]]
        rows.append(_spread(name, found, some["reviews"]))
        finer = [item["finer"] for item in found if "finer" in item]
        if finer:
            rows.append(_spread(name, finer, some["reviews"]))
    return "\n".join(rows)


def _spread(name: str, found: list[dict[str, Any]], reviews: int) -> str:
    numbers = [
        f"{fmean(item[kind][quantile] for item in found):.2g}"
        for kind, quantiles in (
            ("delta", ("median", "percentile_95", "largest")),
            ("share", ("median", "percentile_95")),
        )
        for quantile in quantiles
    ]
    seconds = fmean(item["processor_seconds"] / reviews for item in found)
    return f"| {TITLES[name]} | {found[0]['steps']} | {' | '.join(numbers)} | {seconds:.2f} |"


def _roughest(records: dict[str, list[Record]]) -> list[str]:
    ways = roughest_ways(records)
    jumps = {name: max(abs(after - before) for before, after in pairwise(way)) for name, way in ways.items()}
    if not jumps:
        return []
    most = max(jumps, key=lambda name: jumps[name])
    return [
        "What is left over is no fault of the sum. It is large where the logit jumps on the way from padding to the "
        "review: a rule sees the logit's slope at its places only, and a jump between two of them not at all. The "
        f"figure shows the way on which each network's delta was the largest share. That of the {TITLES[most]} "
        f"changes by up to {jumps[most]:.2g} within 1/{len(ways[most]) - 1} of the way. Such explanations are not to "
        "be trusted, however smooth they look, and their delta tells so.",
        "![The logit on the roughest ways](results-ways.svg)",
    ]


def _explanations(records: dict[str, list[Record]]) -> str:
    parts = [
        "Six sentences of our own, no reviews, with 500 steps. Blue speaks for praise, orange against it.",
        *(f"![{TITLES[name]} explained](results-{name}.svg)" for name in shown_networks(records)),
    ]
    return "\n\n".join(parts)


def shown_networks(records: dict[str, list[Record]]) -> list[str]:
    """The networks whose explanations are drawn."""
    return [name for name in ("rnn", "cnn", "glove_cnn") if name in records]


def roughest_ways(records: dict[str, list[Record]]) -> dict[str, list[float]]:
    """By network the logits on the way to the review whose delta was the largest share, of those that are drawn."""
    return {name: records[name][0]["attribution"]["roughest"] for name in shown_networks(records)}


def _tries(tries: Sequence[Record], kept: dict[str, list[Record]]) -> str:
    rows = [
        "What was compared on the validation reviews, after the last epoch. Named is what differs from the recipe in "
        "`benchmarks/on_imdb/recipes.py`. Minutes are processor time of one core.\n",
        "| recipe | changed | epochs | minutes | validation loss | validation F1 | test F1, where measured |",
        "|---|---|---|---|---|---|---|",
    ]
    for record in sorted(tries, key=lambda item: (item["name"], item["history"][-1]["validation_loss"])):
        last = record["history"][-1]
        changes = changes_of(record["recipe"], dataclasses.asdict(RECIPES[record["name"]]))
        named = ", ".join(f"{name} {value}" for name, value in changes.items()) or "nothing"
        # Of the recipe itself its run has the test F1; a try has one where it was once measured, though not kept.
        run = kept.get(record["name"]) if not changes else None
        test_f1 = f1_of(run) if run else record.get("test_f1")
        measured = "" if test_f1 is None else f"{test_f1:.4f}"
        rows.append(
            f"| {TITLES[record['name']]} | {named} | {len(record['history'])} | {minutes_of(record):.1f} "
            f"| {last['validation_loss']:.4f} | {last['validation_f1']:.4f} | {measured} |"
        )
    return "\n".join(rows)


def _ordered(records: dict[str, list[Record]]) -> list[str]:
    return [name for name in TITLES if name in records]
