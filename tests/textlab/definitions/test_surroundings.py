"""What a notebook has without import, its folder, and the magics and shell lines that act in it."""

from __future__ import annotations

import builtins
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from textlab.definitions import Cell, slice_definitions
from textlab.definitions.loading import LoadedModule, locate, why_unset
from textlab.definitions.surroundings import enter_folder, run_eagerly


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder that is the notebook's; what loading changes for all is undone."""
    before, names = dict(os.environ), vars(builtins).copy()
    modules, main = set(sys.modules), sys.modules["__main__"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    enter_folder(tmp_path)
    yield tmp_path
    sys.modules["__main__"] = main
    for name in set(sys.modules) - modules:
        del sys.modules[name]
    os.environ.clear()
    os.environ.update(before)
    for name in set(vars(builtins)) - names.keys():
        delattr(builtins, name)


def load(*cells: str) -> LoadedModule:
    """What `f` needs of these cells, loaded."""
    found = slice_definitions([Cell(number, source) for number, source in enumerate(cells, start=1)], ["f"])
    assert not found.missing
    module = LoadedModule()
    for piece in found.program:
        module.run(piece.cell, piece.line, piece.source)
    assert module.failures == []
    return module


def problems(*cells: str) -> tuple[str, ...]:
    """What is said of these cells."""
    return slice_definitions([Cell(number, source) for number, source in enumerate(cells, start=1)], []).problems


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("display(1, [2])", None),
        ("exit()", None),
        ("quit()", None),
        ("return get_ipython().config.get('x')", None),
        ("return 'google.colab' in str(get_ipython())", False),
        ("return get_ipython().events.register('a', print) and 1", None),
        ("return [*get_ipython().getoutput('ls')]", []),
        ("return In[1:], dict(Out), _", ([], {}, "")),
    ],
)
def test_what_a_notebook_has_without_import_is_there(body: str, value: object) -> None:
    result = load(f"def f():\n    {body}").find("f")()
    assert result == value or (value is None and not result)


def test_display_prints_what_a_notebook_would_show(capsys: pytest.CaptureFixture[str]) -> None:
    load("def f():\n    display('a', 2)").find("f")()
    assert capsys.readouterr().out == "'a'\n2\n"


def test_a_module_beside_the_notebook_has_display_too(folder: Path) -> None:
    (folder / "shown_here.py").write_text("def show():\n    display(1)\n    return 3\n")
    assert load("from shown_here import show", "def f():\n    return show()").find("f")() == 3


def test_ipythons_own_get_ipython_answers_as_well() -> None:
    module = load("from IPython import get_ipython", "def f():\n    return get_ipython().run_line_magic('pwd', '')")
    assert not module.find("f")()


def test_await_needs_no_function() -> None:
    assert load("async def two():\n    return 2", "K = await two()", "def f():\n    return K").find("f")() == 2


@pytest.mark.parametrize(
    "cell",
    [
        "%%time\ndef f():\n    return 1",
        "%%capture out\n%%time\ndef f():\n    return 1",
        "%%time\n\n%%prun -s time\n%%capture\ndef f():\n    return 1",
        "#@title The network {display-mode: 'form'}\n%%capture\ndef f():\n    return 1",
        "#@title x\n\n# more\n%%time\n%matplotlib inline\ndef f():\n    return 1",
        "#@markdown text\ndef f():\n    return 1 #@param {type: 'slider'}",
        "cd .\ncd results\ncd ..\ndef f():\n    return 1",
        "pip install torch\ndef f():\n    return 1",
        "mkdir out\ndef f():\n    return 1",
    ],
)
def test_magics_above_a_cell_and_forms_leave_its_code(cell: str) -> None:
    assert load(cell).find("f")() == 1


