"""The work that was handed in is found, whatever its file is called, and a file is one notebook at most."""

from __future__ import annotations

import json

import pytest

from autograder.contracts import load_contract
from autograder.judge.blanks_left import blanks_left
from autograder.judge.judge import wanted_names
from autograder.judge.notebooks import Choice, choose_notebooks
from autograder.release import release_notebook
from autograder.submissions import SubmittedFile
from textlab.definitions import Cell, read_cells

WANTED = wanted_names(load_contract().roles)
STUB = 'raise NotImplementedError("this blank is not written yet")'
CNN = "class CNN:\n    def __init__(self):\n        self.size = 3\n    def forward(self, ids):\n        return ids\n"
REFERENCE = "def pad_reference(ids, pad_idx):\n    return ids * 0 + pad_idx\n"
UNTOUCHED = (
    f"class CNN:\n    def __init__(self):\n        a = 3\n        {STUB}\n    def forward(self):\n        {STUB}\n",
    f"def pad_reference(ids, pad_idx):\n    {STUB}\n",
    f"def interpret_sentence(model):\n    {STUB}\n",
)
GLOVE = (
    "def embedding_matrix():\n    return 1\n",
    "class GloVeCNN:\n    size = 2\n",
    "def interpret_sentence():\n    return 2\n",
)


def notebook(*sources: str) -> bytes:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def choose(**files: bytes) -> Choice:
    return choose_notebooks([SubmittedFile(name, content) for name, content in sorted(files.items())], WANTED)


def graded(choice: Choice) -> dict[str, str]:
    return {name: chosen.file.name for name, chosen in choice.notebooks.items() if chosen.cells}


@pytest.mark.parametrize("stem", list(WANTED))
def test_every_name_of_an_untouched_notebook_waits_for_code(stem: str) -> None:
    left = blanks_left(read_cells("a.ipynb", release_notebook(stem))[0], WANTED[stem])
    assert left.keys() == set(WANTED[stem]) and all(left.values())


@pytest.mark.parametrize(
    ("source", "left"),
    [
        (UNTOUCHED[0], 2), (CNN, 0), ("class CNN: pass", 1), ("class CNN:\n    'said'\n    ...", 1),
        (f"class CNN:\n    def __init__(self):\n        self.size = 2\n    def forward(self):\n        {STUB}", 1),
        ("class CNN:\n    def __init__(self):\n        pass\n    def forward(self, ids):\n        return None", 2),
        ("CNN = partial(Other, 2)", 0), (f"{UNTOUCHED[0]}\nCNN = Other", 0), (f"%%time\n{UNTOUCHED[0]}", 2),
        (f"{UNTOUCHED[0]}\nCNN.forward = forward", 1), (f"{UNTOUCHED[0]}\nsetattr(CNN, 'forward', forward)", 1),
        ("class CNN\n    pass", 0), ("class CNN:\n    def f(self, kind):\n        raise ValueError(kind)", 0),
    ],
)  # fmt: skip
def test_blanks_are_counted(source: str, left: int) -> None:
    assert blanks_left([Cell(1, source)], ["CNN", "f1_on"]) == {"CNN": left}


@pytest.mark.parametrize(
    "own", ["my_cnn.ipynb", "Untitled1.ipynb", "2_cnn-Copy1.ipynb", "2_cnn (1).ipynb", "old/2_cnn.ipynb"]
)
@pytest.mark.parametrize(
    "work", [(REFERENCE,), (CNN, *UNTOUCHED[1:]), (UNTOUCHED[0].replace(STUB, "self.a = 1", 1), *UNTOUCHED[1:])]
)
def test_the_copy_with_work_counts_beside_the_untouched_original(own: str, work: tuple[str, ...]) -> None:
    choice = choose(**{"2_cnn.ipynb": notebook(*UNTOUCHED), own: notebook(*work)})
    assert graded(choice) == {"2_cnn": own}
    assert (
        f"2_cnn.ipynb: was not graded, since its blanks are empty, and {own} was graded as 2_cnn.ipynb"
        in " ".join(choice.problems)
    )


def test_of_two_files_with_work_the_better_named_counts_and_the_other_is_said() -> None:
    others = {"2_cnn_old.ipynb": notebook(CNN, REFERENCE, GLOVE[2]), "my.ipynb": notebook(CNN, REFERENCE)}
    choice = choose(**{"2_cnn.ipynb": notebook(REFERENCE), "2_cnn (1).ipynb": notebook(CNN)}, **others)
    assert graded(choice) == {"2_cnn": "2_cnn.ipynb"}
    for other in ("2_cnn (1).ipynb", *others):
        assert f"{other}: was not graded, since 2_cnn.ipynb is here, too. Hand in one of them." in choice.problems


@pytest.mark.parametrize("copy", ["2_cnn (1).ipynb", "assignment/2_cnn.ipynb"])
def test_of_two_copies_the_one_with_more_work_counts(copy: str) -> None:
    choice = choose(**{"2_cnn.ipynb": notebook(REFERENCE, *UNTOUCHED[2:]), copy: notebook(CNN, REFERENCE)})
    assert graded(choice) == {"2_cnn": copy}


