"""docs/systems.md is what the stored records give, and says what was not run."""

from __future__ import annotations

import pytest

from benchmarks.systems.records import ROOT, read_records
from benchmarks.systems.report import systems_page
from benchmarks.systems.sources import SOURCES


def test_the_page_is_made_from_the_records() -> None:
    assert (ROOT / "docs" / "systems.md").read_text(encoding="utf-8") == systems_page(read_records())


@pytest.mark.parametrize("missing", sorted(read_records()))
def test_a_system_that_was_not_run_is_said_to_be_so(missing: str) -> None:
    records = read_records()
    whole = systems_page(records).lower().count("not run")
    del records[missing]
    assert systems_page(records).lower().count("not run") > whole


def test_without_records_there_is_a_page() -> None:
    assert "Nothing was run yet." in systems_page({})


@pytest.mark.parametrize(("accuracy", "verdict"), [(0.8545, "reached"), (0.8445, "**missed by 0.01**")])
def test_a_figure_under_the_reported_one_is_called_missed(accuracy: float, verdict: str) -> None:
    records = read_records()
    records["alibi"]["accuracy"] = accuracy
    (row,) = (line for line in systems_page(records).splitlines() if line.startswith("| Alibi | accuracy"))
    assert row == f"| Alibi | accuracy, 25,000 test reviews | 0.8545 | {accuracy:.4f} | {verdict} |"


def test_a_run_with_fewer_epochs_than_patience_asks_for_says_so() -> None:
    records = read_records()
    whole = records["homework_cnn"]
    assert " only | " not in _first_row(systems_page(records), "homework, CNN")
    short = {**whole, "history": whole["history"][:2], "best_epoch": 2}
    assert ", 2 epochs only | " in _first_row(systems_page({**records, "homework_cnn": short}), "homework, CNN")


@pytest.mark.parametrize(
    ("times", "verdict"),
    [(0.05, "**another order"), (0.4, "same order"), (1.6, "same order"), (20, "**another order")],
)
def test_deltas_of_other_sentences_are_compared_by_order_of_magnitude(times: float, verdict: str) -> None:
    records = read_records()
    records["captum_new"]["deltas_gauss"] = [1e-6, times * 5e-4]
    (row,) = (line for line in systems_page(records).splitlines() if line.startswith("| Captum, new form | deltas"))
    last = row.split(" | ")[-1]
    assert last.startswith(f"{verdict} of magnitude")
    assert f"{times:.2g} times theirs, of other sentences and weights" in last


def test_every_system_of_the_summary_has_a_source() -> None:
    page = systems_page(read_records())
    summary = page[page.index("| system | figure") : page.index("## Where the figures come from")]
    rows = [line for line in summary.splitlines() if line.startswith("| ") and not line.startswith("| system")]
    systems = {line.split(" | ")[0].removeprefix("| ") for line in rows}
    for system in systems:
        assert any(system.startswith(source.system) for source in SOURCES), system
    assert len(SOURCES) == 5
    for source in SOURCES:
        assert source.address is None or f"]({source.address})" in page


def test_shares_are_of_the_scores_without_their_signs() -> None:
    records = read_records()
    for item in records["flair"]["paragraphs"]:
        total = sum(abs(score) for _, _, score, _ in item["words"])
        assert f"all scores without their signs add up to {total:.2f}." in systems_page(records)
        for _, _, score, share in item["words"]:
            assert share == pytest.approx(score / total, abs=1e-5)
    assert "−0%" not in systems_page(records)


def _first_row(page: str, title: str) -> str:
    return next(line for line in page.splitlines() if line.startswith(f"| {title} "))
