"""What a ward's service is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class WardSettings:
    """Where the ward keeps its things, and how much it takes in."""

    home: Path  # made by `tramhoso ward init`
    database: str | None = None  # an SQLAlchemy URL; None: SQLite inside *home*
    max_file_bytes: int = 64 * MIB  # one sealed file; also one PATCH, which is held in memory
    max_manifest_bytes: int = MIB // 2
    max_open_uploads: int = 400  # per device, so that one broken box cannot fill the table
    disk_reserve_bytes: int = 256 * MIB  # below this, new bytes are asked to come later
    upload_life: timedelta = timedelta(days=14)  # an upload nobody committed is then swept
    lock_wait_s: float = 5.0  # for another request of the same upload, then 423
    threads: int = 8
    time_zone: str = "Asia/Ho_Chi_Minh"  # of what officers read; stored times are UTC
    secure_cookies: bool = False  # True behind TLS, where it should always stand
    min_version: str | None = None  # boxes of an older release say so on their first page
    target_percent: int = 50  # how much of the ward's dossiers should come through its points
    look_ups_per_minute: int = 20  # public /track questions from one address

    @property
    def serves_alone(self) -> bool:
        """Whether only one process at a time may serve this ward."""
        return self.database_url.startswith("sqlite")

    @property
    def database_url(self) -> str:
        """The URL SQLAlchemy understands; plain ``postgresql://`` means psycopg 3."""
        if self.database is None:
            return f"sqlite:///{self.home / 'ward.sqlite'}"
        scheme, colon, rest = self.database.partition(":")
        if scheme in {"postgres", "postgresql"}:
            scheme = "postgresql+psycopg"
        return f"{scheme}{colon}{rest}"
