"""Judges one submission: talks to workers, runs the graders under pytest, makes the record."""
