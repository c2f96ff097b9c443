"""Contracts: which names of which notebook play which role. Data, not code; docs/contracts.md explains them."""

from autograder.contracts.contract import KIT, load_contract
from autograder.contracts.lines import ContractError
from autograder.contracts.role import Contract, Role

__all__ = ["KIT", "Contract", "ContractError", "Role", "load_contract"]