@pytest.mark.parametrize("magic", ["html", "javascript", "timeit", "capture\n%%html", "time\n%%markdown"])
def test_a_cell_of_text_or_of_another_language_defines_nothing(magic: str) -> None:
    assert "f" in slice_definitions([Cell(1, f"%%{magic}\ndef f():\n    return 1")], ["f"]).missing


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("!mkdir a", ["a"]),
        ("!mkdir -p a/b  # for the weights", ["a/b"]),
        ("%mkdir a", ["a"]),
        ("! mkdir -p 'a b' c 2>/dev/null || true", ["a b", "c"]),
        ("!mkdir a && cd a && touch b.txt", ["a", "a/b.txt"]),
        ("![ -d a ] || mkdir a", ["a"]),
        ("!touch a.txt b.txt", ["a.txt", "b.txt"]),
        ("%%bash\nmkdir -p a\ncd a\ntouch b", ["a/b"]),
        ("%%capture\n!mkdir a", ["a"]),
        ("made = !mkdir a", ["a"]),
        ("NAME = 'a'\n!mkdir -p {NAME}/b", ["a/b"]),
        ("NAME = 'a'\n!mkdir $NAME", ["a"]),
        ("if True:\n    !mkdir a", ["a"]),
        ("def prepare():\n    !mkdir -p a\nprepare()", ["a"]),
        ("%cd results\n!mkdir a", ["results/a"]),
        ("%mkdir a\n%cd a\n%cd ..\n!mkdir b", ["a", "b"]),
    ],
)
def test_folders_and_files_that_lines_make_are_there(folder: Path, line: str, made: list[str]) -> None:
    module = load(line, "def f():\n    return 1")
    assert module.find("f")() == 1
    assert all((folder / name).exists() for name in made)
    assert not problems(line)


def test_lines_in_a_function_act_when_it_is_called(folder: Path) -> None:
    f = load("def f(name):\n    !mkdir -p {name}\n    %env MADE=yes\n    return 1").find("f")
    assert not (folder / "a").exists()
    assert f("a") == 1
    assert (folder / "a").is_dir()
    assert os.environ["MADE"] == "yes"


@pytest.mark.parametrize("line", ["%env SIZE=3", "%env SIZE 3", "%set_env SIZE=3", "%env SIZE = 3"])
def test_variables_are_set(line: str) -> None:
    assert load("import os", line, "def f():\n    return os.environ['SIZE']").find("f")() == "3"


@pytest.mark.parametrize(
    "line",
    ["!mkdir ../a", "!mkdir /tmp/textlab_attack", "!mkdir ~/a", "%cd ..", "%cd /", "!touch a/../../b", "%cd ~"],
)
def test_no_line_leaves_the_notebooks_folder(folder: Path, line: str) -> None:
    before = sorted(folder.parent.iterdir())
    load(line, "def f():\n    return 1")
    assert Path.cwd() == folder
    assert sorted(folder.parent.iterdir()) == before
    assert not Path("/tmp/textlab_attack").exists()


