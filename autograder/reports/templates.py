"""The HTML templates: they escape whatever students wrote, and are compiled once."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

FOLDER = Path(__file__).parent
CODE = re.compile(r"`([^`\n]+)`")


@functools.cache
def template(name: str) -> jinja2.Template:
    """The template of that file name in this folder."""
    return _environment().get_template(name)


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["code"] = with_code
    return environment


def with_code(text: str) -> Markup:
    """The text escaped, and what stands between backticks as code: `<unk>` is a name, and no tag."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))
