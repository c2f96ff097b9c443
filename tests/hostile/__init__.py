"""A worker of our own that answers every verb with hostile values, and the graders that have to stand it."""
