"""Rings this process's bell for what other processes of the ward did; PostgreSQL carries it.

SQLite wards have one process, whose bell is rung where the event is made.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from sqlalchemy import Connection, Engine, text

from web.ward.running.bell import Bell

log = logging.getLogger(__name__)

CHANNEL = "ward_event"
LOOK_EVERY_S = 1.0  # whether to stop
RETRY_AFTER_S = 2.0


def tell_others(conn: Connection) -> None:
    """Ring every process's bell once this transaction is committed, and not before."""
    if conn.dialect.name == "postgresql":
        conn.execute(text(f"NOTIFY {CHANNEL}"))


class Hearing(threading.Thread):
    """Listens until told to stop; a lost connection is made again.

    Nothing depends on it but the wait: who waits at the bell looks by himself now and then.
    """

    def __init__(self, engine: Engine, bell: Bell) -> None:
        super().__init__(name="hearing", daemon=True)
        self._engine, self._bell = engine, bell
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                self._listen()
            except Exception as error:  # whatever it was: the database went away
                # its class only: the text may tell where the database is, and who asked
                log.warning("events of other processes are not heard: %s", type(error).__name__)
                self._ended.wait(RETRY_AFTER_S)

    def end(self) -> None:
        """Listen no longer; returns when the connection is closed."""
        self._ended.set()
        self.join(RETRY_AFTER_S + LOOK_EVERY_S)

    def _listen(self) -> None:
        at_once = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with at_once.connect() as conn:
            conn.detach()  # it listens: nobody else may get it from the pool
            conn.execute(text(f"LISTEN {CHANNEL}"))
            self._bell.ring()  # for what was said while nobody listened
            raw: Any = conn.connection.dbapi_connection
            while not self._ended.is_set():
                for _ in raw.notifies(timeout=LOOK_EVERY_S, stop_after=1):
                    self._bell.ring()
