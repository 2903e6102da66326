from __future__ import annotations

import pytest

from tests.driver import Vigie


@pytest.fixture(scope="session")
def vigie() -> Vigie:
    """The trained assistant, loaded once."""
    return Vigie()
