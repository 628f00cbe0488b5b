"""The brake on guessing for a ward of several processes: one count, in the database.

A row for each pass, none for a refusal, so a key holds as many rows as it may pass. Keys are
kept as keyed digests: an address is nobody's business an hour later, and not in a backup.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, delete, func, insert, select, text

from web.ward.tables import brake_pass

LONGEST_WINDOW = timedelta(hours=1)


class SharedLimiter:
    """At most *count* passes per key in any *window_s*, over all processes. See ``Limiter``."""

    def __init__(self, engine: Engine, secret: str, name: str, count: int, window_s: float) -> None:
        if (window := timedelta(seconds=window_s)) > LONGEST_WINDOW:
            raise ValueError("rows are swept after an hour")
        self._engine, self._secret, self._name = engine, secret.encode(), name
        self._count, self._window = count, window

    def rest_s(self, key: str) -> int:
        """Count one pass for *key*; 0 when it may pass, else how many seconds to rest."""
        digest, now = self._digest(key), datetime.now(UTC)
        with self._engine.begin() as conn:
            _alone(conn, digest)
            count, oldest = conn.execute(
                select(func.count(), func.min(brake_pass.c.at)).where(
                    brake_pass.c.key == digest, brake_pass.c.at > now - self._window
                )
            ).one()
            if count >= self._count:
                return int((oldest + self._window - now).total_seconds()) + 1
            conn.execute(insert(brake_pass).values(key=digest, at=now))
        return 0

    def forget(self, key: str) -> None:
        """Whoever it was may."""
        with self._engine.begin() as conn:
            conn.execute(delete(brake_pass).where(brake_pass.c.key == self._digest(key)))

    def _digest(self, key: str) -> str:
        return hmac.new(self._secret, f"{self._name}:{key}".encode(), "sha256").hexdigest()


def sweep_passes(engine: Engine, now: datetime) -> None:
    """Forget what no window reaches any more."""
    with engine.begin() as conn:
        conn.execute(delete(brake_pass).where(brake_pass.c.at < now - LONGEST_WINDOW))


def _alone(conn: Connection, digest: str) -> None:
    """Two passes of one key are counted one after the other; other keys do not wait."""
    conn.execute(text("SET LOCAL synchronous_commit = off"))  # a lost count is no loss
    conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _signed(digest)})


def _signed(digest: str) -> int:
    return int.from_bytes(bytes.fromhex(digest[:16]), signed=True)
