"""How quick is the ward's page of figures after a year of twenty boxes?

.venv/bin/python -m benchmarks.ward_figures [--rounds 40]

Each box has told twelve months, half of them of two places; the boxes stand in two communes, each
with the office's own number typed in. Each page is then asked for in turn by an officer.
"""

from __future__ import annotations

import random
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Connection

from appliance.core.point.figures import Channel, Figures, Month
from appliance.core.point.figures_told import Commune, HeardMonthTold, MonthTold
from appliance.core.point.served import place_key
from appliance.core.point.visits import Face, HowDone, Purpose
from benchmarks.figures import Measured, ask, row
from benchmarks.machine import counts, report
from web.ward import figures
from web.ward.app import create_app
from web.ward.boxes.devices import add_device, device_of_token
from web.ward.database import open_database, writing
from web.ward.init import init_ward
from web.ward.settings import WardSettings

BOXES, MONTHS = 20, tuple(f"2026-{month:02}" for month in range(1, 13))
COMMUNES = (
    Commune(code="22615", name="Xã Bắc Khánh Vĩnh"),
    Commune(code="20242", name="Phường Hải Châu"),
)
PROCEDURES = ("khai-sinh", "trich-luc", "ket-hon", "khai-tu", "thuong-tru", "tam-tru")
NOW = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
PAGES = {
    "a month, all communes": "/office/figures?period=2026-11",
    "the year, all communes": "/office/figures?period=2026",
    "the year, one commune": "/office/figures?period=2026&commune=22615",
    "CSV of the year": "/office/figures/2026.csv",
    "XLSX of the year": "/office/figures/2026.xlsx",
}


def main() -> None:
    """Live a year, ask, print."""
    rounds = counts(__doc__, rounds=40).rounds
    with tempfile.TemporaryDirectory(prefix="bench-ward-figures-") as name:
        settings = WardSettings(Path(name) / "home")
        made = init_ward(settings)
        lived(settings)
        client = signed_in(create_app(settings).test_client(), made.officer, made.password or "")
        found = {what: Measured() for what in PAGES}
        for _ in range(rounds):
            for what, path in PAGES.items():
                ask(client, path, found[what])
        report([row(what, one, rounds) for what, one in found.items()], ("sqlalchemy", "flask"))


def lived(settings: WardSettings) -> list[int]:
    """The boxes' numbers, after a year."""
    engine, chance = open_database(settings.database_url), random.Random(7)
    with writing(engine) as conn:
        boxes = [_box(conn, number, chance) for number in range(1, BOXES + 1)]
        for month in MONTHS[:11]:
            for commune in COMMUNES:
                typed = chance.randint(3_000, 6_000)
                figures.note_total(conn, commune.code, month, typed, "canbo", NOW)
    engine.dispose()
    return boxes


def _box(conn: Connection, number: int, chance: random.Random) -> int:
    box = device_of_token(conn, add_device(conn, f"Điểm số {number}", NOW))
    assert box is not None
    for month in MONTHS:
        places = [f"Nhà văn hóa thôn {number}"] + ["Chợ huyện"] * (number % 2)
        for place in places:
            counted = Month.of(place_key(place) or "x", place, month, _counts(chance))
            told = MonthTold(revision=1, figures=counted, commune=COMMUNES[number % 2])
            heard = HeardMonthTold.model_validate(told.model_dump(mode="json", exclude_none=True))
            figures.take(conn, box, heard, "0" * 64, NOW)
    return box


def _counts(chance: random.Random) -> Figures:
    return Figures(
        visits={purpose: chance.randint(1, 400) for purpose in Purpose},
        helped={way: chance.randint(1, 90) for way in HowDone},
        faces={face: chance.randint(1, 60) for face in Face},
        dossiers={
            name: {channel: chance.randint(0, 20) for channel in Channel} for name in PROCEDURES
        },
        minutes={minute: chance.randint(1, 9) for minute in range(5, 45)},
        asked=chance.randint(0, 9),
        supplements=chance.randint(0, 9),
    )


def signed_in(client: FlaskClient, name: str, password: str) -> FlaskClient:
    """The first officer."""
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    fields = {"csrf_token": token[1], "name": name, "password": password}
    assert client.post("/sign-in", data=fields).status_code == 302
    return client


if __name__ == "__main__":
    main()
