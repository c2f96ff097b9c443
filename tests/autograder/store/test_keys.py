"""Each thing that a result follows from changes its key, and nothing else does."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import shutil
import site
from collections.abc import Callable
from pathlib import Path

import pytest

import autograder
import textlab
from autograder.contracts import Contract, load_contract
from autograder.judge import subjects
from autograder.judge.checks import ATTRIBUTE
from autograder.judge.judge import GRADERS, Settings
from autograder.judge.parts import Part, parts_of
from autograder.rubric import load_rubric
from autograder.sandbox import Level
from autograder.store import keys
from autograder.submissions import Submission, SubmittedFile
from autograder.thresholds import DeltaBound, Thresholds, load_thresholds
from textlab.definitions import Cell, slice_definitions

SOURCE = (
    "import torch\nfrom torch import nn\n# ---\nsize = 3\nclass CNN(nn.Module):\n    width = size\n# ---\nprint(1)\n"
)
ADA = Submission("ada", (SubmittedFile("2_cnn.ipynb", b"{}"),), ())
IMDB = Settings(data="imdb", data_path=Path(__file__))


def part(source: str = SOURCE) -> Part:
    """The part of a submission whose notebook 2 has these cells, split at "# ---"."""
    contract = load_contract()
    cells = [Cell(number + 1, text) for number, text in enumerate(source.split("# ---\n"))]
    definitions = {"2_cnn": slice_definitions(cells, ["CNN", "pad_reference", "interpret_sentence"])}
    found = parts_of(contract.rubric, contract.roles, definitions, {}, {})
    return next(one for one in found if one.name == "2_cnn")


def key(source: str = SOURCE, settings: Settings | None = None, bounds: bool = True) -> str:
    """The key of that part."""
    made = part(source)
    return keys.part_key(made.content(), made.entries, settings or Settings(), bounds=bounds)


def constants(function: ast.AST) -> list[object]:
    """What stands literally in a function."""
    return [node.value for node in ast.walk(function) if isinstance(node, ast.Constant)]


def test_no_check_looks_beyond_its_own_notebook() -> None:
    roles, notebook_of = load_contract().roles, {entry.id: entry.notebook for entry in load_rubric().checks}
    source = ast.parse(Path(subjects.__file__).read_text(encoding="utf-8"))
    told = {
        function.name: {name for name in roles if name in constants(function)}
        for function in ast.walk(source)
        if isinstance(function, ast.FunctionDef)
    }
    looked_at = 0
    for path in sorted(GRADERS.glob("test_*.py")):
        module = importlib.import_module(f"autograder.graders.{path.stem}")
        for test in vars(module).values():
            declared = getattr(test, ATTRIBUTE, None)
            if declared is None or declared.id not in notebook_of:
                continue
            own = notebook_of[declared.id]
            assert {notebook_of[name] for name in (*declared.needs, *declared.after)} <= {own}, declared.id
            for fixture in inspect.signature(test).parameters:
                assert {roles[role].notebook for role in told.get(fixture, ())} <= {own}, (declared.id, fixture)
                looked_at += len(told.get(fixture, ()))
    assert looked_at > 40


def test_every_notebook_of_the_kit_is_a_part() -> None:
    contract = load_contract()
    parts = parts_of(contract.rubric, contract.roles, {}, {}, {})
    assert [one.name for one in parts] == ["1_rnn", "2_cnn", "3_glove_cnn", "4_transformer"]
    assert [entry for one in parts for entry in one.entries] == list(contract.rubric.checks)


def test_a_contract_of_other_roles_is_one_part() -> None:
    contract = load_contract("original")
    (whole,) = parts_of(contract.rubric, contract.roles, {}, {}, {})
    assert whole.entries == contract.rubric.checks


@pytest.mark.parametrize(
    "source",
    [
        SOURCE.replace("size = 3", "size = 4"),
        SOURCE.replace("width = size", "width = 3"),
        SOURCE.replace("from torch import nn", "import torch.nn as nn"),
        "# ---\n" + SOURCE,
        SOURCE.replace("CNN", "CMM"),
    ],
)
def test_what_the_worker_is_given_decides(source: str) -> None:
    assert key(source) != key()


@pytest.mark.parametrize(
    "source",
    [SOURCE.replace("print(1)", "print(2)"), SOURCE + "# ---\nimport math\n", SOURCE + "# ---\n%matplotlib inline\n"],
)
def test_what_no_graded_name_needs_does_not(source: str) -> None:
    assert key(source) == key()


def test_inputs_follow_from_the_code_wherever_it_stands() -> None:
    assert part("# ---\n" + SOURCE).drawn_from == part().drawn_from
    assert part(SOURCE.replace("size = 3", "size = 4")).drawn_from != part().drawn_from


@pytest.mark.parametrize("settings", [Settings(level=Level.BUBBLEWRAP), Settings(gpus=("A",)), IMDB])
def test_settings_decide(settings: Settings) -> None:
    assert key(settings=settings) != key()
    assert keys.submission_key(ADA, settings) != keys.submission_key(ADA, Settings())


@pytest.mark.parametrize("gpus", [("A", "B"), ("B",)])
def test_models_of_gpus_decide(gpus: tuple[str, ...]) -> None:
    assert key(settings=Settings(gpus=gpus)) != key(settings=Settings(gpus=("A",)))


def test_the_number_of_gpus_does_not_decide() -> None:
    assert key(settings=Settings(gpus=("A", "A"))) == key(settings=Settings(gpus=("A",)))


@pytest.mark.parametrize("where", ["store", "fresh"])
def test_how_the_store_is_used_does_not(where: str, tmp_path: Path) -> None:
    settings = Settings(store=tmp_path) if where == "store" else Settings(fresh=True)
    assert key(settings=settings) == key()
    assert keys.submission_key(ADA, settings) == keys.submission_key(ADA, Settings())


@pytest.mark.parametrize(
    "changed",
    [
        dataclasses.replace(ADA, files=(SubmittedFile("2_cnn.ipynb", b"{} "),)),
        dataclasses.replace(ADA, files=(SubmittedFile("3_cnn.ipynb", b"{}"),)),
        dataclasses.replace(ADA, problems=("a file could not be read",)),
    ],
)
def test_what_was_handed_in_decides(changed: Submission) -> None:
    assert keys.submission_key(changed, Settings()) != keys.submission_key(ADA, Settings())


def test_who_handed_it_in_does_not() -> None:
    grace = dataclasses.replace(ADA, student="grace")
    assert keys.submission_key(grace, Settings()) == keys.submission_key(ADA, Settings())


def lower_f1(found: Thresholds) -> Thresholds:
    """Another bound."""
    cnn = dataclasses.replace(found.networks["cnn"], f1_at_least=0.1)
    return dataclasses.replace(found, networks={**found.networks, "cnn": cnn})


def longer(found: Thresholds) -> Thresholds:
    """Another budget."""
    cnn = dataclasses.replace(found.networks["cnn"], epochs=99)
    return dataclasses.replace(found, networks={**found.networks, "cnn": cnn})


def looser(found: Thresholds) -> Thresholds:
    """Another bound on the delta."""
    return dataclasses.replace(found, delta=DeltaBound(0.9))


@pytest.mark.parametrize(("change", "trains_again"), [(lower_f1, False), (looser, False), (longer, True)])
def test_a_bound_decides_about_results_and_not_about_training(
    change: Callable[[Thresholds], Thresholds], trains_again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, trained = key(), key(bounds=False)
    record = keys.submission_key(ADA, Settings())
    monkeypatch.setattr(keys, "load_thresholds", lambda data: change(load_thresholds(data)))
    assert key() != before
    assert (key(bounds=False) != trained) == trains_again
    assert keys.submission_key(ADA, Settings()) != record


def test_points_decide_about_the_record_and_not_about_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    before, record = key(), keys.submission_key(ADA, Settings())
    kit = load_contract()

    def dearer(name: str) -> Contract:
        checks = tuple(dataclasses.replace(entry, points=entry.points + 1) for entry in kit.rubric.checks)
        return dataclasses.replace(kit, rubric=dataclasses.replace(kit.rubric, checks=checks))

    monkeypatch.setattr(keys, "load_contract", dearer)
    assert key() == before
    assert keys.submission_key(ADA, Settings()) != record


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what grades, which a test may change; the digest is of the copy."""
    root = Path(autograder.__path__[0]).parent
    for name in ("autograder", "textlab", "datasets"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "own"))
    for package in (autograder, textlab):
        monkeypatch.setattr(package, "__path__", [str(tmp_path / package.__name__)])
    monkeypatch.setattr(keys, "hidden_folder", lambda: tmp_path / "autograder" / "hidden")
    monkeypatch.setenv("TEXTLAB_DATASETS", str(tmp_path / "datasets"))
    return tmp_path


