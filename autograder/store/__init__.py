"""Keeps what was found out about submissions, under keys that say what it follows from (docs/store.md)."""
