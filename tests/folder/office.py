"""The ward's side of a stick."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from appliance.core.wire.manifest import SupplementItem, WardState
from web.ward.boxes.by_hand import Brought, Importing
from web.ward.boxes.devices import add_device
from web.ward.database import open_database, reading, writing
from web.ward.home import open_home
from web.ward.init import WardMade
from web.ward.office.answers import Touch, ask_for_supplement
from web.ward.office.reader import open_dossier
from web.ward.settings import WardSettings
from web.ward.tables import dossier, revision, upload


class Office:
    """A ward that may or may not be served at the moment."""

    def __init__(self, home: Path, made: WardMade, database: str | None = None) -> None:
        self.settings = WardSettings(home, database, disk_reserve_bytes=0)
        self.made = made
        self.engine = open_database(self.settings.database_url)

    def take_in(self, place: Path) -> list[Brought]:
        importing = Importing(self.engine, open_home(self.settings.home), self.settings)
        return list(importing.take_in(place))

    def add_box(self, name: str) -> str:
        """Its token."""
        with writing(self.engine) as conn:
            return add_device(conn, name, datetime.now(UTC))

    def ask_for_more(self, dossier_id: str) -> None:
        """An officer asks for a paper again."""
        touch = Touch(dossier_id, WardState.RECEIVED, "canbo", datetime.now(UTC))
        item = SupplementItem(what="paper", ref="giay_chung_sinh", problem="unreadable")
        ask_for_supplement(self.engine, touch, None, (item,))

    def count(self) -> tuple[int, int, int]:
        """Dossiers, revisions, and uploads that nobody committed."""
        with reading(self.engine) as conn:
            of = [
                conn.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (dossier, revision, upload)
            ]
        return of[0], of[1], of[2]

    def papers(self, dossier_id: str, number: int = 1) -> dict[str, bytes]:
        """As an officer would read them."""
        opened = open_dossier(
            self.settings.home, dossier_id, database=self.settings.database, number=number
        )
        return opened.by_slot

    def close(self) -> None:
        self.engine.dispose()
