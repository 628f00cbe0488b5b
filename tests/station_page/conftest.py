"""A real point in a temporary folder, its page, and a stand-in for the station's main loop."""

from __future__ import annotations

import io
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import waitress
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from werkzeug.test import TestResponse

from appliance.config import Config, PathsSection, PointSection, WardSection, WebSection
from appliance.core.dossiers.submission import Submission
from appliance.core.paper.findings import Warn
from appliance.core.paper.scan import ColorMode, ScannedPage
from appliance.core.paper.two_sizes import joined
from appliance.core.point.hours_section import HoursSection
from appliance.core.wire.manifest import Receipt
from appliance.desk.dossier import dossiers
from appliance.desk.pages import scanning
from appliance.desk.point import Point, open_point
from appliance.imaging.child.small import small_of
from appliance.keys import age
from appliance.store.card.database import Database
from appliance.store.dossier import pages, scan_requests
from appliance.store.dossier.dossiers import row_of
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.quickly import LIGHT_PIN, lay_tables
from tests.station_page.chromium import Window, open_window
from web.station.app import IDLE_LIMIT, create_app
from web.station.form.topics import topic_with
from web.station.here import EXTENSION

__all__ = [
    "address", "app", "browser", "clock", "dossier", "hours", "lan", "migrated", "point",
    "stranger", "tray", "window",
]  # fmt: skip

PIN = "246810"


@dataclass
class Clock:
    """Moves only when told."""

    now: datetime = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
    uptime_s: float = 1000.0

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.uptime_s

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)
        self.uptime_s += timedelta(**span).total_seconds()


@dataclass
class Tray:
    """Does to a dossier what the station does when the button is pressed."""

    point: Point
    scanned: list[str] = field(default_factory=list)
    papers: list[Path] = field(default_factory=list)  # JPEGs; plain drawings when empty
    dpi: int = 100  # of those
    preview_px: int = 420  # quicker to draw than the thousand of a real one

    def press(self, pages: int = 1, error_code: str | None = None) -> int:
        """One batch from the press to its end."""
        return self.feed(scanning.press(self.point, scanning.AskedBy.PANEL), pages, error_code)

    def take(self, pages: int = 1, error_code: str | None = None) -> int:
        """Serve the request that somebody asked for on the screen."""
        with self.point.database.reading() as connection:
            row = scan_requests.open_request(connection)
        assert row is not None, "nobody asked for a scan"
        return self.feed(row.id, pages, error_code)

    def feed(self, request_id: int, pages: int, error_code: str | None) -> int:
        scanning.start_request(self.point, request_id)
        with self.point.database.reading() as connection:
            row = scan_requests.open_request(connection)
        assert row is not None
        slot = scan_requests.OnDesk(row.dossier_id, row.slot_key)
        for number in range(1, pages + 1):
            side = self._side(number)
            self.scanned.append(scanning.save_page(self.point, request_id, slot, side))
        scanning.end_request(self.point, request_id, error_code)
        return request_id

    def clean(self) -> None:
        """Draw the picture that the screen shows, as the station does between two presses."""
        with self.point.database.reading() as connection:
            waiting = [(p, row_of(connection, p.dossier_id)) for p in pages.uncleaned(connection)]
        for page, dossier in waiting:
            image = Image.open(io.BytesIO(scanning.page_image(
                self.point, page.dossier_id, page.id, scanning.PageImage.MASTER
            )))  # fmt: skip
            image.thumbnail((self.preview_px, self.preview_px))
            large = io.BytesIO()
            image.save(large, "JPEG", quality=70)
            pictures = joined(large.getvalue(), small_of(large.getvalue()))
            name = self.point.pages.save(self.point.vault.seal(pictures, dossier.desk_key))
            with self.point.database.writing() as connection:
                pages.set_cleaned(connection, page.id, preview=name, cleaned_edits=page.edits)

    def find(self, page_id: str, *warnings: Warn, **columns: Any) -> None:
        """Note on a page what cleaning may find there."""
        found = {"warnings": pages.warnings_text(warnings)} | columns
        with self.point.database.writing() as connection:
            assert pages.set_cleaned(connection, page_id, **found)

    def _side(self, number: int) -> ScannedPage:
        self.point.spool.mkdir(parents=True, exist_ok=True)
        path = self.point.spool / f"side-{len(self.scanned) + 1}.jpg"
        count = len(self.scanned)
        lying = self.papers[count % len(self.papers)].read_bytes() if self.papers else None
        jpeg = lying or paper(count + 1)
        path.write_bytes(jpeg)
        width, height = Image.open(io.BytesIO(jpeg)).size
        return ScannedPage(number, path, width, height, self.dpi, ColorMode.COLOR)


