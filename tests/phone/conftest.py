"""The point of the page's tests, and a phone beside the volunteer's browser."""

from __future__ import annotations

from tests.station_page.conftest import (
    address,
    app,
    browser,
    clock,
    dossier,
    lan,
    migrated,
    point,
    stranger,
    tray,
)

__all__ = [
    "address",
    "app",
    "browser",
    "clock",
    "dossier",
    "lan",
    "migrated",
    "point",
    "stranger",
    "tray",
]
