"""`tramhoso ward init`: from an empty folder to what a box needs to know."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from web.ward.database import migrate, open_database, writing
from web.ward.devices import DeviceExists, add_device
from web.ward.home import make_home
from web.ward.officers import Role, add_officer, officer_names
from web.ward.settings import WardSettings

FIRST_DEVICE = "hop-1"
FIRST_OFFICER = "canbo"
# No letters that look alike: the password is copied from a screen or a slip of paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


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


def new_password() -> str:
    """Twelve letters and digits in threes: 59 bits."""
    letters = [secrets.choice(LETTERS) for _ in range(12)]
    return "-".join("".join(letters[i : i + 3]) for i in range(0, 12, 3))
