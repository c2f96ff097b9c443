from __future__ import annotations

import random
from pathlib import Path

import pytest
from reviewgen import Lexicon


def write(folder: Path, text: str) -> Path:
    (folder / "words.txt").write_text(text, encoding="utf-8")
    return folder


def test_the_lexicon_holds_words_of_both_senses_and_none_has_two() -> None:
    sections = Lexicon.load().sections
    praise = {w for n, s in sections.items() if n.startswith("good.") for w in s.ordinary + s.reserved}
    blame = {w for n, s in sections.items() if n.startswith("bad.") for w in s.ordinary + s.reserved}
    assert len(praise) > 250
    assert len(blame) > 250
    assert not praise & blame


def test_no_reserved_word_is_ordinary_in_another_section() -> None:
    sections = Lexicon.load().sections.values()
    ordinary = {word for section in sections for word in section.ordinary}
    reserved = {word for section in sections for word in section.reserved}
    assert not ordinary & reserved


def test_a_reserved_word_is_picked_only_when_asked_for() -> None:
    section = Lexicon.load()["animals"]
    rng = random.Random(1)
    assert section.reserved
    assert all(section.pick(rng, 0.0) in section.ordinary for _ in range(2000))
    assert all(section.pick(rng, 1.0) in section.reserved for _ in range(200))


def test_underscores_stand_for_spaces_and_comments_are_left_out(tmp_path: Path) -> None:
    lexicon = Lexicon.load(write(tmp_path, "# no word\n[things]\nmusic_box lamp\n"))
    assert lexicon["things"].ordinary == ("music box", "lamp")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[a]\nlamp key\nlamp\n", r"words.txt, line 3: 'lamp' is twice in \[a\]"),
        ("[a]\nlamp\n[a]\nkey\n", r"line 3: section \[a\] exists already"),
        ("lamp\n[a]\n", r"line 1: 'lamp' stands before the first"),
    ],
)
def test_a_faulty_list_is_refused_with_file_line_and_word(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Lexicon.load(write(tmp_path, text))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no word lists"):
        Lexicon.load(tmp_path)


def test_an_unknown_section_is_named() -> None:
    with pytest.raises(KeyError, match="no section"):
        Lexicon.load()["submarines of glass"]
