"""What an attack is: a submission, and what has to come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.record import Outcome

RAN = "the attack ran"
"""An attack prints or raises this, so that one which never ran is not taken for one that was repelled."""
STOLEN = "STOLEN"
"""An attack prints or raises this with what it got hold of; no report may hold it."""
MARK = "textlab_attack"
"""Stands in the name of everything that an attack leaves behind: files, sockets, segments."""

PORT = 47113
"""A TCP port of this machine that listens while the attacks are graded; so does a unix socket of the name MARK."""

HEAD = f"""\
import ctypes, gc, os, signal, socket, sys, threading, time
import torch
from torch import nn

RAN, STOLEN, MARK, PORT = {RAN!r}, {STOLEN!r}, {MARK!r}, {PORT}

def tell(*found):
    for thing in found:
        print(STOLEN, thing)
"""

AT_LOAD = """
class CNN(nn.Module):
    attack()
    print(RAN)

    def __init__(self, *arguments, **keywords):
        raise ValueError("there is no network here")
"""

IN_BUILD = """
class CNN(nn.Module):
    def __init__(self, *arguments, **keywords):
        super().__init__()
        attack()
        raise ValueError(RAN)
"""


@dataclass(frozen=True)
class Attack:
    """One attack."""

    name: str
    """Also the name of the student."""
    tries: str
    """What it tries, in the words of the table."""
    code: str = ""
    """Source of the notebook; HEAD goes before it."""
    shows: Mapping[str, Outcome] = field(default_factory=lambda: {"cnn-builds": "failed"})
    """Outcomes that some checks have to show."""
    earns: frozenset[str] = frozenset()
    """Checks that may pass, because the submission does what they ask for."""
    ran: bool = True
    """Whether RAN has to stand in the report; not where the worker dies before it can say so."""
    notebook: str = "2_cnn"
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Files below the student's folder in place of `code`."""
    student: str = ""
    """Name of the student's folder where it is part of the attack."""
    packed: bytes = b""
    """A zip that is handed in in place of a folder."""

    @property
    def submitted(self) -> Mapping[str, bytes]:
        """The files below the student's folder."""
        return self.files or {f"text_classification/{self.notebook}.py": (HEAD + self.code).encode()}


def at_load(name: str, tries: str, code: str, **fields: object) -> Attack:
    """An attack whose function `attack` is called while the submission is loaded."""
    return Attack(name, tries, code + AT_LOAD, **fields)  # type: ignore[arg-type]


def in_build(name: str, tries: str, code: str, **fields: object) -> Attack:
    """An attack whose function `attack` is called when the judge builds the network."""
    return Attack(name, tries, code + IN_BUILD, **fields)  # type: ignore[arg-type]
