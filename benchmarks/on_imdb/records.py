"""One JSON file a run: what was trained, on what kind of machine, and what came out. No text of the data set."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import torch

from benchmarks.on_imdb.recipes import Recipe
from benchmarks.on_imdb.training import Epoch

RECORDS = Path(__file__).parent.parent / "records" / "imdb"
DIGITS = 6
"""Significant digits that are kept."""


def machine_of(device: torch.device) -> str:
    """The kind of machine, such as "2 CPU cores, one used"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    cores, used = os.cpu_count() or 1, torch.get_num_threads()
    return f"{cores} CPU cores, {'one' if used == 1 else used} used"


def write_record(name: str, recipe: Recipe, found: dict[str, Any], folder: Path = RECORDS) -> Path:
    """Write the record of one run; the file is named by recipe and seed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-seed{recipe.seed}.json"
    content = {"name": name, "recipe": dataclasses.asdict(recipe), **found}
    path.write_text(json.dumps(rounded(content), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_records(folder: Path = RECORDS) -> dict[str, list[dict[str, Any]]]:
    """The records by name, seeds in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*-seed*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        found.setdefault(record["name"], []).append(record)
    return found


def try_name(recipe: str, changed: Recipe) -> str:
    """A name for a changed recipe, which a digest of its fields makes its own."""
    text = json.dumps(dataclasses.asdict(changed), sort_keys=True)
    return f"{recipe}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def write_try(name: str, recipe: str, changed: Recipe, history: list[Epoch], folder: Path = RECORDS) -> Path:
    """Write what a changed recipe reached on the validation reviews."""
    folder = folder / "tries"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    content = {"name": recipe, "recipe": dataclasses.asdict(changed), "history": history}
    path.write_text(json.dumps(rounded(content), indent=1) + "\n", encoding="utf-8")
    return path


def read_tries(folder: Path = RECORDS) -> list[dict[str, Any]]:
    """All records of changed recipes."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "tries").glob("*.json"))]


def rounded(value: Any) -> Any:
    """Every number of a record with DIGITS significant digits."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, (list, tuple)) else value