def test_a_copy_of_the_same_code_is_no_choice() -> None:
    choice = choose(**{"2_cnn.ipynb": notebook(CNN), "2_cnn (1).ipynb": notebook(CNN)})
    assert graded(choice) == {"2_cnn": "2_cnn.ipynb"} and not choice.problems


@pytest.mark.parametrize("end", [-40, 30])
def test_a_whole_copy_counts_before_a_damaged_one(end: int) -> None:
    whole = notebook(REFERENCE, CNN)
    choice = choose(**{"2_cnn.ipynb": whole[:end], "2_cnn (1).ipynb": whole})
    assert graded(choice) == {"2_cnn": "2_cnn (1).ipynb"}
    assert "2_cnn.ipynb: was not graded, since it is damaged" in " ".join(choice.problems)


def test_a_damaged_notebook_with_more_work_than_a_whole_one_counts() -> None:
    damaged = notebook(REFERENCE, CNN, "print()")[:-60]
    choice = choose(**{"2_cnn.ipynb": damaged, "scratch.ipynb": notebook(REFERENCE)})
    assert graded(choice) == {"2_cnn": "2_cnn.ipynb"}
    choice = choose(**{"2_cnn.ipynb": damaged, "2_cnn (1).ipynb": notebook(*UNTOUCHED)})
    assert graded(choice) == {"2_cnn": "2_cnn.ipynb"}


def test_a_damaged_notebook_alone_is_handed_on_without_cells() -> None:
    choice = choose(**{"2_cnn.ipynb": b"{"})
    assert choice.notebooks["2_cnn"].file.name == "2_cnn.ipynb" and not choice.notebooks["2_cnn"].cells
    assert "is no notebook" in choice.problems[0]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"3-glove-cnn.ipynb": GLOVE}, {"3_glove_cnn": "3-glove-cnn.ipynb"}),
        ({"homework.ipynb": GLOVE}, {"3_glove_cnn": "homework.ipynb"}),
        ({"homework.ipynb": (*GLOVE, REFERENCE)}, {"3_glove_cnn": "homework.ipynb"}),
        ({"a.ipynb": GLOVE, "b.ipynb": (CNN, REFERENCE)}, {"3_glove_cnn": "a.ipynb", "2_cnn": "b.ipynb"}),
        ({"2_cnn.ipynb": (*GLOVE, REFERENCE)}, {"3_glove_cnn": "2_cnn.ipynb"}),
        ({"2_cnn.ipynb": (CNN,), "a.ipynb": GLOVE[2:]}, {"2_cnn": "2_cnn.ipynb", "3_glove_cnn": "a.ipynb"}),
        ({"2_cnn.ipynb": GLOVE, "1_rnn.ipynb": (CNN,)}, {"2_cnn": "1_rnn.ipynb", "3_glove_cnn": "2_cnn.ipynb"}),
        ({"1_rnn and 2_cnn.ipynb": (CNN,)}, {"2_cnn": "1_rnn and 2_cnn.ipynb"}),
    ],
)  # fmt: skip
def test_a_misnamed_file_is_the_one_notebook_that_it_holds(
    files: dict[str, tuple[str, ...]], found: dict[str, str]
) -> None:
    assert graded(choose(**{name: notebook(*sources) for name, sources in files.items()})) == found


def test_one_file_with_everything_is_one_notebook_and_the_rest_is_said() -> None:
    choice = choose(**{"all.ipynb": notebook(CNN, REFERENCE, GLOVE[0])})
    assert graded(choice) == {"2_cnn": "all.ipynb"}
    assert choice.problems[0] == "all.ipynb: was graded as 2_cnn.ipynb. Name it so."
    assert "holds embedding_matrix, too, which was not graded. A file is one notebook only" in choice.problems[1]


def test_a_notebook_that_holds_nothing_is_said_only_where_one_is_missing() -> None:
    choice = choose(**{"plots.ipynb": notebook("print()"), "broken.ipynb": b"{"})
    assert "plots.ipynb: was not graded, since it defines no name that is asked for." in choice.problems
    assert any(problem.startswith("broken.ipynb: is no notebook") for problem in choice.problems)
    everything = {f"{stem}.ipynb": notebook("print()") for stem in WANTED}
    assert not choose(**everything, **{"plots.ipynb": notebook("print()")}).problems


def test_modules_that_a_notebook_imports_are_no_notebooks() -> None:
    files = {"2_cnn.ipynb": notebook("from models import CNN"), "models.py": CNN.encode()}
    package = {"textlab/__init__.py": b"x = 1", "textlab/given.py": CNN.encode()}
    assert graded(choose(**files)) == {"2_cnn": "2_cnn.ipynb"}
    assert graded(choose(**package)) == {}
    assert graded(choose(**{"models.py": CNN.encode()})) == {"2_cnn": "models.py"}
