"""What lies in the feeder comes out clean, and who kills the child costs nobody a page."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from appliance.config import Config, ScannerSection
from appliance.core.dossiers.dossier import Page
from appliance.core.paper.findings import Kind
from appliance.core.paper.scan import PaperSource
from appliance.desk.dossier import dossiers
from appliance.imaging.geometry.osd_program import osd_is_here
from appliance.pretend.scanner import VirtualScanner
from tests import pages as drawn
from tests.station.conftest import RunningStation, WardKeys, point_config

SLOT = "giay_chung_sinh"
DPI = 150
UNSURE = 4227  # a sheet with so few letters that they alone do not tell which way is up


@pytest.fixture
def config(tmp_path: Path, ward_keys: WardKeys) -> Config:
    source = ScannerSection(
        source=PaperSource.FEEDER, resolution_dpi=DPI, line_deadline_s=8.0, page_deadline_s=12.0
    )
    return point_config(tmp_path, ward_keys, source)


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[VirtualScanner]:
    folder = tmp_path / "sheets"
    folder.mkdir()
    sheets = [
        drawn.paper("sparse", UNSURE, DPI, turn=180),
        drawn.true_blank("plain", 4301, DPI),
        drawn.on_glass(["card-front", "card-back"], 4302, DPI, clockwise=[0, 0]),
        drawn.paper("letter", 4303, DPI, turn=180),
    ]
    for number, sheet in enumerate(sheets, start=1):
        sheet.image.save(folder / f"{number}.png", dpi=(DPI, DPI))
    with VirtualScanner(folder) as virtual:
        yield virtual


def pages(station: RunningStation, dossier_id: str) -> tuple[Page, ...]:
    return dossiers.look_at(station.point, dossier_id).pages_in(SLOT)


def all_clean(station: RunningStation, dossier_id: str) -> bool:
    view = dossiers.look_at(station.point, dossier_id)
    ended = view.scan is not None and view.scan.state == "done"
    return ended and not any(page.awaits_cleaning for page in view.pages)


def decided(station: RunningStation, dossier_id: str) -> bool:
    return all_clean(station, dossier_id) and all(
        page.auto_turn is not None for page in pages(station, dossier_id)
    )


@pytest.mark.skipif(not osd_is_here(), reason="tesseract is not installed")
def test_a_batch_comes_out_upright_with_its_cards_apart_and_its_blank_side_marked(
    station: RunningStation, dossier_id: str
) -> None:
    station.press()
    station.until(lambda: decided(station, dossier_id))
    sheet, blank, one, other, letter = pages(station, dossier_id)
    assert sheet.auto_turn == 180  # tesseract said so, after everything else was clean
    assert not sheet.warnings
    assert blank.left_out
    assert [(card.kind, card.item) for card in (one, other)] == [
        (Kind.ID_CARD, 0),
        (Kind.ID_CARD, 1),
    ]
    assert (letter.auto_turn, letter.is_blank) == (180, False)


def test_a_child_killed_over_and_over_loses_and_doubles_nothing(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    killed = 0

    def killed_now() -> bool:
        nonlocal killed
        pid = station.cleaner.child_pid
        if pid and killed < 3:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed += 1
        return all_clean(station, dossier_id)

    scanner.pace_s = 0.2
    station.press()
    station.until(killed_now)
    assert killed == 3
    found = pages(station, dossier_id)
    assert {page.number for page in found} == {1, 2, 3, 4}
    once = {(page.number, page.item) for page in found}
    assert len(once) == len(found)
    for page in found:
        assert page.clean_error or (page.preview and page.rendition)
