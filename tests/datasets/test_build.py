from __future__ import annotations

from pathlib import Path

import pytest

import build

ROOT = Path(__file__).parents[2]


def files(folder: Path, pattern: str) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob(pattern)}


def test_the_committed_corpus_is_what_the_program_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "HERE", tmp_path)
    build.build_corpus()
    assert len(files(tmp_path / "mini", "*.csv")) == 3
    assert files(tmp_path / "mini", "*.csv") == files(ROOT / "datasets" / "mini", "*.csv")


def test_the_committed_hidden_sets_are_what_their_key_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = ROOT / "autograder" / "hidden"
    (tmp_path / "key").write_bytes((hidden / "key").read_bytes())
    (tmp_path / "families.json").write_bytes((hidden / "families.json").read_bytes())
    monkeypatch.setattr(build, "HIDDEN", tmp_path)
    build.build_hidden()
    assert len(files(tmp_path / "mini", "*.csv")) == 3
    assert files(tmp_path / "mini", "*.csv") == files(hidden / "mini", "*.csv")


@pytest.mark.slow
def test_the_committed_vectors_are_what_the_program_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "HERE", tmp_path)
    build.build_vectors()
    assert files(tmp_path / "vectors", "*.txt") == files(ROOT / "datasets" / "vectors", "*.txt")
