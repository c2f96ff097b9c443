"""Training, input, downloads and cards are never run, and the reason is given."""

from __future__ import annotations

import pytest

from tests.textlab.definitions.reference import loaded, quietly, sliced
from textlab.definitions import Cell, slice_definitions
from textlab.definitions.not_run import NotRun, NotRunError

CARD = 'check("f", f)'
MARKER = "open('marker', 'w')"
BARRED = {
    "training": "for i in (1,):\n    K = 1\n    loss.backward()",
    "step": "K = optimizer.step()",
    "the kit's training": "from textlab.training import fit\nK = fit(model)",
    "own training": "def train(m):\n    m.backward()\n    return 1\nK = train(1)",
    "training far down": "def a(m): m.backward()\ndef b(m): a(m)\ndef c(m): b(m)\nK = c(1)",
    "training in a class": "class T:\n    def __init__(self, m): m.backward()\nK = T(1)",
    "input": "K = input('how many? ')",
    "program": "import subprocess\nK = subprocess.run(['ls'])",
    "program by a local import": "def g():\n    import subprocess as s\n    return s.run(['ls'])\nK = g()",
    "system": "from os import system as go\nK = go('ls')",
    "download": "import urllib.request\nK = urllib.request.urlopen('http://localhost')",
    "waiting": "from time import time, sleep\nK = sleep(100)",
    "waiting by another name": "import time\nfrom time import time\nimport time as t\nK = t.sleep(100)",
    "without end": "K = 1\nwhile True:\n    K += 1",
    "exit": "import sys\nK = sys.exit()",
    "files deleted": "import shutil\nK = shutil.rmtree('x')",
    "card": "K = check('x', 1)",
}


@pytest.mark.parametrize("kind", BARRED)
def test_what_is_barred_does_not_run(kind: str) -> None:
    definitions = sliced([BARRED[kind], "def f(): return K + 1", CARD])
    with quietly():
        found = loaded(definitions)
        if kind == "without end":
            assert found["f"]() == 2
        else:
            with pytest.raises(NotRunError, match="is not run"):
                found["f"]()
    if kind != "card":
        assert "so it is not run; f depends on it" in definitions.problems[-1]


def test_a_definition_whose_body_trains_is_run() -> None:
    definitions = sliced(["def f(m): m.backward()", CARD])
    with quietly():
        assert callable(loaded(definitions)["f"])
    assert definitions.not_run == ()


def test_a_history_that_training_fills_stays_empty_and_the_cell_is_named() -> None:
    train = "history = []\ndef train_model(m):\n    m.backward()\n    history.append(1)"
    definitions = sliced([train, "train_model(net)", "def f(): return history", CARD])
    with quietly():
        assert loaded(definitions)["f"]() == []
    assert definitions.not_run[0].startswith("cell 2 line 1 trains a network, so it is not run; f depends on it")


def test_what_training_gives_can_be_stored_and_passed_but_not_used() -> None:
    sources = [
        "from textlab.training import fit\nmodel = fit()",
        "held = {'m': model}",
        "def f(x): return held['m'](x)",
        CARD,
    ]
    with quietly():
        found = loaded(sliced(sources))
    assert isinstance(found["held"]["m"], NotRun)
    with pytest.raises(NotRunError, match="model is not there: cell 1 line 2 trains a network"):
        found["f"](1)


def test_a_graded_name_that_comes_from_training_is_missing_with_the_reason() -> None:
    found = sliced(["f = input()", CARD])
    assert found.missing == {"f": "cell 1 line 1 waits for input, so it is not run"}


def test_handlers_and_branches_that_never_run_do_not_bar() -> None:
    sources = [
        "try:\n    K = 1\nexcept OSError:\n    K = input()",
        "if False:\n    K = input()",
        "def f(): return K",
        CARD,
    ]
    with quietly():
        assert loaded(sliced(sources))["f"]() == 1


def test_a_statement_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textlab.definitions.loading.PIECE_S", 0.2)
    sources = ["K = 0\nfor i in range(10**9): K += 1", "def f(): return 1", "def g(): return K", 'check("g", g, f)']
    with quietly():
        found = loaded(sliced(sources, ["f", "g"]))
        assert found["f"]() == 1


def test_names_that_see_other_versions_of_a_name_get_programs_of_their_own() -> None:
    sources = ["K = 1", "def f(): return K", CARD, "K = 2", "def h(): return K", 'check("h", h)']
    definitions = sliced(sources, ["f", "h"])
    assert len(definitions.apart) == 1
    with quietly():
        found = loaded(definitions)
        assert (found["f"](), found["h"]()) == (1, 2)


def test_names_share_a_program_where_they_can() -> None:
    sources = ["K = 1", "class f: pass", CARD, "L = 2", "def h(x): return isinstance(x, f)", 'check("h", h)']
    definitions = sliced(sources, ["f", "h"])
    assert definitions.apart == ()


def test_a_definition_below_the_last_card_is_reported() -> None:
    found = sliced(["def f(): return 1", CARD, "def f(): return 2"])
    assert found.problems == ("cell 3 line 1 defines f again, below its last card. The version of cell 1 is graded.",)


@pytest.mark.parametrize(("which", "value"), [("checked", 2), ("first", 1), ("last", 3)])
def test_a_contract_chooses_which_definition_counts(which: str, value: int) -> None:
    sources = [
        "from textlab.checks import check",
        "def f(): return 1",
        "def f(): return 2",
        CARD,
        "def f(): return 3",
    ]
    cells = [Cell(number, source) for number, source in enumerate(sources, 1)]
    with quietly():
        assert loaded(slice_definitions(cells, ["f"], which=which))["f"]() == value


def test_what_is_below_the_card_changes_nothing() -> None:
    above = ["import os", "K = [1]", "def g(x): return K", "def f(): return g(1)", CARD]
    below = ["K.append(2)", "def g(x): return 0", "f.x = 1", "os.environ['A'] = '1'", "K = 3", "for len in K: pass"]
    assert sliced([*above, *below]).program == sliced(above).program


def test_names_that_belong_together_are_taken_at_the_notebooks_end() -> None:
    sources = [
        "def make(): return []",
        "a = make()",
        "a.append(1)",
        "b = {'of': a}",
        "a.append(2)",
        "print(b)",
        "a.append(3)",
    ]
    cells = [Cell(number, source) for number, source in enumerate(sources, 1)]
    definitions = slice_definitions(cells, ["a", "b"], which="end")
    with quietly():
        found = loaded(definitions)
    assert definitions.apart == () and found["b"]["of"] is found["a"] and found["a"] == [1, 2, 3]
