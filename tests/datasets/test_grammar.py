from __future__ import annotations

import random

import pytest
from reviewgen import Families, Lexicon
from reviewgen.grammar import Domains, Writer

DOMAINS = Domains.load()
LEXICON = Lexicon.load()
SENSES = LEXICON.polarity_words()


def writer(label: int, seed: int = 0, domain: str = "film") -> Writer:
    return Writer(random.Random(seed), LEXICON, DOMAINS.domains[domain], label, 0.2)


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("slot", ["+", "+any", "+mild", "+strong"])
def test_plus_takes_the_sense_of_the_label_and_minus_the_opposite(label: int, slot: str) -> None:
    wanted = 1 if label else -1
    for seed in range(50):
        same = writer(label, seed).sentence(f"x {{{slot}}}").removeprefix("X ")
        opposite = writer(label, seed).sentence(f"x {{{slot.replace('+', '-')}}}").removeprefix("X ")
        assert SENSES[same] == wanted
        assert SENSES[opposite] == -wanted


def test_good_and_bad_do_not_follow_the_label() -> None:
    for seed in range(50):
        assert SENSES[writer(0, seed).sentence("x {good}").removeprefix("X ")] == 1
        assert SENSES[writer(1, seed).sentence("x {bad}").removeprefix("X ")] == -1


def test_verbs_agree_with_the_aspect_before_them() -> None:
    for seed in range(200):
        for domain, facts in DOMAINS.domains.items():
            sentence = writer(1, seed, domain).sentence("{aspect}/{is}")
            aspect, verb = sentence.removeprefix("The ").split("/")
            plural = any(f"{aspect}*" in aspects for aspects in facts["aspects"].values())
            forms = {"is": ("is", "are"), "was": ("was", "were")}[facts["tense"]]
            assert verb == forms[plural]


def test_one_review_names_no_aspect_and_no_adjective_twice() -> None:
    for seed in range(50):
        words = writer(1, seed).sentence("{aspect}|{+}|{aspect}|{+}|{aspect}|{+}").lower().split("|")
        assert len(set(words)) == len(words)


def test_every_template_fills_in_every_domain_and_leaves_no_slot() -> None:
    families = [family for kind in Families.load().kinds.values() for family in kind]
    for domain in DOMAINS.domains:
        for label in (0, 1):
            judging = [template for family in families for template in family.templates(label)]
            for template in judging + DOMAINS.neutral_sentences(domain):
                text = writer(label, 1, domain).sentence(template)
                assert not set("{}_*") & set(text), template
                assert "(n)" not in text, template
                assert "  " not in text, template
                assert text[0].isupper(), template
                assert text[-1] in ".!?", template


def test_an_unknown_slot_is_refused() -> None:
    with pytest.raises(KeyError, match="no section"):
        writer(1).sentence("The {wibble}.")
