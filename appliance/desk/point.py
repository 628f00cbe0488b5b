"""What everything at the desk stands on, opened once a process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from appliance.config import Config
from appliance.core.errors import ConfigWrong
from appliance.core.forms.places import Places
from appliance.keys import age
from appliance.procedures.catalogue import Catalogue
from appliance.procedures.units import units
from appliance.published.keeping import Shelf
from appliance.published.sent_down import SentDown
from appliance.store.card.database import Database
from appliance.store.card.diary import Diary
from appliance.store.card.page_files import PageFiles
from appliance.store.card.vault import Vault

Clock = Callable[[], datetime]
Uptime = Callable[[], float]

# systemd-timesyncd leaves this mark once a time server answered since the last start.
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")


def utc_now() -> datetime:
    """The machine's clock, aware."""
    return datetime.now(UTC)


def uptime_s() -> float:
    """Seconds since this machine was started, sleep included; no time server moves them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True)
class Point:
    """This support point: its configuration, its store, its procedures, its clock."""

    config: Config
    database: Database
    pages: PageFiles
    vault: Vault
    clock: Clock
    uptime: Uptime = uptime_s  # seconds, the same in every service of one boot

    @cached_property
    def procedures(self) -> Catalogue:
        """What this point offers, by id; read at first need, seconds on a small board."""
        return Catalogue(self.config.procedures.folder, self._procedures_sent_down)

    @cached_property
    def shelf(self) -> Shelf:
        """What the ward sent down, on the card."""
        return Shelf(self.config.paths.state / "published")

    @cached_property
    def sent_down(self) -> SentDown:
        """The same, read: guides, notices, words and settings of the ward that stand now."""
        return SentDown(self.shelf)

    @property
    def settings(self) -> Config:
        """The configuration with what the ward has set over it; look each time."""
        return self.sent_down.now.settings.over(self.config)

    def _procedures_sent_down(self) -> Path | None:
        return self.sent_down.now.procedures

    @property
    def places(self) -> Places:
        """Provinces and communes; read at first need."""
        return units()

    @property
    def zone(self) -> ZoneInfo:
        """Where "today" is."""
        return ZoneInfo(self.config.point.time_zone)

    def today(self) -> date:
        """The day on the wall calendar here."""
        return self.clock().astimezone(self.zone).date()

    @property
    def spool(self) -> Path:
        """Where scanned sides lie for a moment, in memory, before they are encrypted."""
        return self.config.paths.runtime / "spool"

    @property
    def diary(self) -> Diary:
        """What happened since the last good copy of the database."""
        return Diary(self.config.paths.state / "diary")

    def sealed_files(self, submission_id: str) -> PageFiles:
        """The ciphertexts of one submission."""
        return PageFiles(self.config.paths.state / "outbox" / submission_id)


def open_point(config: Config, clock: Clock = utc_now, uptime: Uptime = uptime_s) -> Point:
    """Open everything; no table is touched yet, so this also works before the first migration.

    Raises:
        ConfigWrong: a ward key in the configuration is not a key.
    """
    state, runtime = config.paths.state, config.paths.runtime
    for recipient in config.ward.recipients:
        if not age.is_recipient(recipient):
            raise ConfigWrong(f"ward.recipient: {recipient[:12]}… is not an age1… public key")
    for folder in (state, runtime):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Point(
        config=config,
        database=Database(state / "point.db"),
        pages=PageFiles(state / "pages"),
        vault=Vault(state, runtime),
        clock=clock,
        uptime=uptime,
    )


def clock_is_trusted() -> bool:
    """Whether a time server set this clock since the last start (a Pi has no battery clock)."""
    return _SYNCHRONISED.exists()
