"""One JSON file a run of a system: settings, what was reported, what was reached, and the kind of machine."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from benchmarks.on_imdb.records import machine_of, rounded

ROOT = Path(__file__).resolve().parent.parent.parent
RECORDS = ROOT / "benchmarks" / "records" / "systems"
WORK = ROOT / "out" / "systems"
"""Encoded reviews, checkpoints and weights; nothing that has to be kept."""
ENVIRONMENTS = ROOT / "build" / "systems"
"""Virtual environments of the libraries that do not go together with the kit's."""


def write_record(name: str, found: Mapping[str, Any], folder: Path = RECORDS) -> Path:
    """Write the record of one run, with the machine it ran on; an earlier one of that name is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    content = {"name": name, "machine": machine_of(device), "torch": torch.__version__, **found}
    path = folder / f"{name}.json"
    path.write_text(json.dumps(rounded(content), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_records(folder: Path = RECORDS) -> dict[str, dict[str, Any]]:
    """The records by name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def reviews_path() -> Path | None:
    """Where the archive or folder of the reviews is; None lets it be downloaded."""
    named = os.environ.get("TEXTLAB_IMDB")
    return Path(named) if named else None
