"""The card: four states, its first line, its text twin, its HTML; and the line that says how far one is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.textlab.checks.answers import answer
from textlab.checks import Card, assess, check
from textlab.checks.blanks import BLANKS
from textlab.checks.progress import next_blank, note_states, progress_line, read_states


def wrong() -> Card:
    """A card for a wrong answer."""
    return assess("pad-reference", lambda ids, pad_idx: ids * 0)


def test_a_wrong_answer_reads_as_one_message_in_order() -> None:
    lines = str(wrong()).splitlines()
    assert lines[0] == "✗ pad-reference · the baseline is not the padding token everywhere"
    assert [line.split()[0] for line in lines[1:]] == ["input", "expected", "got", "likely", "next"]
    assert lines[-1].endswith('or hint("pad-reference", 1) (1 of 3)')


def test_html_and_text_say_the_same() -> None:
    card = wrong()
    for said in (card.blank, card.state, card.what, *(label for label, _ in card.rows)):
        assert said in card._repr_html_()


def test_html_leaves_the_colour_of_text_to_the_page() -> None:
    html = wrong()._repr_html_()
    assert html.count("color:#fff") == html.count("background:#") == 1, "white letters on the badge only"


def test_a_check_ends_with_the_progress_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    check("pad-reference", answer("pad_reference", notebook="2_cnn"))
    assert capsys.readouterr().out.endswith(f"1/{len(BLANKS)} done, next: cnn-layers, about 15 min\n")
    check("rnn-layers", answer("RNNBaseline"))
    assert capsys.readouterr().out.endswith(f"2/{len(BLANKS)} done, next: rnn-forward, about 25 min\n")


def test_a_wrong_answer_raises_only_where_nbgrader_validates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check("pad-reference", lambda ids, pad_idx: ids * 0).state == "wrong"
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(AssertionError, match="the baseline is not the padding token"):
        check("pad-reference", lambda ids, pad_idx: ids * 0)
    assert check("pad-reference", answer("pad_reference", notebook="2_cnn")).state == "right"


def test_a_read_only_folder_costs_the_progress_line_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").write_text("a file where the folder would be")
    card = check("pad-reference", answer("pad_reference", notebook="2_cnn"))
    assert card.state == "right"
    assert card.progress == ""


def test_states_are_kept_and_a_damaged_file_counts_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "results" / "progress.json"
    note_states({"cnn-layers": "right"}, path)
    assert note_states({"cnn-forward": "wrong"}, path) == {"cnn-layers": "right", "cnn-forward": "wrong"}
    path.write_text('{"cnn-layers": "right", "moon": "right", "f1-on": "full"}')
    assert read_states(path) == {"cnn-layers": "right"}
    path.write_text("[")
    assert read_states(path) == {}


def test_when_a_notebook_is_done_the_next_blank_is_the_first_open_one_of_all() -> None:
    states = {blank.id: "right" for blank in BLANKS.values() if blank.notebook == "2_cnn"}
    assert next_blank(states, {"2_cnn"}) is BLANKS["rnn-layers"]  # type: ignore[arg-type]


def test_all_done_is_said() -> None:
    states = dict.fromkeys(BLANKS, "right")
    assert next_blank(states) is None  # type: ignore[arg-type]
    assert progress_line(states) == f"{len(BLANKS)}/{len(BLANKS)} done, nothing left"  # type: ignore[arg-type]
