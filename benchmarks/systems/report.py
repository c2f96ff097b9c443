"""docs/systems.md: what was reported of each system beside what its program reached, from the stored records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from benchmarks.systems.broken_f1 import broken_f1_of
from benchmarks.systems.broken_f1_report import broken_f1_text
from benchmarks.systems.homework import PARTS, PATIENCE
from benchmarks.systems.quadrature_report import quadrature_section
from benchmarks.systems.sections import alibi_section, captum_sections, flair_section, range_of
from benchmarks.systems.sources import sources_section

Record = dict[str, Any]
REPORTED_ACCURACY = {"captum_new": 0.748, "alibi": 0.8545}
REPORTED_DELTAS = {"captum_old": (5e-5, 7e-4), "captum_new": (9e-5, 5e-4)}

HEAD = """# The five systems, side by side

Five programs that others have published or handed out for the same task, each rebuilt at its sizes and settings, run,
and set beside the figures reported for it. Each is one program under `benchmarks/systems/`, which writes a record
into `benchmarks/records/systems`; `python -m benchmarks.systems` makes this page of the records. Nothing here is
edited by hand. What the kit's own solutions reach on the same reviews, tuned, is in [results.md](results.md)."""


def systems_page(records: dict[str, Record]) -> str:
    """The page in Markdown."""
    parts = [HEAD, _machines(records), _summary(records), *sources_section(), *homework_section(records)]
    parts += captum_sections(records) + alibi_section(records.get("alibi")) + flair_section(records.get("flair"))
    parts += quadrature_section(records)
    # 5e-05 reads 5e-5, as in what was reported.
    return re.sub(r"(\d)e([+-])0(\d)\b", r"\1e\2\3", "\n\n".join(parts)).replace("e+0", "") + "\n"


def _machines(records: dict[str, Record]) -> str:
    machines = sorted({record["machine"] for record in records.values()})
    return (
        f"Run on: {'; '.join(machines)}, shared with other work, and no GPU." if machines else "Nothing was run yet."
    )


def _summary(records: dict[str, Record]) -> str:
    rows = ["| system | figure | reported | reached | |", "|---|---|---|---|---|"]
    for part, homework in PARTS.items():
        rows.append(_score(records, f"homework_{part}", f"homework, {homework.title}", "test F1, best of solutions"))
    rows.append(_broken_row(records.get("homework_glove_cnn")))
    rows.append(_score(records, "captum_new", "Captum, new form", "accuracy, 500 test reviews"))
    if "captum_new" in records:
        everywhere = f"{records['captum_new']['accuracy_all']:.3f}"
        rows.append(f"| Captum, new form | the same network, 25,000 test reviews | – | {everywhere} | |")
    rows.append(_score(records, "alibi", "Alibi", "accuracy, 25,000 test reviews"))
    for name, title in (("captum_old", "Captum, old form"), ("captum_new", "Captum, new form")):
        rows.append(_delta_row(records.get(name), title, REPORTED_DELTAS[name]))
    if "alibi" in records:
        difference = records["alibi"]["alibi"]["largest_difference"]
        rows.append(f"| Alibi | attributions, largest difference to alibi itself | – | {difference:.1e} | |")
    if "flair" in records:
        delta = max(abs(item["delta"]) for item in records["flair"]["paragraphs"])
        got = f"{delta:.1e} at 500 steps"
        rows.append(
            f"| Flair | delta, logit of the class | 2.88 | {got} | no comparison: another, far smaller transformer |"
        )
    return "\n".join(rows)


def _score(records: dict[str, Record], name: str, title: str, figure: str) -> str:
    field, reported = ("accuracy", REPORTED_ACCURACY[name]) if name in REPORTED_ACCURACY else ("f1", _best(name))
    got, verdict = "not run", ""
    if name in records:
        found, digits = records[name][field], 4 if round(reported, 3) != reported else 3
        got, verdict = f"{found:.{digits}f}{_cut(records[name])}", _verdict(found - reported)
    return f"| {title} | {figure} | {reported:g} | {got} | {verdict} |"


def _best(name: str) -> float:
    return PARTS[name.removeprefix("homework_")].best


def _verdict(above: float) -> str:
    return "reached" if above >= 0 else f"**missed by {-above:.2g}**"


def _broken_row(record: Record | None) -> str:
    got, verdict = "not run", ""
    if record is not None:
        far = abs(record["broken_f1"] - broken_f1_of(record["recall"]))
        got, verdict = f"{record['broken_f1']:.3f}", f"made anew; r / (1 + r) to {far:.4f}"
    return f"| homework, GloVe CNN | broken F1 | 0.463 | {got} | {verdict} |"


