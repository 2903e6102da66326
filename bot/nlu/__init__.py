"""Rasa graph components: thin adapters around logic and spaCy."""