def paper(number: int) -> bytes:
    """A sheet that can be told from the next one and has an upper end."""
    image = Image.new("RGB", (827, 1169), (253, 252, 248))
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 60, 767, 150), fill=(196, 205, 208))
    draw.text((80, 90), f"SYNTHETIC {number}", fill=(20, 20, 20), font_size=44)
    for row in range(14):
        draw.line((80, 240 + row * 55, 740 - (row * 37) % 260, 240 + row * 55), (90, 95, 100), 5)
    draw.ellipse((520, 960, 700, 1120), outline=(178, 30, 40), width=7)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


class Browser:
    """Flask's test client with a person's habits: it reads the form before it sends it."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = ""

    def get(self, path: str, **rest: Any) -> TestResponse:
        answer = self.client.get(path, **rest)
        self._read_token(answer)
        return answer

    def post(self, path: str, **fields: str | list[str]) -> TestResponse:
        answer = self.client.post(path, data={"csrf_token": self.token, **fields})
        self._read_token(answer)
        return answer

    def send(self, path: str, **fields: str) -> TestResponse:
        """As the page's own script does."""
        data = {"csrf_token": self.token, **fields}
        return self.client.post(path, data=data, headers={"X-Live": "1"})

    def sign_in(self, name: str = "Lan", pin: str = PIN) -> TestResponse:
        self.get("/sign-in")
        answer = self.post("/sign-in", name=name, pin=pin)
        self.get("/")
        return answer

    def open_dossier(self) -> str:
        """Returns the path of the new dossier's page."""
        self.get("/dossiers/new")
        answer = self.post("/dossiers", procedure="khai-sinh")
        assert answer.status_code == 303
        self.get(answer.location)
        return str(answer.location)

    def _read_token(self, answer: TestResponse) -> None:
        if answer.mimetype == "text/html" and (
            found := re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
        ):
            self.token = found[1]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and no rows, made once."""
    path = tmp_path_factory.mktemp("migrated") / "point.db"
    lay_tables(Database(path))
    return path


@pytest.fixture
def hours() -> HoursSection:
    """When people may come; a folder whose tests ask for that has its own."""
    return HoursSection()


@pytest.fixture
def point(tmp_path: Path, clock: Clock, migrated: Path, hours: HoursSection) -> Iterator[Point]:
    config = Config(
        hours=hours,
        point=PointSection(name="Nhà văn hóa thôn Đông"),
        paths=PathsSection(state=tmp_path / "state", runtime=tmp_path / "runtime"),
        web=WebSection(listen="127.0.0.1:0", allowed_hosts=("hop.test",)),
        ward=WardSection(recipient=age.recipient_of(age.new_identity())),
    )
    point = open_point(config, clock)
    shutil.copy(migrated, point.database.path)
    yield point
    point.database.close()


@pytest.fixture
def lan(point: Point) -> Volunteer:
    with point.database.writing() as connection:
        return add_volunteer(connection, "Lan", PIN, Role.VOLUNTEER, point.clock(), LIGHT_PIN)


@pytest.fixture
def tray(point: Point) -> Tray:
    return Tray(point)


@pytest.fixture
def app(point: Point, clock: Clock, lan: Volunteer) -> Iterator[Flask]:
    # the locked screen has tests of its own; here time passes without a PIN in between
    app = create_app(point, monotonic=clock.monotonic, lock_after=IDLE_LIMIT)
    yield app
    app.extensions[EXTENSION].freshness.close()


@pytest.fixture
def stranger(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def browser(app: Flask) -> Browser:
    browser = Browser(app.test_client())
    assert browser.sign_in().status_code == 303
    return browser


@pytest.fixture
def dossier(browser: Browser) -> str:
    """The path of an open dossier's page."""
    return browser.open_dossier()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The page served on loopback as the web service does it."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.fixture
def window(address: str, lan: Volunteer) -> Iterator[Window]:
    """Lan's window at the desk; whatever it asked for came from the box, and nothing complained."""
    with open_window(address) as window:
        window.sign_in("Lan", PIN)
        yield window
        assert window.hosts() == {address.removeprefix("http://")}, "a request left the box"
        assert not window.complaints


def receipt_for(sent: Submission, moment: datetime) -> Receipt:
    """What the uploader stores after it has verified the ward's signature."""
    return Receipt(
        dossier_id=sent.dossier_id,
        code="TNHS-2026-0042",
        received_at=moment,
        manifest_sha256=sent.manifest_sha256,
        due_at=moment + timedelta(hours=7),
        signature="not looked at here",
    )


def id_of(path: str) -> str:
    return path.rsplit("/", 1)[-1].partition("#")[0]


def topic_page(point: Point, path: str, key: str) -> str:
    """The address of the page that asks for *key*."""
    return f"{path}/topics/{topic_with(view_of(point, path).procedure, key).number}"


def view_of(point: Point, path: str) -> dossiers.DossierView:
    return dossiers.look_at(point, id_of(path))