def _delta_row(record: Record | None, title: str, reported: tuple[float, float]) -> str:
    """What counts is the largest delta, with the rule of those reported.

    Sentences and weights are not the reported ones, so the order of magnitude is all that can be compared.
    """
    got, verdict = "not run", ""
    if record is not None:
        times = max(record["deltas_gauss"]) / reported[1]
        same = "same order of magnitude" if 0.1 < times < 10 else "**another order of magnitude**"
        got = range_of(record["deltas_gauss"])
        verdict = f"{same}: the largest is {times:.2g} times theirs, of other sentences and weights"
    return f"| {title} | deltas of the six sentences, Gauss–Legendre | {range_of(reported)} | {got} | {verdict} |"


def _cut(record: Record) -> str:
    """What was smaller than in the homework; nothing for other systems."""
    if "part" not in record:
        return ""
    recipe, notes = record["recipe"], []
    if recipe["train"] is not None:
        notes.append(f"{recipe['train']:,} reviews")
    if recipe["max_length"] < 400:
        notes.append(f"{recipe['max_length']} tokens a review")
    if record["vectors"] not in (None, 300):
        notes.append(f"vectors of {record['vectors']} numbers")
    if stopped_early(record):
        notes.append(f"{len(record['history'])} epochs")
    return f", {', '.join(notes)} only" if notes else ""


def stopped_early(record: Record) -> bool:
    """Whether neither patience nor the homework's number of epochs ended the training."""
    epochs = len(record["history"])
    return epochs < PARTS[record["part"]].recipe.epochs and epochs - record["best_epoch"] < PATIENCE


def homework_section(records: dict[str, Record]) -> Sequence[str]:
    """The homework's networks, and its broken F1."""
    rows = [
        "| network | training reviews, tokens read | epochs, best | minutes | test reviews | F1 | accuracy | best "
        "of solutions | shown by the homework | broken F1 | of shuffled batches |",
        "|" + "---|" * 11,
    ]
    for part, homework in PARTS.items():
        record = records.get(f"homework_{part}")
        if record is None:
            rows.append(f"| {homework.title} | not run |" + " |" * 9)
            continue
        recipe, minutes = record["recipe"], sum(epoch["processor_seconds"] for epoch in record["history"]) / 60
        rows.append(
            f"| {homework.title} | {recipe['train'] or 22_500:,}, {recipe['max_length']} | {len(record['history'])}, "
            f"{record['best_epoch']} | {minutes:.0f} | {record['reviews']:,} | {record['f1']:.3f} | "
            f"{record['accuracy']:.3f} | {homework.best:.3f} | {homework.printed or '–'} | "
            f"{record['broken_f1']:.3f} | {record['broken_f1_shuffled']:.3f} |"
        )
    return [
        "## 1. The homework",
        "`python -m benchmarks.systems.homework rnn` (or `cnn`, `glove_cnn`)",
        _homework_text(records),
        "\n".join(rows),
        "### The broken F1",
        *broken_f1_text(records),
    ]


def _homework_text(records: dict[str, Record]) -> str:
    text = (
        "RNN: LSTM, embedding 100, hidden 256, 2 layers, both directions, dropout 0.2, batches of 64, at most 20 "
        "epochs. CNN: embedding 300, 64 filters of widths 3, 4 and 5, dropout 0.5, batches of 128, at most 30 "
        "epochs. Adam with its defaults, binary cross-entropy on logits, the weights of the best validation loss, "
        "patience 3. The classes are the solutions'. Where the homework says nothing: 25,000 tokens known, 400 "
        "tokens of a review read, a tenth of the training reviews for validation. Minutes are processor time of "
        "training."
    )
    glove, rnn = records.get("homework_glove_cnn"), records.get("homework_rnn")
    notes = []
    if glove is not None and glove["vectors"] != 300:
        notes.append(
            f"The homework's GloVe vectors have 300 numbers a word; the run below had vectors of {glove['vectors']} "
            "for 12,000 words, all that was at hand, so its network is narrower. `--glove 840B --dim 300` is the "
            "full size."
        )
    if rnn is None:
        notes.append("The RNN at its full size needs a GPU or hours. It was not run here.")
    elif _cut(rnn):
        recipe = rnn["recipe"]
        minutes = sum(epoch["processor_seconds"] for epoch in rnn["history"]) / 60
        epochs = len(rnn["history"])
        fell = "was still falling" if rnn["best_epoch"] == epochs else "no longer fell"
        notes.append(
            f"The RNN has its full size, but was trained on less than it should be, for want of a GPU: "
            f"{recipe['train'] or 22_500:,} reviews, the {recipe['kept']} {recipe['max_length']} tokens of each"
            f"{', multiplied in bfloat16' if recipe['mixed_precision'] else ''}; {epochs} epochs took {minutes:.0f} "
            f"minutes of one core, and its validation loss {fell} then. Its F1 says what that is worth, not what the "
            "network can do."
        )
    return "\n\n".join([text, *notes])
