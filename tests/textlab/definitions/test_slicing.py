"""A slice holds what a name needs, and the traps that real notebooks set do not spoil it."""

from __future__ import annotations

import ast
import json
import keyword
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core import inputtransformer2

from textlab.definitions import Cell, Definitions, parsing, read_cells, slice_definitions, statements


def cut(*sources: str, wanted: str = "CNN", served: tuple[str, ...] = ()) -> Definitions:
    cells = [Cell(number, source) for number, source in enumerate(sources, start=1)]
    return slice_definitions(cells, wanted.split(), served)


def texts(definitions: Definitions) -> list[str]:
    return [piece.source for piece in definitions.program]


def run(definitions: Definitions) -> dict[str, Any]:
    """Execute a slice as the worker does; the sources here are our own."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for piece in definitions.program:
        exec(compile(piece.source, f"cell {piece.cell}", "exec"), names)
    return names


# What is taken, and what is left out


def test_a_class_comes_with_its_imports_constants_and_bases_only() -> None:
    found = cut(
        "import os, json as j\nfrom math import pi, e",
        "SCALE = 2\nOTHER = 5\nprint('start')",
        "class Base:\n    unit = pi\nclass Unused: pass",
        "class CNN(Base):\n    def size(self): return j.dumps(SCALE * self.unit)",
        "model = CNN()\nmodel.size()\nfor epoch in range(10**9): print(epoch)",
    )
    assert texts(found) == [
        "import json as j",
        "from math import pi",
        "SCALE = 2",
        "class Base:\n    unit = pi",
        "class CNN(Base):\n    def size(self): return j.dumps(SCALE * self.unit)",
    ]
    assert [(piece.cell, piece.line) for piece in found.program] == [(1, 1), (1, 2), (2, 1), (3, 1), (4, 1)]
    assert found.missing == {} and found.problems == ()
    assert run(found)["CNN"]().size().startswith("6.28")


def test_pieces_are_the_students_text_with_its_place() -> None:
    found = cut("# note\n\nx = 1; @property  # not this\n", "a = 1; b = 'é'; CNN = lambda: (a,\n  b)  # why")
    assert [(p.cell, p.line, p.source) for p in found.program] == [
        (2, 1, "a = 1"),
        (2, 1, "b = 'é'"),
        (2, 1, "CNN = lambda: (a,\n  b)"),
    ]


def test_a_decorated_class_starts_at_its_decorator() -> None:
    found = cut("def mark(c): return c\n\n@mark\n# words\n@mark\nclass CNN:\n    pass")
    assert (found.program[-1].line, found.program[-1].source) == (3, "@mark\n# words\n@mark\nclass CNN:\n    pass")


def test_a_definition_in_a_main_block_is_found() -> None:
    assert "CNN" in run(cut("if __name__ == '__main__':\n    class CNN: pass", "if __name__ == '__main__':\n    1/0"))


def test_served_names_are_not_followed() -> None:
    found = cut("vocab = build()", "def CNN(): return vocab", served=("vocab",))
    assert texts(found) == ["def CNN(): return vocab"]
    assert found.globals_used == {}


def test_the_last_definition_counts() -> None:
    assert run(cut("class CNN: version = 1", "class CNN: version = 2"))["CNN"].version == 2
    assert len(cut("class CNN: version = 1", "class CNN: version = 2").program) == 1


def test_a_class_that_extends_its_own_name_brings_both() -> None:
    assert run(cut("class CNN: a = 1", "class CNN(CNN): b = 2"))["CNN"].a == 1


def test_cells_count_in_notebook_order() -> None:
    assert texts(cut("x = 1", "class CNN:\n    y = x", "x = 2")) == ["x = 1", "class CNN:\n    y = x"]


def test_names_in_function_bodies_resolve_at_the_end() -> None:
    assert texts(cut("x = 1", "def CNN(): return x", "x = 2")) == ["def CNN(): return x", "x = 2"]


def test_a_function_called_on_the_way_finds_its_names_there() -> None:
    found = cut(
        "x = 1", "def f(): return x", "y = f()", "x = 2", "class CNN:\n    z = y\n    def g(self): return f()"
    )
    names = run(found)
    assert names["y"] == 1 and names["CNN"]().g() == 2


# Blocks, imports, changes in place


def test_try_imports_and_conditional_constants_are_taken() -> None:
    found = cut(
        "try:\n    import no_such_module as m\nexcept ImportError:\n    import math as m",
        "k = 7\nif m.pi > 4:\n    k = 1",
        "def CNN(): return k",
    )
    assert run(found)["CNN"]() == 7


def test_branches_that_both_bind_hide_what_came_before() -> None:
    assert len(cut("k = slow()", "if a:\n    k = 1\nelse:\n    k = 2", "def CNN(): return k").program) == 2


def test_a_dotted_import_does_not_hide_the_plain_one() -> None:
    found = cut("import os\nimport os.path\nclass CNN:\n    here = os.getcwd()")
    assert texts(found)[:2] == ["import os", "import os.path"]


def test_star_imports_are_taken_also_for_builtins() -> None:
    assert texts(cut("from math import *", "def CNN(): return pow(2, 2)"))[0] == "from math import *"


def test_future_imports_come_along() -> None:
    assert (
        texts(cut("from __future__ import annotations", "class CNN: pass"))[0] == "from __future__ import annotations"
    )


@pytest.mark.parametrize(
    "change",
    [
        "config['k'] = 5",
        "config.update(k=5)",
        "def change(c): c['k'] = 5\nchange(config)",
        "def inner(c): c['k'] = 5\ndef change(c): inner(c=c)\nchange(config)",
        "def change(): config['k'] = 5\nchange()",
        "def change():\n    global config\n    config = {'k': 5}\nchange()",
        "for key in ['k']:\n    config[key] = 5",
        "config = {**config}\nconfig |= {'k': 5}",
    ],
)
def test_changes_in_place_are_taken(change: str) -> None:
    assert run(cut("config = {'k': 1}", change, "def CNN(): return config['k']"))["CNN"]() == 5


def test_methods_of_the_notebooks_own_classes_change_their_object() -> None:
    source = "class Words:\n    def __init__(self): self.ids = {}\n    def learn(self, w): self.ids[w] = 1"
    found = cut(source, "words = Words()", "words.learn('a')", "def CNN(): return words.ids")
    assert run(found)["CNN"]() == {"a": 1}


def test_attributes_assigned_to_a_class_are_taken() -> None:
    assert run(cut("class CNN: pass", "def forward(self): return 3\nCNN.forward = forward"))["CNN"]().forward() == 3


def test_in_place_initialisers_change_their_argument_not_their_module() -> None:
    sources = ("import torch.nn as nn", "layer = nn.Linear(2, 2)", "nn.init.zeros_(layer.weight)")
    assert texts(cut(*sources, "def CNN(x): return layer(x)"))[2] == "nn.init.zeros_(layer.weight)"
    assert texts(cut(*sources, "class CNN(nn.Module): pass")) == [sources[0], "class CNN(nn.Module): pass"]


def test_an_argument_of_a_method_is_not_changed_by_it() -> None:
    found = cut("device = 'cpu'", "model = build()", "model.to(device)", "def CNN(): return device")
    assert texts(found) == ["device = 'cpu'", "def CNN(): return device"]


def test_an_own_function_changes_only_the_arguments_that_it_changes() -> None:
    found = cut("device = 'cpu'", "def fit(m, d): m.x = d", "fit(model, device)", "def CNN(): return device")
    assert texts(found) == ["device = 'cpu'", "def CNN(): return device"]


# Definitions against data


def test_a_definition_wins_over_data_of_the_same_name() -> None:
    found = cut("def train(m): return m", "train, test = split()", "for train in test: pass", wanted="train")
    assert texts(found) == ["def train(m): return m"]


def test_a_wrapped_definition_stays_wrapped() -> None:
    found = cut(
        "def timed(f): return lambda: (f(), 1)", "def train(): return 0", "train = timed(train)", wanted="train"
    )
    assert run(found)["train"]() == (0, 1)


def test_an_alias_of_a_definition_is_one() -> None:
    assert run(cut("class CNN: v = 1", "class Better: v = 2", "CNN = Better"))["CNN"].v == 2


def test_a_definition_survives_data_that_others_need() -> None:
    found = cut("def train(): return test", "train, test = 1, 2", wanted="train")
    assert run(found)["train"]() == 2


# Scopes


@pytest.mark.parametrize(
    ("body", "needed"),
    [
        ("def f(self, x=k): return x", True),
        ("def f(self) -> k: return 1", True),
        ("def f(self): return [k for k in range(3)]", False),
        ("def f(self): return [i for i in k]", True),
        ("def f(self): k = 1; return lambda: k", False),
        ("def f(self): return lambda k: k", False),
        ("def f(self): return (lambda: k)()", True),
        ("k = k", True),
        ("k = 1; j = k", False),
        ("k = 1\n    def f(self): return k", True),
        ("def f(self):\n        global k\n        k = 1; return k", True),
        ("def f(self):\n        for k in []: pass\n        return k", False),
        ("def f(self):\n        with open('') as k: return k", False),
        ("def f(self):\n        try: pass\n        except OSError as k: return k", False),
        ("def f(self):\n        import k\n        return k", False),
        ("def f(self):\n        if (k := 1): return k", False),
        ("def f(self):\n        match 1:\n            case k: return k", False),
        ("def f(self, *k): return k", False),
        ("def f(self):\n        k = 1\n        class A:\n            def g(self): return k\n        return A", False),
        ("def f(self):\n        k += 1", False),
        ("f = [k for _ in ()]", True),
        ("def f(self):\n        self.k = 1; return self.k, dict(k=1)", False),
    ],
)
def test_pythons_scopes_decide_what_is_read(body: str, needed: bool) -> None:
    found = cut("k = 1", f"class CNN:\n    {body}")
    assert ("k = 1" in texts(found)) is needed


# Globals


def test_data_read_by_methods_is_named_and_functions_modules_and_defaults_are_not() -> None:
    found = cut(
        "import torch.nn as nn\nLSTM = nn.LSTM\ndevice = 'cpu'\ndim: int = 100\nhidden = 2\nsizes = []",
        "def helper(x): return x * hidden",
        "class CNN(nn.Module):\n    def __init__(self, d=dim): self.l = LSTM(d)\n"
        "    def forward(self, x): return helper(x.to(device))",
    )
    assert found.globals_used == {"CNN": ("device", "hidden")}


def test_a_class_that_uses_its_arguments_reads_no_globals() -> None:
    assert cut("dim = 100", "class CNN:\n    def __init__(self, dim): self.dim = dim").globals_used == {}


# Broken code


def test_one_broken_block_does_not_take_its_cell_along() -> None:
    found = cut(
        "import math\ndef broken(:\n    pass\n\nclass CNN:\n    a = math.pi\n\nclass RNN\n    pass", wanted="CNN RNN"
    )
    assert texts(found) == ["import math", "class CNN:\n    a = math.pi"]
    assert found.missing["RNN"].startswith("cell 1 line 8 does not parse: ")
    assert [problem.split(" does")[0] for problem in found.problems] == ["cell 1 line 2", "cell 1 line 8"]
    assert "(broken)" in found.problems[0]


def test_the_line_of_the_complaint_is_the_cells() -> None:
    found = cut("x = 1\n\nclass CNN:\n    def f(self):\n        return (1\n\ny = 2")
    assert found.missing["CNN"].startswith("cell 1 line 5 does not parse")


def test_a_string_that_goes_on_at_the_margin_stays_whole_in_a_broken_cell() -> None:
    source = 'CNN = """\nclass A:\n"""'
    assert texts(cut(f"x = = 1\n{source}")) == [source]


def test_else_and_decorators_stay_with_their_blocks_in_a_broken_cell() -> None:
    found = cut("x = = 1\ndef d(c): return c()\nif 0:\n    y = 1\nelse:\n    y = 2\n@d\nclass CNN:\n    z = y")
    model = run(found)["CNN"]
    assert model.z == 2 and not isinstance(model, type)


def test_an_older_definition_is_used_when_the_last_is_broken_and_that_is_reported() -> None:
    found = cut("class CNN: pass", "class CNN(:\n    pass")
    assert found.missing == {} and len(found.program) == 1 and "(CNN)" in found.problems[0]


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\n!pip install x\nclass CNN: pass",
        "%%time\nclass CNN: pass",
        "\n%%capture out\nclass CNN: pass",
        "%time CNN = 1",
        "class CNN:\n\tdef f(self):\n        \treturn 1",
        "class CNN:\n    def f(self):\n\treturn 1",
        "class\u00a0CNN:\n\u00a0\u00a0\u00a0 pass",
        "\ufeffclass CNN: pass",
        "    class CNN:\n        pass",
        ">>> class CNN:\n...     pass",
        "try:\n    import math\nexcept ImportError:\n    !pip install math\nclass CNN: m = math",
        "CNN?\nclass CNN: pass",
        "class CNN: pass\r\n!ls\r\n",
    ],
)
def test_what_notebooks_allow_and_python_does_not_is_repaired(source: str) -> None:
    found = cut(source)
    assert found.missing == {} and found.problems == ()
    assert "CNN" in run(found)


def test_repairs_keep_line_numbers() -> None:
    found = cut("\n\n!ls \\\n  -l\n%cd a\n\nclass CNN:\n\tpass")
    assert [piece.line for piece in found.program] == [5, 7]


def test_magic_text_in_a_string_is_left_alone() -> None:
    assert run(cut("CNN = '''\n%time\n!ls\n'''"))["CNN"] == "\n%time\n!ls\n"


def test_what_a_shell_line_binds_is_left_out_and_reported() -> None:
    found = cut("files = !ls", "def CNN(): return files")
    assert texts(found) == ["def CNN(): return files"]
    assert found.problems == ("cell 1 line 1 gets files from a magic or shell line, which is not run. Use Python.",)
    assert "cell 1 line 1 gets it from a magic" in cut("CNN = !ls").missing["CNN"]


def test_a_cell_that_is_written_to_a_file_defines_nothing() -> None:
    found = cut("%%writefile model.py\nclass CNN:\n    pass")
    assert found.missing == {"CNN": "cell 1 line 1 the cell is given to %%writefile and not run as Python"}


@pytest.mark.parametrize(
    "source", ["exec('class CNN: pass', {})", "exec(text)", "globals()[name] = 1", "%run model.py"]
)
def test_hidden_definitions_are_reported(source: str) -> None:
    found = cut("x = 1\n" + source)
    assert "CNN" not in found.missing or "defines no CNN" in found.missing["CNN"]
    assert found.problems[0].startswith("cell 1 line 2 uses ")


def test_a_model_in_eval_mode_hides_nothing() -> None:
    assert cut("class CNN: pass", "model.eval()").problems == ()


def test_a_missing_name_comes_with_the_nearest() -> None:
    assert cut("class Cnn: pass").missing == {"CNN": "the notebook defines no CNN; nearest name: Cnn"}
    assert cut("x = 1").missing == {"CNN": "the notebook defines no CNN"}
    assert cut().missing == {"CNN": "the notebook defines no CNN"}


# Hostile notebooks

HOSTILE = {
    "nul": "x = '\0'\nclass CNN: pass",
    "digits": "x = " + "9" * 9000 + "\nclass CNN: pass",
    "signs": "x = " + "-" * 50_000 + "1\nclass CNN: pass",
    "attributes": "x = y" + ".a" * 50_000 + "\nclass CNN: pass",
    "sum": "x = " + "+".join("1" * 900) + "\nclass CNN: pass",
    "brackets": "(" * 5000 + "\nclass CNN: pass",
    "elif": "if a: pass\n" + "elif a: pass\n" * 1500 + "class CNN: pass",
    "magics": "!ls\n" * 300 + "(\nclass CNN: pass",
    "tabs": "x = = 1" + "\t" * 100_000 + "1\nclass CNN: pass",
    "blank": "\n" * 50_000 + "x = = 1\nclass CNN: pass",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_code_costs_its_own_block_at_most(kind: str) -> None:
    found = cut(HOSTILE[kind])
    assert "class CNN: pass" in texts(found)


@pytest.mark.parametrize(
    "source",
    [
        "x.a = x\n" * 5000 + "CNN = x",
        "def f(): return g\n" * 2000 + "CNN = f()\n" * 5000,
        "x = = 1\n" * 5000,
        "x\n!\n" * 900,
    ],
)
def test_long_notebooks_end(source: str) -> None:
    assert len(cut(source).problems) <= 51


def test_statements_beyond_the_limit_are_left_out_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MAX_STATEMENTS", 3)
    found = cut("class CNN: pass\n" + "x = 1\n" * 5, "class RNN: pass", wanted="CNN RNN")
    assert texts(found) == ["class CNN: pass"] and "RNN" in found.missing
    assert found.problems[0].startswith("cell 1 goes beyond 3 statements")


def test_definitions_can_be_pickled() -> None:
    found = cut("k = 1", "def CNN(): return k", wanted="CNN RNN")
    assert pickle.loads(pickle.dumps(found)) == found


FRAGMENTS = st.sampled_from(
    [
        *keyword.kwlist, *"()[]{}:,.=*@%!?;\\#'\"", "\n", "\n    ", "\n\t", " ", "CNN", "x", "1", "f'{x}'",
        "'''", ":=",
        "def f(x):", "class CNN:", "%%time\n", "%time ", "!ls", "x = ", "global x", "\u00a0", "é", "\f", "\0", "\r",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(FRAGMENTS, max_size=25).map("".join), max_size=4))
def test_no_text_makes_the_slicer_raise(sources: list[str]) -> None:
    content = json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources]}).encode()
    cells, _ = read_cells("a.ipynb", content)
    found = slice_definitions(cells, ["CNN", "f"])
    for piece in found.program:
        ast.parse(piece.source)
        assert piece.line >= 1


@pytest.mark.parametrize("line", ["f(\n", "[(\n)\n", "x = 'a\n", "CNN?\n", "x = !ls\n'''\n"])
def test_broken_text_is_read_a_few_times_and_no_more(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """IPython reads a text anew for every magic, and a bracket may be open up to the end of the cell."""
    source = line * 100 + "CNN = 1"
    read = 0

    def counted(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def call(text: Any) -> Any:
            nonlocal read
            read += sum(map(len, text))
            return function(text)

        return call

    monkeypatch.setattr(parsing, "_parse", counted(parsing._parse))
    monkeypatch.setattr(inputtransformer2, "make_tokens_by_line", counted(inputtransformer2.make_tokens_by_line))
    cut(source)
    assert 0 < read <= 24 * len(source)
