"""`tramhoso ward init`: from an empty folder to what a box needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from web.ward.boxes.devices import DeviceExists, add_device
from web.ward.database import migrate, open_database, writing
from web.ward.home import make_home
from web.ward.office.officers import Role, add_officer, new_password, officer_names
from web.ward.settings import WardSettings

FIRST_DEVICE = "hop-1"
FIRST_OFFICER = "canbo"


@dataclass(frozen=True, slots=True)
class WardMade:
    """What a box, and the first officer, need. Secrets are None when they were told before."""

    recipient: str
    verify_key: str
    token: str | None
    officer: str
    password: str | None


def init_ward(settings: WardSettings) -> WardMade:
    """Make what is missing. Run again, it makes nothing new and tells no secret twice."""
    home = make_home(settings.home)
    engine = open_database(settings.database_url)
    try:
        migrate(engine)
        with writing(engine) as conn:
            try:
                token = add_device(conn, FIRST_DEVICE, datetime.now(UTC))
            except DeviceExists:
                token = None
            password = None
            if not officer_names(conn):
                password = new_password()
                add_officer(conn, FIRST_OFFICER, password, Role.HEAD)
    finally:
        engine.dispose()
    return WardMade(home.recipient, home.verify_key, token, FIRST_OFFICER, password)
