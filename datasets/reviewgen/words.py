"""Small rules of English spelling: article, plural, base form of a verb."""

from __future__ import annotations

import re

_ARTICLE = re.compile(r"\b([Aa])\(n\) (\w+)")
_SILENT_H = ("hour", "heir", "honest", "honour")
_SOUNDS_LIKE_YOU = {"ukulele", "unique", "uniform", "useful", "used", "european", "unicorn", "one"}
_IRREGULAR = {
    "knife": "knives", "scarf": "scarves", "mouse": "mice", "goose": "geese", "wolf": "wolves",
    "moose": "moose", "bison": "bison", "salmon": "salmon", "reindeer": "reindeer", "squid": "squid",
    "pony": "ponies", "axe": "axes",
}  # fmt: skip


def set_articles(text: str) -> str:
    """Turn each "a(n)" into "a" or "an", as the next word sounds."""

    def article(match: re.Match[str]) -> str:
        word = match[2].lower()
        vowel = word[0] in "aeiouéà" and word not in _SOUNDS_LIKE_YOU
        return f"{match[1]}{'n' if vowel or word.startswith(_SILENT_H) else ''} {match[2]}"

    return _ARTICLE.sub(article, text)


def plural(noun: str) -> str:
    """The plural of a noun or of a noun phrase's last word."""
    head, _, last = noun.rpartition(" ")
    if last in _IRREGULAR:
        last = _IRREGULAR[last]
    elif re.search(r"[^aeiou]y$", last):
        last = last[:-1] + "ies"
    elif re.search(r"(s|x|z|ch|sh)$", last):
        last += "es"
    else:
        last += "s"
    return f"{head} {last}".strip()


def base_form(verb: str) -> str:
    """The base form of a verb in the third person; words after it are kept ("buries" -> "bury")."""
    first, _, rest = verb.partition(" ")
    if first.endswith("ies"):
        first = first[:-3] + "y"
    elif re.search(r"(sses|shes|ches)$", first):
        first = first[:-2]
    else:
        first = first.removesuffix("s")
    return f"{first} {rest}".strip()


def capitalised(sentence: str) -> str:
    """The sentence with a capital first letter."""
    return sentence[:1].upper() + sentence[1:]
