"""Is the page alive? Asked by the service itself, told nothing else."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from web.station.here import point

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def look() -> ResponseReturnValue:
    """200 when the store can be read."""
    with point().database.reading() as connection:
        connection.exec_driver_sql("SELECT 1 FROM dossier LIMIT 1")
    return "ok\n", {"Content-Type": "text/plain"}
