"""How many submissions an hour: our grader, stock nbgrader and otter-grader on one class, and the floor below all."""
