"""README's badges: none without an address, working ones with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.release import SOLUTIONS, ReleaseError
from autograder.release.badges import BEGIN, END, NOWHERE, fresh_readme, hosted_part

NAMES = ["1_rnn", "2_cnn"]


def project(folder: Path, address: str) -> Path:
    """A pyproject.toml with that address."""
    path = folder / "pyproject.toml"
    path.write_text(f'[tool.textlab]\nnotebooks-address = "{address}"\n', encoding="utf-8")
    return path


def test_without_an_address_it_says_what_to_do(tmp_path: Path) -> None:
    assert hosted_part(NAMES, project(tmp_path, "")) == NOWHERE


@pytest.mark.parametrize("address", ["tree/main/assignment", "blob/main/assignment", "tree/main/assignment/"])
def test_each_notebook_has_a_badge_for_each_service(address: str, tmp_path: Path) -> None:
    part = hosted_part(NAMES, project(tmp_path, f"https://github.com/ann/course-1/{address}"))
    for name in NAMES:
        place = f"ann/course-1/blob/main/assignment/{name}.ipynb)"
        assert f"](https://colab.research.google.com/github/{place}" in part
        assert f"](https://kaggle.com/kernels/welcome?src=https://github.com/{place}" in part
    assert len(part.splitlines()) == 2 + len(NAMES)


@pytest.mark.parametrize("address", ["ann/course", "https://example.org/x/y/tree/main", "https://github.com/ann/c"])
def test_another_address_is_refused_and_a_right_one_shown(address: str, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"such as https://github.com/OWNER/REPOSITORY/tree/main/assignment"):
        hosted_part(NAMES, project(tmp_path, address))


def test_what_stands_around_the_marks_stays(tmp_path: Path) -> None:
    made = fresh_readme(f"# A\n{BEGIN}old\n{END}## B\n", NAMES, project(tmp_path, ""))
    assert made == f"# A\n{BEGIN}{NOWHERE}{END}## B\n"
    with pytest.raises(ReleaseError, match="lost a mark"):
        fresh_readme(f"# A\n{BEGIN}old\n", NAMES, project(tmp_path, ""))


def test_the_readme_is_fresh() -> None:
    text = (SOLUTIONS.parent / "README.md").read_text(encoding="utf-8")
    assert fresh_readme(text, sorted(path.stem for path in SOLUTIONS.glob("*.py"))) == text
