"""`tramhoso ward serve`: one process per home."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from web.serving import serve
from web.ward.app import create_app
from web.ward.database import migrate, open_database
from web.ward.home import open_home, sole_service
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
        HomeInUse: another process serves this home.
    """
    home = open_home(settings.home)
    with sole_service(home):
        migrate(open_database(settings.database_url))
        app = create_app(settings)
        service: WardService = app.extensions[KEY]
        next_sweep = 0.0

        def turn() -> None:
            nonlocal next_sweep
            on_turn()
            if time.monotonic() >= next_sweep:
                next_sweep = time.monotonic() + SWEEP_EVERY_S
                _sweep(service)

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
            service.engine.dispose()


def _sweep(service: WardService) -> None:
    """Housekeeping; a full disk or a busy database ends it for this hour, never the service."""
    try:
        service.uploads.sweep(service.now())
        drop_strays(service.home.sealed, service.now() - SETTLED_AFTER)
    except Exception:
        log.exception("expired uploads stay for another hour")
