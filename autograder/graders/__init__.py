"""The checks that give marks. Each is a pytest test; its docstring is the title that students read."""
