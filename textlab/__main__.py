"""Lets `python -m textlab` do what the command `textlab` does, where nothing is installed."""

from textlab.command_line import app

app(prog_name="textlab")
