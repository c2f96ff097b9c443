"""The five systems that the kit stands in for, one program each, measured against the figures reported for them.

`python -m benchmarks.systems` lists the programs; docs/systems.md shows what they reached.
"""
