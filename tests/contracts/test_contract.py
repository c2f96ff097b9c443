"""Reading contracts: what a teacher may write, and the line that an error names."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.contracts import load_contract
from autograder.contracts.contract import check_ids, known_contracts
from autograder.rubric import load_rubric
from textlab.definitions import Cell, defined_names, names_made_by, slice_definitions


def written(folder: Path, text: str) -> str:
    """The path of a contract with this text."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_kits_contract_has_the_kits_rubric() -> None:
    assert load_contract().rubric.checks == load_rubric().checks
    assert load_contract().name == "kit"


@pytest.mark.parametrize("name", known_contracts())
def test_every_contract_of_the_kit_gives_points_to_checks_that_exist(name: str) -> None:
    assert {entry.id for entry in load_contract(name).rubric.checks} <= check_ids()


def test_original_is_worth_100_points_in_three_roles() -> None:
    rubric = load_contract("original").rubric
    assert sum(entry.points for entry in rubric.checks) == 100
    assert rubric.roles == ("rnn", "cnn", "glove")


def test_every_declared_check_belongs_to_some_contract() -> None:
    used = {entry.id for name in known_contracts() for entry in load_contract(name).rubric.checks}
    assert check_ids() == used


def test_a_contract_extends_another_and_changes_what_it_names(tmp_path: Path) -> None:
    text = 'extends = "original"\n[cnn]\nnetwork = ["TextCNN", "*Conv*"]\n[cnn.arguments]\nemb_dim = "width"\n'
    mine, original = load_contract(written(tmp_path, text)), load_contract("original")
    assert mine.name == "mine"
    assert mine.roles["cnn"].names == {"network": "TextCNN"}
    assert mine.roles["cnn"].other_names == {"network": ("*Conv*",)}
    assert mine.roles["cnn"].arguments["emb_dim"] == ("width",)
    assert mine.roles["cnn"].arguments["kernel_sizes"] == original.roles["cnn"].arguments["kernel_sizes"]
    assert mine.roles["rnn"] == original.roles["rnn"]
    assert mine.rubric == original.rubric
    assert mine.serves == original.serves


def test_a_contract_without_extends_has_only_the_roles_that_it_names(tmp_path: Path) -> None:
    text = '[cnn]\nnotebook = "*"\nnetwork = "Net"\n[cnn.points]\ncnn-builds = 1\ncnn-f1 = 9\n'
    mine = load_contract(written(tmp_path, text))
    assert list(mine.roles) == ["cnn"]
    assert {entry.id: entry.points for entry in mine.rubric.checks} == {"cnn-builds": 1, "cnn-f1": 9}


def test_points_of_one_role_leave_the_others_as_they_are(tmp_path: Path) -> None:
    mine = load_contract(written(tmp_path, 'extends = "kit"\n[f1.points]\nf1-whole-set = 7\n'))
    expected = [entry for entry in load_rubric().checks if entry.role != "f1"]
    assert [entry for entry in mine.rubric.checks if entry.role != "f1"] == expected
    assert [(entry.id, entry.points) for entry in mine.rubric.checks if entry.role == "f1"] == [("f1-whole-set", 7)]


