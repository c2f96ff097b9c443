"""F-strings as Python 3.12 and newer read them, where older ones stop at a quote, a backslash or a line end."""

from __future__ import annotations

import ast
import re

_STRING = re.compile(r"#[^\n]*|(?<!\w)(?P<prefix>[A-Za-z]{0,2})(?P<quote>\"\"\"|'''|\"|')")
_SIMPLE = {
    quote: re.compile(
        rf"(?:[^\\]|\\.)*?{quote}" if len(quote) == 3 else rf"(?:[^\\\n{quote}]|\\.)*{quote}", re.DOTALL
    )
    for quote in ('"""', "'''", '"', "'")
}


MAX_DEPTH = 4
"""F-strings inside the fields of others; each level is read twice."""


class _NoString(ValueError):
    """The text is no f-string, in any Python."""


def without_f_strings(text: str, depth: int = 0) -> str:
    """The text with an empty string in place of each f-string; unchanged when one of them is none in any Python."""
    parts, at = [], 0
    try:
        while found := _STRING.search(text, at):
            end = found.end()
            if found["quote"]:
                end = _end_of_string(text, found, depth)
            is_f = bool(found["quote"]) and "f" in found["prefix"].lower()
            parts.append(text[at : found.start()] + ('""' if is_f else text[found.start() : end]))
            at = end
    except (_NoString, RecursionError):
        return text
    return "".join([*parts, text[at:]])


def _end_of_string(text: str, found: re.Match[str], depth: int) -> int:
    """The place behind a string that begins with a prefix and a quote."""
    prefix, quote = found["prefix"].lower(), found["quote"]
    if "f" in prefix:
        return _end_of_literal(text, found.end(), quote, depth, raw="r" in prefix)
    simple = _SIMPLE[quote].match(text, found.end())
    if simple is None:
        raise _NoString
    return simple.end()


def _end_of_literal(text: str, at: int, quote: str, depth: int, *, raw: bool) -> int:
    """The place behind the f-string whose text begins at `at`; with the quote "}" that of a format."""
    while at < len(text):
        if text.startswith(quote, at):
            return at + len(quote)
        escaped = text[at] == "\\" and not raw
        if escaped or (text.startswith("{{", at) and quote != "}"):
            at += 2
        elif text[at] == "{":
            at = _end_of_field(text, at + 1, depth + 1)
        elif text[at] == "\n" and len(quote) == 1:
            break
        else:
            at += 1
    raise _NoString


def _end_of_field(text: str, begin: int, depth: int) -> int:
    """The place behind the "}" of a replacement field; what stands in it has to be an expression."""
    if depth > MAX_DEPTH:
        raise _NoString
    at, brackets = begin, 0
    while at < len(text):
        sign = text[at]
        if string := _STRING.match(text, at):
            at = _end_of_string(text, string, depth) if string["quote"] else string.end()
            continue
        if not brackets and (sign in "}:" or (sign == "!" and text[at + 1 : at + 2] != "=")):
            inside = without_f_strings(text[begin:at], depth).strip().rstrip("=")
            try:
                # In brackets lines may end anywhere; nothing at all would be a tuple.
                ast.parse(f"({inside}\n)" if inside else "", mode="eval")
            except (SyntaxError, ValueError, MemoryError):
                raise _NoString from None
            conversion = re.compile(r"!\s*[rsa]\s*").match(text, at)
            at = conversion.end() if conversion else at
            if text[at : at + 1] == ":":
                return _end_of_literal(text, at + 1, "}", depth, raw=True)
            if text[at : at + 1] != "}":
                raise _NoString
            return at + 1
        brackets += (sign in "([{") - (sign in ")]}")
        at += 1
    raise _NoString
