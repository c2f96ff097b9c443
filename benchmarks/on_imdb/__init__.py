"""Training and measuring the solutions on the Large Movie Review Dataset; benchmarks/imdb.py is the command line."""
