"""A notebook's DATA is the kit's setting where it is a word, and the student's own where it is not."""

from __future__ import annotations

import pytest

from textlab.definitions import Cell
from textlab.definitions.own_settings import SETTINGS, settings_of


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        'DATA = "imdb"  #@param ["mini", "imdb"]',
        'DATA: str = "imdb" if big else "mini"',
        "DATA = os.environ.get('DATA', 'mini')\nIMDB_PATH = Path.home() / 'aclImdb'",
        "IMDB_PATH = Path('x').expanduser()\nVECTORS_PATH = f'{folder}/glove.txt'",
        "def f():\n    DATA = {}",
        "DATA = os.environ['DATA'] or 'mini'",
    ],
)
def test_words_and_paths_are_settings(source: str) -> None:
    assert settings_of([Cell(1, source)]) == SETTINGS


@pytest.mark.parametrize(
    "source",
    [
        "DATA = {'a': 0}",
        "DATA = load_corpus('mini')",
        "DATA = 3",
        "DATA, other = 1, 2",
        "for DATA in range(2):\n    pass",
        "if True:\n    DATA = [0]",
        "with open('x') as DATA:\n    pass",
        "DATA = 'mini'\nDATA = load_corpus(DATA)",
    ],
)
def test_a_name_with_another_meaning_is_the_students_own(source: str) -> None:
    assert settings_of([Cell(1, source)]).keys() == SETTINGS.keys() - {"DATA"}
