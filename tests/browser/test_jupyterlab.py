"""A student's first minutes in JupyterLab: open a notebook, run a check, fill a blank, read the card."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import TOKEN, Lab

pytestmark = pytest.mark.slow

WRONG = """def pad_reference(ids, pad_idx):
    return torch.full((1, 7), pad_idx)"""
RIGHT = """def pad_reference(ids, pad_idx):
    return torch.full_like(ids, pad_idx)"""


def cell_with(page: Page, text: str) -> Locator:
    """The first code cell whose source holds the text."""
    editor = page.locator(".jp-InputArea-editor", has_text=text)
    return page.locator(".jp-CodeCell", has=editor).first


def run(page: Page, cell: Locator) -> None:
    """Run a cell as a student does, and wait until the kernel has done it."""
    prompt = cell.locator(".jp-InputArea-prompt")
    before = prompt.inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(prompt).not_to_have_text(before, timeout=60_000)
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=240_000)


def write(page: Page, cell: Locator, source: str) -> None:
    """Put other source into a cell."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)


def keep_picture(page: Page, name: str) -> None:
    """Keep a picture where PICTURES says, for looking at."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_a_student_fills_a_blank_and_reads_the_card(lab: Lab, page: Page) -> None:
    page.goto(f"{lab.address}/lab/tree/2_cnn.ipynb?token={TOKEN}")
    expect(page.locator(".jp-Notebook h1").first).to_contain_text("A convolutional network", timeout=60_000)
    # A cell that is run before there is a kernel stays as it is.
    expect(page.locator(".jp-Notebook-ExecutionIndicator").first).to_have_attribute(
        "data-status", "idle", timeout=120_000
    )
    keep_picture(page, "opened")
    for text in ('DATA = "mini"', "import platform"):
        run(page, cell_with(page, text))
    blank, asked = cell_with(page, "def pad_reference"), cell_with(page, 'check("pad-reference"')

    run(page, blank)
    run(page, asked)
    expect(asked.locator(".jp-OutputArea")).to_contain_text("not attempted")

    write(page, blank, WRONG)
    run(page, blank)
    run(page, asked)
    card = asked.locator(".jp-OutputArea")
    for part in ("wrong", "input", "expected", "got", "likely", "next", "hint"):
        expect(card).to_contain_text(part)
    card.scroll_into_view_if_needed()
    keep_picture(page, "wrong")

    write(page, blank, RIGHT)
    run(page, blank)
    run(page, asked)
    expect(card).to_contain_text("right")
    expect(card).not_to_contain_text("expected")
    card.scroll_into_view_if_needed()
    keep_picture(page, "right")

    page.keyboard.press("Control+S")
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    assert "torch.full_like(ids, pad_idx)" in (lab.folder / "2_cnn.ipynb").read_text(encoding="utf-8")
