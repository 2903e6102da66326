"""Read data/ into dataclasses, and check it."""
