"""Everything a request needs, made once per process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app
from sqlalchemy import Engine

from web.ward.boxes.upload_locks import UploadLocks
from web.ward.boxes.uploads import Uploads
from web.ward.database import open_database
from web.ward.home import WardHome, open_home
from web.ward.running.bell import Bell
from web.ward.running.limiter import Brake, Limiter
from web.ward.running.shared_limiter import SharedLimiter
from web.ward.settings import WardSettings

KEY = "tramhoso.ward"


@dataclass(frozen=True, slots=True)
class WardService:
    """The ward behind one Flask app."""

    settings: WardSettings
    home: WardHome
    engine: Engine
    uploads: Uploads
    bell: Bell
    look_ups: Brake  # per address
    guesses: Brake  # per receipt code
    # Per address: a brake on work done for strangers; what they guess at is out of reach anyway.
    strange_tokens: Brake
    strange_officers: Brake  # whatever name
    strange_codes: Brake  # of boxes that want to be one of ours

    def now(self) -> datetime:
        """The ward's time; boxes have no battery clock, so theirs is never asked."""
        return datetime.now(UTC)


def open_service(settings: WardSettings) -> WardService:
    """Open the home and its database; the tables must be up to date."""
    home = open_home(settings.home)
    engine = open_database(settings.database_url)

    def brake(name: str, count: int, window_s: float) -> Brake:
        if settings.serves_alone:
            return Limiter(count, window_s)
        return SharedLimiter(engine, home.session_key, name, count, window_s)

    return WardService(
        settings,
        home,
        engine,
        Uploads(engine, home.uploads, UploadLocks(home.locks), settings),
        Bell(seats=max(1, settings.threads // 2)),
        look_ups=brake("look-ups", settings.look_ups_per_minute, 60.0),
        guesses=brake("guesses", 30, 3600.0),
        strange_tokens=brake("strange-tokens", 120, 60.0),
        strange_officers=brake("strange-officers", 30, 600.0),
        strange_codes=brake("strange-codes", 10, 600.0),
    )


def the_ward() -> WardService:
    """The ward of the current request."""
    service: WardService = current_app.extensions[KEY]
    return service
