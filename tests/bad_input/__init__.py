"""Submissions that are honest and badly handed in: each gets its mark, or a problem that names file and remedy."""
