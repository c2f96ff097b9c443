"""From a notebook's bytes to the statements that its classes and functions need; nothing is executed."""

from autograder.definitions.cells import Cell, read_cells
from autograder.definitions.slicing import Definitions, Piece, slice_definitions
from autograder.definitions.statements import Statement

__all__ = ["Cell", "Definitions", "Piece", "Statement", "read_cells", "slice_definitions"]
