from __future__ import annotations

import re
from pathlib import Path

import pytest
from reviewgen import Families
from reviewgen.families import PUBLIC_FAMILIES

HIDDEN = Path(__file__).parents[2] / "autograder" / "hidden" / "families.json"


def templates(path: Path) -> set[str]:
    families = [family for kind in Families.load(path).kinds.values() for family in kind]
    return {template for family in families for template in family.positive + family.negative}


def test_hidden_families_share_no_name_and_no_template_with_public_ones() -> None:
    public, hidden = Families.load(), Families.load(HIDDEN)
    names = [{family.name for kind in f.kinds.values() for family in kind} for f in (public, hidden)]
    assert not names[0] & names[1]
    assert not templates(PUBLIC_FAMILIES) & templates(HIDDEN)


def test_no_fixed_phrase_stands_on_both_sides() -> None:
    for path in (PUBLIC_FAMILIES, HIDDEN):
        for kind in Families.load(path).kinds.values():
            for family in kind:
                both = set(family.positive) & set(family.negative)
                # A template on both sides needs an adjective that says which side it is on.
                assert all(re.search(r"\{(very )?[+-]", template) for template in both), family.name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"idiom": {"x": {"positive": ["Good."]}}}', "family 'x' needs templates for both senses"),
        ('{"proverb": {}}', "unknown kind 'proverb'"),
        ('{"idiom": {"x": {"middling": ["So so."]}}}', "unknown sides"),
        ("{", "not valid JSON"),
    ],
)
def test_a_faulty_file_is_refused_with_its_name(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "families.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message) as caught:
        Families.load(path)
    assert "families.json" in str(caught.value)
