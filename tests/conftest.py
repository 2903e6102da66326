from __future__ import annotations

import os

import pytest

# Conversations of tests never reach a file; servers started by tests have one of their own.
os.environ["VIGIE_CONVERSATIONS_URL"] = "sqlite://"

from tests.driver import Vigie


@pytest.fixture(scope="session")
def vigie() -> Vigie:
    """The trained assistant, loaded once."""
    return Vigie()
