"""Vigie on Matrix: a process of its own, in `.venv-matrix`, that talks to Vigie over HTTP."""
