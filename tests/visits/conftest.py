"""The page at the point, with Lan signed in."""

from tests.station_page.conftest import (
    address,
    app,
    browser,
    clock,
    lan,
    migrated,
    point,
    stranger,
    tray,
    window,
)

__all__ = [
    "address",
    "app",
    "browser",
    "clock",
    "lan",
    "migrated",
    "point",
    "stranger",
    "tray",
    "window",
]
