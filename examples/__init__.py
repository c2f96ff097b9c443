"""A small class to try the grader on, and the program that makes it."""