def test_a_link_does_not_lead_a_line_out_of_the_folder(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (folder / "way").symlink_to(outside)
    load("!mkdir way/a", "%%writefile way/b.txt\nx", "def f():\n    return 1")
    assert not list(outside.iterdir())


@pytest.mark.parametrize(
    "line",
    [
        "!wget https://example.org/x.csv",
        "!cp a b",
        "%%bash\nunzip a.zip",
        "!mkdir {1 + 1}",
        "!mkdir /content/x",
        "%cd ~",
        "%reset -f",
    ],
)
def test_a_line_that_cannot_be_followed_is_named_once(line: str) -> None:
    (told,) = problems("x = 1", line)
    assert told.startswith("cell 2 line 1 ")
    assert line.split("\n")[0].split()[0] in told


@pytest.mark.parametrize(
    "line", ["!pip install -q torch", "!nvidia-smi", "!ls -la", "%matplotlib inline", "%load_ext autoreload", "%pwd"]
)
def test_a_line_that_only_shows_or_installs_is_no_problem(line: str) -> None:
    assert not problems(line)


def test_a_cell_that_is_written_to_a_file_can_be_imported() -> None:
    module = load(
        "%%writefile my_two.py\ndef two():\n    return 2\n",
        "%%writefile -a my_two.py\n\ndef three():\n    return two() + 1\n",
        "from my_two import three",
        "def f():\n    return three()",
    )
    assert module.find("f")() == 3


def test_appending_to_a_file_that_was_handed_in_appends_once(folder: Path) -> None:
    (folder / "log.txt").write_text("a\nb\n")
    f = load("%%writefile -a log.txt\nb", "def f():\n    return open('log.txt').read()").find("f")
    assert f() == "a\nb\n"
    f = load("%%writefile log.txt\nb", "%%writefile -a log.txt\nb", "def f():\n    return open('log.txt').read()")
    assert f.find("f")() == "b\nb\n"


@pytest.mark.parametrize(
    "name", ["/etc/x.txt", "../x.txt", "torch.py", "textlab/__init__.py", "w.pkl", "a/b/c/d/e.txt"]
)
def test_a_file_that_may_not_come_along_is_not_written(folder: Path, name: str) -> None:
    (told,) = problems(f"%%writefile {name}\nx = 1")
    assert name in told
    module = LoadedModule()
    module.run(1, 1, f"get_ipython().run_cell_magic('writefile', {name!r}, 'x')")
    assert not Path("/etc/x.txt").exists()
    assert [path.name for path in folder.rglob("*")] == ["results"]


def test_the_place_of_an_error_in_a_module_beside_the_notebook_is_named(folder: Path) -> None:
    (folder / "my_fault.py").write_text("def g():\n    return 1 / 0\n")
    f = load("from my_fault import g", "def f():\n    return g()").find("f")
    with pytest.raises(ZeroDivisionError) as caught:
        f()
    assert locate(caught.value) == "my_fault.py, line 2"


@pytest.mark.parametrize(
    "code",
    [
        "@torch.compile\ndef f():\n    return 1",
        "@torch.compile(mode='max-autotune')\ndef f():\n    return 1",
        "f = torch.compile(lambda: 1, dynamic=True)",
    ],
)
def test_compiled_code_runs_at_once(code: str) -> None:
    undo = run_eagerly()
    try:
        begin = time.monotonic()
        assert load("import torch", code).find("f")() == 1
        assert time.monotonic() - begin < 1
    finally:
        undo()


def test_compiled_networks_keep_the_names_of_their_weights() -> None:
    import torch

    undo = run_eagerly()
    try:
        network = torch.compile(torch.nn.Linear(2, 1))
        assert isinstance(network, torch.nn.Linear)
        network.compile()
        assert list(network.state_dict()) == ["weight", "bias"]
    finally:
        undo()
    assert torch.compile.__module__ == "torch"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([Cell(1, "class Box[T]:\n    pass")], "needs Python 3.12 or newer"),
        ([Cell(1, "Box = 1 if True otherwise 2", python=(3, 99))], "was written with Python 3.99"),
        ([Cell(1, "def Box():\n    pass", "Raw")], "is a text cell (Raw) that holds def Box"),
        ([Cell(1, "%%html\nBox = 1")], "is given to %%html"),
        ([Cell(1, "try:\n    Box = f(\nexcept E, F:\n    pass")], "does not parse"),
    ],
)
def test_a_name_that_is_lost_with_its_block_says_so_where_it_is_used(cells: list[Cell], said: str) -> None:
    found = slice_definitions([*cells, Cell(2, "def f():\n    return Box")], ["f"])
    module = LoadedModule()
    module.lose(found.lost)
    for piece in found.program:
        module.run(piece.cell, piece.line, piece.source)
    with pytest.raises(NameError) as caught:
        module.find("f")()
    assert why_unset(caught.value).startswith(", because cell 1")
    assert said in why_unset(caught.value)


def test_a_module_of_the_folder_that_a_line_goes_to_is_found(folder: Path) -> None:
    (folder / "my_src").mkdir()
    (folder / "my_src" / "my_deep.py").write_text("N = 4\n")
    assert load("%cd my_src", "from my_deep import N", "def f():\n    return N").find("f")() == 4
