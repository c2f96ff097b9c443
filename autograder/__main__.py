"""python -m autograder."""

from autograder.start import main

main()
