"""The HTML templates: they escape whatever students wrote, and are compiled once."""

from __future__ import annotations

import functools
from pathlib import Path

import jinja2

FOLDER = Path(__file__).parent


@functools.cache
def template(name: str) -> jinja2.Template:
    """The template of that file name in this folder."""
    return _environment().get_template(name)


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
