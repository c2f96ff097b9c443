"""Which contract a notebook was written for: told by the arguments of its classes, without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.contracts import Contract, Role, load_contract
from autograder.contracts.contract import known_contracts, parameters
from autograder.judge.anywhere import NETWORK, choose_names
from textlab.definitions import Cell
from textlab.definitions.names import top_nodes

ENOUGH = 2
"""Classes that have to fit another contract: one alone may have lost an argument by mistake."""


@dataclass(frozen=True)
class Signature:
    """The arguments of a class."""

    names: frozenset[str]
    required: frozenset[str]
    """Those without a default."""
    takes_any: bool
    """Whether it has `**arguments`."""


def better_contract(cells: Sequence[Cell], asked: Contract) -> str:
    """The name of a contract whose classes the cells define when they define none as `asked` wants; else ""."""
    signatures = _signatures(cells)
    if not any(True for _ in _networks(asked, signatures)) or any(_fitting(asked, signatures)):
        return ""
    counts = {
        name: len(set(_fitting(load_contract(name), signatures))) for name in known_contracts() if name != asked.name
    }
    best = max(counts, key=lambda name: counts[name], default="")
    return best if best and counts[best] >= ENOUGH else ""


def _fitting(contract: Contract, signatures: Mapping[str, Signature | None]) -> Iterator[str]:
    """The classes of the contract that are there and take its arguments."""
    for role, name in _networks(contract, signatures):
        signature = signatures[name]
        if signature is not None and _fits(contract.roles[role], role, signature):
            yield name


def _networks(contract: Contract, signatures: Mapping[str, Signature | None]) -> Iterator[tuple[str, str]]:
    """The roles with a network that the cells define, and the name of the class."""
    for name, role in contract.roles.items():
        if NETWORK in role.names and (chosen := choose_names(role, NETWORK, list(signatures))):
            yield name, chosen


def _fits(role: Role, name: str, signature: Signature) -> bool:
    if signature.takes_any:
        return True
    asked = [*parameters(name)[NETWORK], *(argument for argument in role.arguments if argument in role.optional)]
    taken = {}
    for argument in asked:
        names = role.arguments.get(argument, (argument,))
        taken[argument] = next((own for own in names if own in signature.names), "")
    missing = [argument for argument, own in taken.items() if not own and argument not in role.optional]
    return not missing and signature.required <= {*taken.values(), *role.constants}


def _signatures(cells: Sequence[Cell]) -> dict[str, Signature | None]:
    """The classes in the order of their first place, and the arguments of the last one that has a constructor."""
    found: dict[str, Signature | None] = {}
    for node in top_nodes(cells):
        if isinstance(node, ast.ClassDef):
            found.setdefault(node.name, None)
            for function in node.body:
                if isinstance(function, ast.FunctionDef) and function.name == "__init__":
                    found[node.name] = _arguments(function.args)
    return found


def _arguments(arguments: ast.arguments) -> Signature:
    positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)][1:]
    required = positional[: len(positional) - len(arguments.defaults)] if arguments.defaults else positional
    keyword = [argument.arg for argument in arguments.kwonlyargs]
    required += [name for name, default in zip(keyword, arguments.kw_defaults, strict=True) if default is None]
    return Signature(frozenset([*positional, *keyword]), frozenset(required), arguments.kwarg is not None)
