"""The address of a database as it may be shown."""

from __future__ import annotations

from sqlalchemy.engine import make_url

_SHOWN = ("host", "port")  # the rest of a query may hold a password, or the name of its file


def shown(url: str) -> str:
    """`url` without its password; raises ArgumentError when it is no address."""
    address = make_url(url)
    query = {name: value for name, value in address.query.items() if name in _SHOWN}
    return str(address.set(query=query).render_as_string(hide_password=True))
