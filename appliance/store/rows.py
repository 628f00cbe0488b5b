"""Small readings of what the database answered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Insert


def insert_numbered(connection: Connection, statement: Insert) -> int:
    """Run an INSERT into a table with an integer key; returns the new row's number."""
    key: Any = connection.execute(statement).inserted_primary_key
    return int(key[0])
