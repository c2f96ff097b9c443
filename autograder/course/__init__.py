"""nbgrader as the course's home: a course folder, grading in it through the judge, and its gradebook."""
