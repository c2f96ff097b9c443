"""Self-study: what a saved notebook holds for each blank, without running the notebook."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
import torch

from tests.textlab.saved_notebooks import save
from textlab.checks import Card
from textlab.self_study import NotebookError, assess_answer, find_notebooks, kit_notebooks, read_answers

KERNEL = 'raise RuntimeError("a cell of the notebook was run")'


def cards(path: Path) -> dict[str, Card]:
    """The card of each blank of a notebook."""
    return {answer.blank.id: assess_answer(answer) for answer in read_answers(path)}


@pytest.mark.parametrize("stem", kit_notebooks())
def test_a_solved_notebook_is_right_and_an_untouched_one_not_attempted(stem: str, tmp_path: Path) -> None:
    assert {card.state for card in cards(save(tmp_path, stem)).values()} == {"right"}
    assert {card.state for card in cards(save(tmp_path, stem, untouched=True)).values()} == {"not attempted"}


def test_cells_that_the_blanks_do_not_need_are_not_run(tmp_path: Path) -> None:
    path = save(tmp_path, "2_cnn", ("history = fit(", f"{KERNEL}\nhistory = fit("), extra=KERNEL)
    assert {card.state for card in cards(path).values()} == {"right"}


def test_a_broken_cell_costs_its_own_blank_only(tmp_path: Path) -> None:
    path = save(tmp_path, "2_cnn", ("return torch.full_like(ids, pad_idx)", "return torch.full_like(ids, pad_idx"))
    found = cards(path)
    assert found["pad-reference"].state == "raised"
    assert found["cnn-layers"].state == found["cnn-forward"].state == "right"


def test_an_error_is_placed_by_cell_and_line(tmp_path: Path) -> None:
    card = cards(save(tmp_path, "2_cnn", (".permute(0, 2, 1)\n        pooled", "\n        pooled")))["cnn-forward"]
    assert card.state == "raised"
    where = dict(card.rows)["where"]
    assert where.startswith("cell ") and "pooled = " in where
    assert "textlab hint cnn-forward" in dict(card.rows)["next"]


def test_a_wrong_answer_is_placed_by_its_cell(tmp_path: Path) -> None:
    path = save(tmp_path, "2_cnn", ("torch.full_like(ids, pad_idx)", "torch.ones_like(ids)"))
    card = cards(path)["pad-reference"]
    cells = json.loads(path.read_text())["cells"]
    number = next(at for at, cell in enumerate(cells, start=1) if "def pad_reference" in "".join(cell["source"]))
    assert dict(card.rows)["where"] == f"cell {number}, pad_reference"
    assert [label for label, _ in card.rows][-2:] == ["likely", "next"]


def test_where_two_work_together_both_are_placed_and_the_fault_is_named(tmp_path: Path) -> None:
    path = save(tmp_path, "3_glove_cnn", ("attributions[0].sum(dim=-1)", "attributions[0].mean(dim=-1)"))
    rows = dict(cards(path)["glove-explained"].rows)
    assert re.fullmatch(r"cell \d+, GloVeCNN; cell \d+, interpret_sentence", rows["where"])
    assert "mean" in rows["likely"]


def test_a_name_that_depends_on_the_data_gets_the_small_corpus(tmp_path: Path) -> None:
    path = save(
        tmp_path,
        "2_cnn",
        ('DATA = "mini"', 'DATA = "imdb"'),
        ("dropout, pad_idx):", "dropout, pad_idx, known=len(vocabulary)):"),
    )
    assert cards(path)["cnn-forward"].state == "right"


def test_training_at_the_top_level_is_left_out_and_named(tmp_path: Path) -> None:
    path = save(
        tmp_path,
        "2_cnn",
        ("attributions[0].sum(dim=-1).detach()", "attributions[0].sum(dim=-1).detach() * len(history.train_loss)"),
        ("history = fit(", "history = fit(  # slow\n"),
    )
    card = cards(path)["interpret-sentence"]
    assert card.state == "raised"
    assert "trains a network" in dict(card.rows)["note"]


def test_a_missing_class_is_named_with_the_nearest_name(tmp_path: Path) -> None:
    card = cards(save(tmp_path, "2_cnn", ("class CNN(", "class Cnn(")))["cnn-layers"]
    assert card.state == "raised"
    assert "nearest name: Cnn" in dict(card.rows)["got"]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "the file is empty"), (b'{"cells": [', "seems to be cut off"), (b"[1]", "no notebook")],
)
def test_a_damaged_file_is_named_with_a_remedy(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "2_cnn.ipynb"
    path.write_bytes(content)
    with pytest.raises(NotebookError, match=f"2_cnn.ipynb: .*{said}.*save it"):
        read_answers(path)


def test_a_foreign_notebook_is_told_apart_and_a_copy_is_not(tmp_path: Path) -> None:
    own = tmp_path / "diary.ipynb"
    own.write_text("{}")
    with pytest.raises(NotebookError, match="none of the kit's"):
        read_answers(own)
    copy = save(tmp_path, "2_cnn", untouched=True).rename(tmp_path / "2_cnn-Copy1.ipynb")
    assert "cnn-layers" in cards(copy)


def test_notebooks_are_found_here_or_in_assignment(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match=r"1_rnn\.ipynb"):
        find_notebooks(tmp_path)
    (tmp_path / "assignment").mkdir()
    path = save(tmp_path / "assignment", "2_cnn", untouched=True)
    assert find_notebooks(tmp_path) == find_notebooks(tmp_path / "assignment") == [path]


def test_a_students_code_changes_nothing_for_the_next_check(tmp_path: Path) -> None:
    main = sys.modules["__main__"]
    path = save(
        tmp_path,
        "2_cnn",
        (
            "return torch.full_like",
            "torch.set_default_dtype(torch.float64); torch.set_grad_enabled(False); input()\n"
            "    return torch.full_like",
        ),
    )
    assert cards(path)["pad-reference"].state == "raised"
    assert torch.get_default_dtype() is torch.float32 and torch.is_grad_enabled()
    assert sys.modules["__main__"] is main


def test_the_digest_follows_the_code_of_its_blank_only(tmp_path: Path) -> None:
    before = {answer.blank.id: answer.digest for answer in read_answers(save(tmp_path, "2_cnn"))}
    changed = save(tmp_path, "2_cnn", ("torch.full_like(ids, pad_idx)", "torch.full_like(ids, fill_value=pad_idx)"))
    after = {answer.blank.id: answer.digest for answer in read_answers(changed)}
    assert [blank for blank in before if before[blank] != after[blank]] == ["pad-reference", "interpret-sentence"]


def test_a_notebook_that_breaks_off_is_called_cut_off_and_its_blanks_are_not_called_deleted(tmp_path: Path) -> None:
    path = save(tmp_path, "2_cnn")
    whole = path.read_text(encoding="utf-8")
    for share in (0.3, 0.5, 0.9):
        path.write_text(whole[: int(len(whole) * share)], encoding="utf-8")
        with pytest.raises(NotebookError, match=r"seems to be cut off.*unpack a fresh copy"):
            read_answers(path)


def test_a_notebook_is_checked_in_its_own_folder_with_results_from_the_first_time_on(tmp_path: Path) -> None:
    (tmp_path / "my_extra.py").write_text("EXTRA = 0\n")
    path = save(
        tmp_path,
        "2_cnn",
        (
            "return torch.full_like(ids, pad_idx)",
            "from my_extra import EXTRA\n    torch.save(ids, 'results/ids.pt')\n    display(ids)\n"
            "    return torch.full_like(ids, pad_idx + EXTRA)",
        ),
    )
    before, known = Path.cwd(), set(sys.modules)
    assert cards(path)["pad-reference"].state == "right"
    assert Path.cwd() == before
    assert "my_extra" not in set(sys.modules) - known
    assert not (tmp_path / "__pycache__").exists()


def test_a_module_beside_the_notebook_is_read_anew_each_time(tmp_path: Path) -> None:
    path = save(
        tmp_path,
        "2_cnn",
        ("def pad_reference", "from my_extra import EXTRA\n\ndef pad_reference"),
        ("return torch.full_like(ids, pad_idx)", "return torch.full_like(ids, pad_idx + EXTRA)"),
    )
    for extra, state in ((0, "right"), (1, "wrong")):
        (tmp_path / "my_extra.py").write_text(f"EXTRA = {extra}\n")
        assert cards(path)["pad-reference"].state == state


def test_compiled_code_and_a_device_that_is_chosen_are_right(tmp_path: Path) -> None:
    path = save(
        tmp_path,
        "2_cnn",
        ("def pad_reference", "where = torch.device(DEVICE)\n\n@torch.compile\ndef pad_reference"),
        ("return torch.full_like(ids, pad_idx)", "return torch.full_like(ids, pad_idx).to(where.type)"),
    )
    assert cards(path)["pad-reference"].state == "right"


def test_variables_builtins_and_modules_are_as_before(tmp_path: Path) -> None:
    import builtins
    import os

    path = save(
        tmp_path,
        "2_cnn",
        (
            "return torch.full_like",
            "import os, builtins\n    os.environ['MINE'] = '1'\n    builtins.mine = 1\n    return torch.full_like",
        ),
    )
    compiler = torch.compile
    assert cards(path)["pad-reference"].state == "right"
    assert "MINE" not in os.environ and not hasattr(builtins, "mine") and not hasattr(builtins, "display")
    assert torch.compile is compiler
