"""What reads strangers' bytes, fed with bytes that nobody meant: `python -m tests.fuzz` and test_targets.py."""
