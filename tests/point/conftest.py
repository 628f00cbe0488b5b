"""A point in a temporary folder: real SQLite, real keys, a clock that moves only when told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from appliance.config import (
    Config,
    PathsSection,
    PointSection,
    ScannerSection,
    TextSection,
    WardSection,
)
from appliance.core.paper.scan import ColorMode, ScannedPage
from appliance.desk.dossier import dossiers
from appliance.desk.pages import scanning
from appliance.desk.point import Point, open_point
from appliance.keys import age, signing
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.quickly import LIGHT_PIN, lay_tables

__all__ = ["clock", "config", "dossier_id", "helper", "point", "ward_keys"]

PIN = "482915"


class TellingClock:
    """Stands still until somebody says how far it moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **much: float) -> None:
        self.now += timedelta(**much)


class WardKeys:
    """What a ward keeps to itself."""

    def __init__(self) -> None:
        self.identity = age.new_identity()
        self.recipient = age.recipient_of(self.identity)
        self.signing_key = signing.new_signing_key()
        self.verify_key = signing.verify_key_of(self.signing_key)


@pytest.fixture
def clock() -> TellingClock:
    return TellingClock()


@pytest.fixture
def ward_keys() -> WardKeys:
    return WardKeys()


@pytest.fixture
def config(tmp_path: Path, ward_keys: WardKeys) -> Config:
    return point_config(tmp_path, ward_keys, ScannerSection())


def point_config(
    folder: Path, ward_keys: WardKeys, scanner: ScannerSection | None = None
) -> Config:
    """A point below *folder* that seals to *ward_keys*."""
    return Config(
        point=PointSection(code="KV-0007", name="Điểm hỗ trợ Mẫu"),
        paths=PathsSection(state=folder / "state", runtime=folder / "run"),
        scanner=scanner or ScannerSection(),
        ward=WardSection(
            url="http://127.0.0.1:9/intake/v1",
            recipient=ward_keys.recipient,
            verify_key=ward_keys.verify_key,
        ),
        text=TextSection(layer="off"),  # its own tests switch it on
    )


@pytest.fixture
def point(config: Config, clock: TellingClock) -> Iterator[Point]:
    opened = open_point(config, clock)
    lay_tables(opened.database)
    yield opened
    opened.database.close()


@pytest.fixture
def helper(point: Point) -> Volunteer:
    with point.database.writing() as connection:
        return add_volunteer(
            connection, "Tình nguyện viên", PIN, Role.VOLUNTEER, point.clock(), LIGHT_PIN
        )


@pytest.fixture
def dossier_id(point: Point, helper: Volunteer) -> str:
    return dossiers.open_dossier(point, "khai-sinh", helper.id)


def jpeg(width_px: int = 620, height_px: int = 877, shade: int = 250) -> bytes:
    """A small page with a black bar, so that it is no blank sheet."""
    image = Image.new("RGB", (width_px, height_px), (shade, shade, shade))
    image.paste((20, 20, 20), (60, 60, width_px - 60, 90))
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def lay_page(spool: Path, number: int = 1, content: bytes | None = None) -> ScannedPage:
    """A side as the scan child hands it over."""
    spool.mkdir(parents=True, exist_ok=True)
    path = spool / f"{number:03d}.jpg"
    path.write_bytes(content or jpeg())
    return ScannedPage(number, path, 620, 877, 75, ColorMode.COLOR)


def scan_into(point: Point, dossier_id: str, slot_key: str, count: int = 1) -> list[str]:
    """One whole batch without a scanner: press, pages, end. Returns the page ids."""
    dossiers.choose_slot(point, dossier_id, slot_key)
    request = scanning.press(point, scanning.AskedBy.PANEL)
    scanning.start_request(point, request)
    place = scanning.scan_requests.OnDesk(dossier_id, slot_key)
    spool = point.spool / str(request)
    ids = [
        scanning.save_page(point, request, place, lay_page(spool, number))
        for number in range(1, count + 1)
    ]
    scanning.end_request(point, request, None)
    return ids


def in_threads(count: int, step: object) -> None:
    """Run *step(i)* in *count* threads at once and wait for all."""
    threads = [threading.Thread(target=step, args=(i,)) for i in range(count)]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
