"""The decisions: pure functions and frozen dataclasses, standard library only."""
