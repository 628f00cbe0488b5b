"""Pictures of what comes out of a printer, and of the page that asks for it, to be looked at.

With TRAMHOSO_PICTURES set, pictures are kept in that folder (docs/pages is made so).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import expect

from appliance.core.printing import Media
from appliance.desk.point import Point
from appliance.papers.prints.leaflet import print_leaflet
from appliance.papers.prints.receipt_slip import WardReceipt, print_receipt_slip, reminders_of
from appliance.papers.prints.wall_notice import print_wall_notice
from appliance.pretend.printer import PretendPrinters
from appliance.procedures.reader import read_procedure
from tests.printing.sample_prints import (
    AT,
    FILES,
    LEAFLET,
    POINT,
    RECEIPT,
    URL,
    printed,
    procedure,
)
from tests.screenshots import keep_picture
from tests.station_page.chromium import open_window
from tests.station_page.conftest import *
from tests.station_page.conftest import PIN, Browser
from tests.station_page.test_station_page_prints import equipped, filled, serve  # noqa: F401

DPI = 60
BETWEEN = 24
RECEIVED = replace(
    RECEIPT,
    receipt=WardReceipt("BN-2026-0001", AT, date(2026, 11, 25), "H56.12.34-261122-0007"),
    reminders=reminders_of(procedure("khai_sinh"), AT, date(2026, 11, 3)),
    volunteer_name="Nguyễn Thị Mẫu",
)
EVERYTHING = replace(
    LEAFLET,
    procedures=tuple(read_procedure(path).title for path in FILES),
    address="Nhà văn hóa thôn Suối Mẫu, cạnh trường mầm non",
    hours=("Thứ Hai: 08:00–11:00, 14:00–16:30", "Thứ Tư: 18:00–20:30"),
    url="https://tram.local/guides",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(os.environ.get("TRAMHOSO_PICTURES", tmp_path))


def pages_of(pdf: bytes, drawn: Path) -> list[Image.Image]:
    """Each page with a thin edge, as it lies on a desk."""
    drawn.mkdir()
    command = ["pdftoppm", "-r", str(DPI), "-png", "-", str(drawn / "page")]
    subprocess.run(command, input=pdf, check=True, timeout=60)
    return [
        ImageOps.expand(Image.open(path).convert("RGB"), 1, (170, 165, 155))
        for path in sorted(drawn.iterdir())
    ]


def beside_each_other(pictures: list[Image.Image]) -> Image.Image:
    width = sum(one.width + BETWEEN for one in pictures) + BETWEEN
    height = max(one.height for one in pictures) + 2 * BETWEEN
    desk = Image.new("RGB", (width, height), (226, 220, 207))
    at = BETWEEN
    for one in pictures:
        desk.paste(one, (at, BETWEEN))
        at += one.width + BETWEEN
    return desk.quantize(64)


def test_the_sheets_are_drawn(folder: Path, tmp_path: Path) -> None:
    sheets = {
        "value-sheet": [printed("value_sheet", Media.A4)],
        "slips": [
            print_receipt_slip(RECEIVED, Media.ROLL),
            printed("consent_slip", Media.ROLL),
            print_leaflet(EVERYTHING, Media.ROLL),
            printed("number_slip", Media.ROLL),
        ],
        "dossier": [
            print_receipt_slip(RECEIVED),
            printed("consent_slip", Media.A4),
            printed("signing_sheet", Media.A4),
        ],
        "leaflet": [print_leaflet(EVERYTHING)],
        "accounts": [
            printed("step_guide", Media.A4),
            printed("step_guide", Media.ROLL),
            printed("scam_card", Media.A4),
        ],
        "notices": [
            print_wall_notice(procedure(name), point_name=POINT, made_at=AT, url=URL)
            for name in ("khai_sinh", "ket_hon", "thuong_tru")
        ],
    }
    for name, pdfs in sheets.items():
        pages = [
            page
            for number, pdf in enumerate(pdfs)
            for page in pages_of(pdf, tmp_path / f"{name}-{number}")
        ]
        assert len(pages) == (2 if name == "value-sheet" else len(pdfs))
        beside_each_other(pages).save(folder / f"prints-{name}.png", optimize=True)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 360])
def test_the_page_that_prints_is_drawn_with_a_sheet_on_its_way(
    tmp_path: Path,
    point: Point,
    filled: str,
    equipped: Callable[..., Browser],
    serve: Callable[..., str],
    width: int,
) -> None:
    with PretendPrinters(tmp_path / "s", tmp_path / "out") as printers:
        printers.feel("sheets", "media-empty")
        browser = equipped(sheets="sheets", slips="slips", socket=str(printers.socket))
        address = serve(browser.client.application)
        with open_window(address, width=width) as window:
            window.sign_in("Lan", PIN)
            page = window.go(f"{filled}/prints")
            page.click("#print-value_sheet-a4")
            expect(page.get_by_text("Máy in đã hết giấy.")).to_be_visible()
            page.click("#print-receipt_slip-roll")
            expect(page.get_by_text("Đã in xong.")).to_be_visible()
            keep_picture(page, f"prints-page-{width}", whole=True)
            assert window.barriers() == []
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert len(printers.came_out("slips")) == 1
        assert not printers.came_out("sheets")