def machinery() -> str:
    """The digest of the machinery as it is now."""
    return keys.machinery.__wrapped__("mini", None)


@pytest.mark.parametrize(
    ("path", "decides"),
    [
        ("autograder/graders/test_cnn.py", True),
        ("autograder/judge/remote.py", True),
        ("autograder/worker/session.py", True),
        ("autograder/graders/pytest.ini", True),
        ("autograder/something_new.py", True),
        ("textlab/training.py", True),
        ("autograder/hidden/key", True),
        ("autograder/hidden/mini/test.csv", True),
        ("datasets/mini/train.csv", True),
        ("datasets/vectors/mini.50d.txt", True),
        ("autograder/reports/class_page.py", False),
        ("autograder/exports/canvas.py", False),
        ("autograder/command_line.py", False),
    ],
)
def test_sources_and_data_decide_except_those_that_only_read_results(kit: Path, path: str, decides: bool) -> None:
    before = machinery()
    assert machinery() == before
    with (kit / path).open("a", encoding="utf-8") as file:
        file.write("\n# more\n")
    assert (machinery() != before) == decides


def test_an_installed_package_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = machinery()
    (tmp_path / "torch-9.9.dist-info").mkdir()
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(tmp_path)])
    monkeypatch.syspath_prepend(str(tmp_path))
    assert machinery() != before


@pytest.mark.parametrize("folder", [False, True])
def test_reviews_of_another_data_set_decide(tmp_path: Path, folder: bool) -> None:
    file = tmp_path / "archive"
    file.write_bytes(b"one")
    source = tmp_path if folder else file
    before = keys.machinery.__wrapped__("imdb", source)
    file.write_bytes(b"two")
    assert keys.machinery.__wrapped__("imdb", source) != before
