"""`tramhoso ward serve`: one process on SQLite, as many as one likes on PostgreSQL."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from web.serving import serve
from web.ward.app import create_app
from web.ward.database import migrate, open_database
from web.ward.home import open_home, serving
from web.ward.running.hearing import Hearing
from web.ward.running.shared_limiter import sweep_passes
from web.ward.service import KEY, WardService
from web.ward.settings import WardSettings
from web.ward.vault import drop_strays

log = logging.getLogger(__name__)

SWEEP_EVERY_S = 3600.0
SETTLED_AFTER = timedelta(hours=1)  # no commit takes so long


def run(
    settings: WardSettings,
    listen: str = "127.0.0.1:8090",
    *,
    on_ready: Callable[[str], None] = lambda address: None,
    on_turn: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM or SIGINT; see ``web.serving.serve``.

    Raises:
        HomeInUse: another process serves this home, and one of the two is on SQLite.
    """
    home = open_home(settings.home)
    with serving(home, alone=settings.serves_alone):
        migrate(open_database(settings.database_url))
        app = create_app(settings)
        service: WardService = app.extensions[KEY]
        hearing = None if settings.serves_alone else Hearing(service.engine, service.bell)
        next_sweep = 0.0

        def turn() -> None:
            nonlocal next_sweep
            on_turn()
            if time.monotonic() >= next_sweep:
                next_sweep = time.monotonic() + SWEEP_EVERY_S
                _sweep(service)

        if settings.serves_alone:  # nobody is in the middle of a commit
            drop_strays(service.home.sealed)
        if hearing:
            hearing.start()
        try:
            serve(
                app,
                listen,
                threads=settings.threads,
                max_body_bytes=settings.max_file_bytes + 1024,
                on_ready=on_ready,
                on_turn=turn,
                on_stop=service.bell.close,
            )
        finally:
            if hearing:
                hearing.end()
            service.engine.dispose()


def _sweep(service: WardService) -> None:
    """Housekeeping; a full disk or a busy database ends it for this hour, never the service."""
    try:
        now = service.now()
        service.uploads.sweep(now)
        drop_strays(service.home.sealed, now - SETTLED_AFTER)
        if not service.settings.serves_alone:
            sweep_passes(service.engine, now)
    except Exception:
        log.exception("expired uploads stay for another hour")
