"""Statements of a notebook run one by one, in order, and each failure is remembered with its place."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator

import pytest

from textlab.definitions.loading import LoadedModule, locate, why_unset


@pytest.fixture(autouse=True)
def keep_main() -> Iterator[None]:
    """A loaded module takes the place of __main__ and adds builtins; put back what was there."""
    main, names = sys.modules["__main__"], vars(builtins)
    before = dict(names)
    yield
    sys.modules["__main__"] = main
    names.clear()
    names.update(before)


def load(*sources: str) -> LoadedModule:
    """Each source as a cell of its own."""
    module = LoadedModule()
    for number, source in enumerate(sources, start=1):
        module.run(number, 1, source)
    return module


def test_a_failing_statement_is_remembered_with_its_place_and_the_rest_goes_on() -> None:
    module = load("x = 1", "\nraise ValueError('no')", "def f():\n    return x")
    assert module.failures == ["cell 2, line 2: ValueError: no"]
    assert module.find("f")() == 1


@pytest.mark.parametrize("source", ["import sys\nsys.exit(0)", "raise KeyboardInterrupt", "raise BaseException('b')"])
def test_nothing_a_statement_raises_ends_the_loading(source: str) -> None:
    module = load(source, "y = 2")
    assert len(module.failures) == 1
    assert module.find("y") == 2


def test_tracebacks_show_the_students_cell_and_line() -> None:
    module = LoadedModule()
    module.run(7, 12, "def f():\n\n    return 1 / 0")
    with pytest.raises(ZeroDivisionError) as caught:
        module.find("f")()
    assert locate(caught.value) == "cell 7, line 14"
    import inspect

    assert inspect.getsource(module.find("f")).startswith("def f():")


def test_an_annotation_that_names_a_failed_import_does_no_harm() -> None:
    module = load("import no_such_module", "def f(x: no_such_module.Thing) -> int:\n    return 3")
    assert module.find("f")(0) == 3


def test_a_future_import_holds_for_later_cells() -> None:
    module = load("from __future__ import annotations", "def f(x: not_defined):\n    return 1")
    assert module.find("f").__annotations__ == {"x": "not_defined"}


def test_shell_lines_in_a_needed_block_do_nothing() -> None:
    module = load(
        "try:\n    import no_such_module\nexcept ImportError:\n    get_ipython().system('touch /tmp/x')\n    n = 1"
    )
    assert module.failures == []
    assert module.find("n") == 1


def test_a_hostile_exception_text_is_survived() -> None:
    module = load("class Bad(Exception):\n    def __str__(self):\n        raise RuntimeError\nraise Bad()")
    assert "could not be read" in module.failures[0]


@pytest.mark.parametrize("first", ["import no_such_module as lost", "from no_such_module import *", "lost = {}['n']"])
def test_a_name_without_a_value_is_put_down_to_the_line_that_failed_first(first: str) -> None:
    module = load("x = 1", f"\n{first}", "both = lost", "def f():\n    return both", "def g():\n    return lost")
    for name in ("f", "g"):
        with pytest.raises(NameError) as caught:
            module.find(name)()
        assert why_unset(caught.value).startswith(", because cell 2, line 2 failed: ")
    assert module.failures[1].startswith("cell 3, line 1: NameError: name 'lost' is not defined, because cell 2")


def test_other_names_without_a_value_have_no_such_reason() -> None:
    other = load("import no_such_module", "def f():\n    return other")
    local = load("from no_such_module import *", "def f():\n    n = n + 1")
    for module in (other, local):
        with pytest.raises(NameError) as caught:
            module.find("f")()
        assert why_unset(caught.value) == ""


def test_what_a_student_puts_in_place_of_the_reasons_does_no_harm() -> None:
    module = load("__unset__ = {'lost': 3}", "def f():\n    return lost", "def g():\n    return lost")
    for name in ("f", "g"):
        with pytest.raises(NameError) as caught:
            module.find(name)()
        assert why_unset(caught.value) == ""
        vars(module.module)["__unset__"] = "text"
