"""The file of measured values: data set → network → model → key and value by number of the draw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.calibration.runs import models_of, run_key
from autograder.reports.files import write_whole
from autograder.thresholds import Budget


class Measured:
    """Values of all runs so far, kept in a file so that an interrupted calibration goes on where it stopped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def values(self, data: str, network: str, budget: Budget) -> dict[str, dict[int, float]]:
        """Per model the values by number of the draw. A model, budget or data set that has changed since has none."""
        rows = self._content.get(data, {}).get(network, {})
        found = {}
        for model in models_of(network):
            row = rows.get(model, {})
            current = row.get("key") == run_key(data, network, model, budget)
            found[model] = {int(number): value for number, value in row["values"].items()} if current else {}
        return found

    def add(self, data: str, network: str, budget: Budget, found: Mapping[str, Mapping[int, float]]) -> None:
        """Keep the values of a run and write the file."""
        known = self.values(data, network, budget)
        rows = self._content.setdefault(data, {}).setdefault(network, {})
        for model, new in found.items():
            values = {**known[model], **{number: float(f"{value:.5g}") for number, value in new.items()}}
            rows[model] = {
                "key": run_key(data, network, model, budget),
                "values": {str(number): values[number] for number in sorted(values)},
            }
        self._content[data][network] = {model: rows[model] for model in models_of(network) if model in rows}
        write_whole(self._path, json_text(self._content))


def json_text(content: object) -> str:
    """JSON in which what fits on one line stands on one line."""
    return f"{_lines(content, '', 0)}\n"


def _lines(value: object, indent: str, used: int, width: int = 118) -> str:
    short = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict) or not value or len(indent) + used + len(short) + 1 <= width:
        return short
    inner = f"{indent}  "
    rows = (
        f"{inner}{json.dumps(key, ensure_ascii=False)}: {_lines(item, inner, len(json.dumps(key)) + 2)}"
        for key, item in value.items()
    )
    return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
