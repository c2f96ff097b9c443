"""Programs that measure; their figures go into docs/."""
