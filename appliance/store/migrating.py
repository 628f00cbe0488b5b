"""Schema changes, step by step. The only file that knows Alembic; only upkeep loads it."""

from __future__ import annotations

import warnings
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run every migration the file has not seen, inside the caller's transaction.

    *to* an older revision makes a file as the release of that day left it.
    """
    config = _config()
    config.attributes["connection"] = connection
    with warnings.catch_warnings():
        # an index over an expression of a table that is only looked at, not made anew
        warnings.filterwarnings("ignore", message="Skipped unsupported reflection")
        command.upgrade(config, to)


def newest() -> str | None:
    """The revision after all migrations of this release."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