CNN = '[cnn]\nnotebook = "*"\nnetwork = "CNN"\n'
WRONG = {
    "no TOML": ("[cnn\n", 1, "is no TOML"),
    "the same table twice": (CNN + "[cnn]\n", 4, "is no TOML"),
    "unknown role": ('extends = "kit"\n\n[cnm]\nnetwork = "CNN"\n', 3, "did you mean 'cnn'"),
    "unknown entry": (CNN + 'layuot = "batch_first"\n', 4, "did you mean 'layout'"),
    "unknown value": (CNN + '\n# ids\nlayout = "length_first"\n', 6, "batch_first, sequence_first"),
    "wrong type of a switch": (CNN + "longest_first = 1\n", 4, "true or false"),
    "wrong type of a name": ('[cnn]\nnotebook = "*"\nnetwork = 3\n', 3, "write a name"),
    "empty list of names": ('[cnn]\nnotebook = "*"\nnetwork = []\n', 3, "write a name"),
    "missing name": ('extends = "original"\n\n[f1]\nnotebook = "*"\n', 3, "lacks the name of its function"),
    "missing notebook": ('[cnn]\nnetwork = "CNN"\n', 1, "names no notebook"),
    "role that is no table": ('extends = "kit"\ncnn = "CNN"\n', 2, "write a table, [cnn]"),
    "table that is none": (CNN + "arguments = 3\n", 4, "[cnn.arguments]"),
    "wrong name of an argument": (CNN + "[cnn.arguments]\nemb_dim = 7\n", 5, "write a name"),
    "unknown check": (CNN + "[cnn.points]\ncnn-build = 7\n", 5, "did you mean 'cnn-builds'"),
    "negative points": (CNN + "[cnn.points]\ncnn-builds = -1\n", 5, "an integer from 0 up"),
    "points that are no number": (CNN + 'points = { cnn-builds = "two" }\n', 4, "an integer from 0 up"),
    "a check in two roles": (
        CNN + 'points = { cnn-f1 = 1 }\n[rnn]\nnotebook = "*"\nnetwork = "A"\npoints = { cnn-f1 = 1 }\n',
        4,
        "leave it in one",
    ),
    "kernels counted from 0": (CNN + "kernel_count = 0\n", 4, "an integer from 1 up"),
    "unknown premise": (CNN + 'premise = "cnn-bulids"\n', 4, "did you mean 'cnn-builds'"),
    "unknown thing to serve": (CNN + "[serves]\nvocab = ['Field']\n", 5, "did you mean 'vocabulary'"),
    "extends what is not there": ('# mine\nextends = "kid"\n', 2, "kit, original"),
    "extends a number": ("extends = 4\n", 1, "the name of a contract"),
    "extends itself": ('extends = "mine.toml"\n', 1, "in turn"),
    "no role": ("# nothing yet\n", 1, "it has no role"),
    "mistyped argument": (CNN + "[cnn.arguments]\nkernel_size = 'k'\n", 5, "did you mean 'kernel_sizes'"),
    "mistyped optional argument": (CNN + "optional = ['pad_id']\n", 4, "did you mean 'pad_idx'"),
    "dropping what is not there": ('extends = "original"\nwithout = ["training"]\n', 2, "to leave out"),
    "three columns": (CNN + "columns = 3\n", 4, "2 for one number a class"),
    "padding without lengths": ('extends = "original"\n[rnn]\nlengths = false\n', 2, "[rnn.points] without it"),
    "parameters of the kit": (CNN + "parameters = 3\n", 4, "has no entry"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_an_error_names_file_line_and_remedy(tmp_path: Path, fault: str) -> None:
    text, line, remedy = WRONG[fault]
    path = written(tmp_path, text)
    with pytest.raises(ValueError) as raised:
        load_contract(path)
    said = str(raised.value)
    assert path in said
    assert f"line {line}" in said
    assert remedy in said


@pytest.mark.parametrize(("name", "remedy"), [("orginal", "original"), ("nowhere/mine.toml", "no such file")])
def test_a_contract_that_is_not_there_is_named(name: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        load_contract(name)


CELLS = [
    Cell(1, "class CNN:\n    size = wide\nwide = 1"),
    Cell(2, "wide = 2\nclass CNN:\n    size = wide\nclass Other: pass"),
    Cell(3, "a = CNN(1).to(device)\nif a:\n    b = data.Field(lower=True)\na = CNN(2)\nc = field(1)"),
]


def test_the_first_definition_is_taken_with_the_notebook_as_it_was_before_the_second() -> None:
    cells = [Cell(1, "wide = 1\nclass CNN:\n    size = wide"), *CELLS[1:]]
    first = slice_definitions(cells, ["CNN"], which="first")
    last = slice_definitions(cells, ["CNN"])
    assert [piece.cell for piece in first.program] == [1, 1]
    assert [piece.cell for piece in last.program] == [2, 2]


def test_names_are_found_by_what_made_them() -> None:
    assert defined_names(CELLS, classes=True) == ["CNN", "Other"]
    assert names_made_by(CELLS, ["CNN"]) == ["a"]
    assert names_made_by(CELLS, ["Field"]) == ["b"]
    assert names_made_by(CELLS, ["data.Field", "CNN"]) == ["a", "b"]
