"""Contracts: which names of which notebook play which role. Data, not code; docs/contracts.md explains them."""

from autograder.contracts.contract import Contract, Role, load_contract
from autograder.contracts.lines import ContractError

__all__ = ["Contract", "ContractError", "Role", "load_contract"]
