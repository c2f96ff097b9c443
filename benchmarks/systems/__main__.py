"""`python -m benchmarks.systems` writes docs/systems.md and its figures from the stored records.

Each system is a program of its own, which writes its record: `python -m benchmarks.systems.NAME` with homework,
captum_old, captum_new, alibi_example, flair_example, or quadrature (after captum_old).
"""

from __future__ import annotations

from pathlib import Path

import typer

from benchmarks.on_imdb.drawn import save
from benchmarks.systems.drawn import draw_broken_f1, draw_quadrature, draw_table
from benchmarks.systems.records import ROOT, read_records
from benchmarks.systems.report import systems_page


def main(docs: Path = ROOT / "docs") -> None:
    """Write the page and its figures."""
    records = read_records()
    (docs / "systems.md").write_text(systems_page(records), encoding="utf-8")
    if "homework_cnn" in records:
        save(draw_broken_f1(records["homework_cnn"]), docs / "systems-broken-f1.svg")
    if "captum_old" in records:
        save(draw_table(records["captum_old"], "logit"), docs / "systems-captum.svg")
    if "quadrature" in records:
        save(draw_quadrature(records["quadrature"], records.get("flair")), docs / "systems-delta.svg")


if __name__ == "__main__":
    typer.run(main)
