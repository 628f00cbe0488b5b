"""Everything a request needs, made once per process."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import current_app
from sqlalchemy import Engine

from web.ward.bell import Bell
from web.ward.database import open_database
from web.ward.home import WardHome, open_home
from web.ward.limiter import Limiter
from web.ward.settings import WardSettings
from web.ward.uploads import Uploads

KEY = "tramhoso.ward"


@dataclass(frozen=True, slots=True)
class WardService:
    """The ward behind one Flask app."""

    settings: WardSettings
    home: WardHome
    engine: Engine
    uploads: Uploads
    bell: Bell
    look_ups: Limiter
    guesses: Limiter = field(default_factory=lambda: Limiter(30, 3600.0))  # per receipt code
    # Per address: a brake on work done for strangers; what they guess at is out of reach anyway.
    strange_tokens: Limiter = field(default_factory=lambda: Limiter(120, 60.0))
    strange_officers: Limiter = field(default_factory=lambda: Limiter(30, 600.0))  # whatever name

    def now(self) -> datetime:
        """The ward's time; boxes have no battery clock, so theirs is never asked."""
        return datetime.now(UTC)


def open_service(settings: WardSettings) -> WardService:
    """Open the home and its database; the tables must be up to date."""
    home = open_home(settings.home)
    engine = open_database(settings.database_url)
    return WardService(
        settings,
        home,
        engine,
        Uploads(engine, home.uploads, settings),
        Bell(seats=max(1, settings.threads // 2)),
        Limiter(settings.look_ups_per_minute, 60.0),
    )


def the_ward() -> WardService:
    """The ward of the current request."""
    service: WardService = current_app.extensions[KEY]
    return service
