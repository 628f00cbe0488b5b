"""What thousands of tests need and a box makes only once: tables, a person, compiled templates.

Each is the product's own work, done once and kept, or told to be light by a parameter of its own.
Tests of that work itself (migrations, the price of a PIN) do it anew: tests/upkeep,
tests/point/test_point_storage.py, tests/desk_keys.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from appliance.keys.pin import Strength
from appliance.store.card.database import Database

LIGHT_PIN = Strength(passes=1, memory_kib=32, lanes=1)  # a box's own run costs 60 ms


def lay_tables(database: Database) -> None:
    """As ``migrate`` leaves a new file: the same bytes, without its hundred statements."""
    database.path.parent.mkdir(parents=True, exist_ok=True)
    database.path.write_bytes(_new_file())


@cache
def _new_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "point.db")
        database.migrate()
        database.close()
        return database.path.read_bytes()


class _Kept(BytecodeCache):
    """Templates compiled by one page are not compiled again by the next one of this process.

    Jinja looks by the template's name and a digest of its text, so that a changed one is read anew.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self._kept.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


def keep_templates() -> None:
    """From now on, for every page that is made in this process."""
    Flask.jinja_options = Flask.jinja_options | {"bytecode_cache": _Kept()}
