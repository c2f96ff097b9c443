from __future__ import annotations

import pytest
from reviewgen.words import base_form, plural, set_articles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a(n) old key", "an old key"),
        ("a(n) key", "a key"),
        ("A(n) honest baker", "An honest baker"),
        ("a(n) hourglass and a(n) ukulele", "an hourglass and a ukulele"),
        ("a(n) uninspired play", "an uninspired play"),
        ("a(n) éclair", "an éclair"),
    ],
)
def test_articles_follow_the_sound_of_the_next_word(text: str, expected: str) -> None:
    assert set_articles(text) == expected


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("lamp", "lamps"),
        ("box", "boxes"),
        ("watch", "watches"),
        ("lily", "lilies"),
        ("monkey", "monkeys"),
        ("knife", "knives"),
        ("rocking horse", "rocking horses"),
        ("goose", "geese"),
    ],
)
def test_plurals_are_spelt_right(noun: str, expected: str) -> None:
    assert plural(noun) == expected


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("finds", "find"),
        ("buries", "bury"),
        ("polishes", "polish"),
        ("loses", "lose"),
        ("guesses the price of", "guess the price of"),
    ],
)
def test_base_forms_are_spelt_right(verb: str, expected: str) -> None:
    assert base_form(verb) == expected
