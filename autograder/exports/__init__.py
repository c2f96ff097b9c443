"""Writes marks and feedback in the forms of course systems. Each module reads records and makes one form."""
