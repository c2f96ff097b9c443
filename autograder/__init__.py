"""The instructor's side: reads submissions, runs them in a sandbox, judges them, writes reports."""
