"""Attributions in a file: numpy's npz with plain arrays and one JSON text, nothing pickled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from textlab.attribution.result import AttributionData, Attributions, Metadata

FORMAT = 1
PER_TOKEN = ("ids", "baselines", "attributions")
"""Stored end to end; `lengths` tells them apart."""
PER_SENTENCE = ("outputs", "baseline_outputs", "probabilities", "predicted_probabilities")
TEXT = ("tokens", "targets", "predictions", "truth", "unknown", "classes")


def save_attributions(attributions: Attributions, path: Path | str) -> None:
    """Write everything to an npz file; the same attributions give the same bytes."""
    data = attributions.data
    meta = attributions.meta
    text = {
        "format": FORMAT,
        "meta": {"name": meta.name, "type": meta.type, "parameters": meta.parameters},
        "data": {name: getattr(data, name) for name in TEXT},
    }
    with Path(path).open("wb") as file:
        np.savez_compressed(
            file,
            text=np.array(json.dumps(text, ensure_ascii=False, sort_keys=True)),
            lengths=np.array([[len(item) for item in getattr(data, name)] for name in PER_TOKEN]),
            **{name: torch.cat(getattr(data, name)).numpy() for name in PER_TOKEN},
            **{name: getattr(data, name).numpy() for name in PER_SENTENCE},
        )


def load_attributions(path: Path | str) -> Attributions:
    """What `save_attributions` wrote. Raises ValueError for a file of another form."""
    try:
        with np.load(path, allow_pickle=False) as file:
            text = json.loads(str(file["text"]))
            if text["format"] != FORMAT:
                raise ValueError(f"format {text['format']}, not {FORMAT}")
            lengths = dict(zip(PER_TOKEN, file["lengths"].tolist(), strict=True))
            per_token: dict[str, Any] = {
                name: torch.from_numpy(file[name]).split(lengths[name]) for name in PER_TOKEN
            }
            per_sentence: dict[str, Any] = {name: torch.from_numpy(file[name]) for name in PER_SENTENCE}
        said = text["data"]
        data = AttributionData(
            **per_token,
            **per_sentence,
            tokens=tuple(map(tuple, said["tokens"])),
            targets=tuple(said["targets"]),
            predictions=tuple(said["predictions"]),
            truth=tuple(said["truth"]),
            unknown=tuple(map(tuple, said["unknown"])),
            classes=tuple(said["classes"]),
        )
        return Attributions(Metadata(**text["meta"]), data)
    except (KeyError, TypeError, ValueError, EOFError, RuntimeError) as error:
        raise ValueError(f"{path} is no file of save_attributions ({error}): explain again") from None
