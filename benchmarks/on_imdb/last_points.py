"""The section "getting the last points" of docs/results.md: what each setting is worth, from the tries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.on_imdb.summary import TITLES, Record

TEXT = """The assignment's networks need no other architecture for a few points more, only other settings. Each row is
one training with one setting changed, or a few, beside the recipe; seed and everything else are the same, and a plus
is what the recipe gains. With 2,500 validation reviews one F1 has a standard error of about 0.007: look at the loss
as well, and take small differences for nothing.

In a notebook: multiply `model.embedding.weight` by 0.03 or 0.1 under `torch.no_grad()` before training; put
`nn.functional.dropout(…, training=self.training)` on what the embedding gives, and for whole words multiply that by
the same of `torch.ones_like(embedded[:, :, :1])`; call a `torch.optim.lr_scheduler.LinearLR` that falls to zero after
every batch; read more tokens of a review. `batches` of `textlab` puts reviews of like length together when it gets a
seed, so a late cut costs little time."""

SETTINGS: Mapping[str, str] = {
    "max_length": "tokens of a review that are read",
    "kept": "which tokens of a long review",
    "embedding_std": "standard deviation with which random embeddings start",
    "embedding_dropout": "dropout on the embedded words",
    "word_dropout": "share of whole words dropped",
    "dropout": "dropout before the last layer",
    "schedule": "learning rate, over the epochs",
    "learning_rate": "learning rate, at the start",
    "epochs": "epochs",
    "batch_size": "reviews a batch",
    "kernel_sizes": "widths of the convolutions",
    "out_channels": "channels of each convolution",
    "width": "numbers a word, with those behind the vector",
    "weight_decay": "weight decay",
}
"""What is said of a field of a recipe or an argument of its class."""


MOST = 3
"""Settings that differ in a row; with more nobody knows what helped."""


def changes_of(recipe: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Fields, and arguments of the class, of `recipe` that are different in `other`, both as records have them."""
    then, now = ({**fields, **fields["arguments"]} for fields in (recipe, other))
    return {name: value for name, value in then.items() if name != "arguments" and value != now.get(name)}


def last_points(records: Mapping[str, Sequence[Record]], tries: Sequence[Record]) -> str:
    """A row for every try in which one setting was changed, beside the run of the recipe itself; empty without."""
    rows = []
    for record in tries:
        name = record["name"]
        if name not in records:
            continue
        own = records[name][0]
        changes = changes_of(record["recipe"], own["recipe"])
        if not 0 < len(changes) <= MOST or not changes.keys() <= SETTINGS.keys():
            continue
        kept = {**own["recipe"], **own["recipe"]["arguments"]}
        fields = sorted(changes, key=list(SETTINGS).index)
        names = ";<br>".join(SETTINGS[field] for field in fields)
        values = ";<br>".join(f"{changes[field]} → {kept[field]}" for field in fields)
        last, reference = record["history"][-1], own["history"][-1]
        gain = f"{reference['validation_f1'] - last['validation_f1']:+.4f}".replace("-", "−")
        losses = f"{last['validation_loss']:.3f} → {reference['validation_loss']:.3f}"
        row = f"| {names} | {TITLES[name]} | {values} | {losses} | {gain} |"
        rows.append((list(TITLES).index(name), len(fields), names, row))
    if not rows:
        return ""
    return "\n".join(
        [
            "| setting | network | tried → recipe | validation loss | validation F1 |",
            "|---|---|---|---|---|",
            *(row for *_, row in sorted(rows)),
        ]
    )
