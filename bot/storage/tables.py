"""The tables: the directory of contacts, and the conversations under way."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, MetaData, String, Table, Text

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_name)s"},
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Integer, primary_key=True),  # the order of the delivered tables
    Column("department_code", String(8), nullable=False, index=True),
    Column("department_name", String(100), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("services", Text, nullable=False),  # several values in one cell are separated by "|", as delivered
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("phones", Text, nullable=False),
    Column("doubtful_phones", Text, nullable=False),
    Column("emails", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("address_displayable", Boolean, nullable=False),
    Column("hours", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_date", Text, nullable=False),
    Column("confidence", String(10), nullable=False),
    Column("note", Text, nullable=False),
    Column("verified_on", Date),
    Column("verified_by", Text, nullable=False),
    Column("file", String(200), nullable=False, server_default=""),  # empty: loaded before this column existed
)

loaded_files = Table(
    "loaded_files",
    metadata,
    Column("file", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False),  # SHA-256 of the file
    Column("rows", Integer, nullable=False),
    Column("loaded_at", DateTime, nullable=False),  # UTC
)

# The directory before the last load, for `python -m bot directory rollback`.
former_contacts = contacts.to_metadata(metadata, name="former_contacts")
former_contacts.indexes.clear()
former_files = loaded_files.to_metadata(metadata, name="former_files")

conversations = Table(
    "conversations",
    metadata,
    Column("key", String(64), primary_key=True),  # fingerprint of the sender id
    Column("state", Text, nullable=False),  # what bot/engine/live_tracker.py keeps, never the user's words
    Column("expires_at", Float, nullable=False, index=True),  # seconds since the epoch
)

statistics = Table(
    "statistics",
    metadata,
    Column("day", Date, primary_key=True),  # in Paris
    Column("traffic", String(16), primary_key=True),  # reel, formation, essai
    Column("measure", String(32), primary_key=True),  # bot/logic/statistics.py
    Column("value", String(100), primary_key=True),  # a key of our data, a département's code; empty: no detail
    Column("count", Integer, nullable=False),
)
