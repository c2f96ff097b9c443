"""Submissions that try to steal marks, look around, break out or stop the class. `make attacks` grades them all."""
