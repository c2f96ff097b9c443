"""docs/systems.md is what the stored records give, and says what was not run."""

from __future__ import annotations

import pytest

from benchmarks.systems.records import ROOT, read_records
from benchmarks.systems.report import systems_page


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
