"""From a notebook's bytes to the statements that its classes and functions need, and running just these."""

from textlab.definitions.cells import Cell, read_cells
from textlab.definitions.names import defined_names, names_made_by
from textlab.definitions.slicing import Definitions, Piece, slice_definitions
from textlab.definitions.statements import Statement

__all__ = [
    "Cell",
    "Definitions",
    "Piece",
    "Statement",
    "defined_names",
    "names_made_by",
    "read_cells",
    "slice_definitions",
]
