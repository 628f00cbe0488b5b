"""A full disk at every step: it is told, nothing saved is lost, and room mends it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from appliance.config import Config, ScannerSection
from appliance.core.errors import DiskFull
from appliance.core.paper.scan import PaperSource
from appliance.core.ports import Signal
from appliance.desk.dossier import dossiers
from appliance.desk.pages import scanning
from appliance.desk.point import Point, open_point, utc_now
from appliance.desk.sending.status import point_status
from appliance.pretend.scanner import VirtualScanner
from appliance.services.station import STALE_PRESS_S
from appliance.store.card.page_files import RESERVE_BYTES
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import WardKeys, point_config
from tests.station.conftest import RunningStation
from tests.station.test_station_button import ended, error_of, saved

CARD_MB = 48

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small card")


class Card:
    """A tmpfs of 48 MB where the state lives, and a ballast file to fill it with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, leave_bytes: int) -> None:
        """Other programs left *leave_bytes* and no more."""
        self.empty()
        room = os.statvfs(self.folder)
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize - leave_bytes)

    def empty(self) -> None:
        self._ballast.unlink(missing_ok=True)


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    folder = tmp_path / "state"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={CARD_MB}m", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no tmpfs can be mounted here")
    yield Card(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def config(tmp_path: Path, ward_keys: WardKeys, card: Card) -> Config:
    return point_config(tmp_path, ward_keys, ScannerSection(source=PaperSource.FEEDER))


def intact(point: Point, dossier_id: str) -> int:
    """How many pages can be read back whole."""
    pages = dossiers.look_at(point, dossier_id).pages
    for page in pages:
        scanning.page_image(point, dossier_id, page.id, scanning.PageImage.MASTER)
    return len(pages)


def test_no_room_for_a_page_is_told_before_the_paper_moves(
    station: RunningStation, card: Card, scanner: VirtualScanner, dossier_id: str
) -> None:
    card.fill(RESERVE_BYTES)
    station.press()
    station.until(lambda: ended(station, dossier_id))
    assert error_of(station, dossier_id) == "disk-full"
    assert len(scanner.tray.left()) == 5
    station.until(lambda: station.lamp is Signal.NEEDS_PERSON)
    station.until(lambda: point_status(station.point).error_code == "disk-full")
    card.empty()
    station.until(lambda: station.lamp is Signal.READY)
    station.press()
    station.until(lambda: saved(station, dossier_id) == 5)


def test_a_card_that_fills_up_in_mid_batch_keeps_every_page_before(
    station: RunningStation, card: Card, scanner: VirtualScanner, dossier_id: str
) -> None:
    scanner.pace_s = 1.5
    station.press()
    station.until(lambda: saved(station, dossier_id) >= 1)
    card.fill(RESERVE_BYTES)
    station.until(lambda: ended(station, dossier_id))
    assert error_of(station, dossier_id) == "disk-full"
    kept = intact(station.point, dossier_id)
    assert 1 <= kept < 5
    strays = station.point.pages.names() - {
        name
        for page in dossiers.look_at(station.point, dossier_id).pages
        for name in (page.master, page.preview, page.rendition)
        if name
    }
    assert not strays
    card.empty()
    pages = lambda: dossiers.look_at(station.point, dossier_id).pages  # noqa: E731
    station.until(lambda: all(page.preview for page in pages()))


def test_a_card_full_to_the_last_byte_wedges_nothing(
    station: RunningStation, card: Card, scanner: VirtualScanner, dossier_id: str
) -> None:
    scanner.pace_s = 1.5
    station.press()
    station.until(lambda: saved(station, dossier_id) >= 1)
    card.fill(0)
    station.until(lambda: station.lamp is Signal.NEEDS_PERSON)
    station.press()
    station.until(lambda: station.lamp in (Signal.NEEDS_PERSON, Signal.BUSY))
    told = point_status(station.point)
    assert (told.error_code, told.lamp) == ("disk-full", Signal.NEEDS_PERSON)
    kept = intact(station.point, dossier_id)
    assert 1 <= kept < 5
    time.sleep(STALE_PRESS_S)  # a press still in line would rightly be obeyed once there is room
    card.empty()
    station.until(lambda: ended(station, dossier_id))
    assert error_of(station, dossier_id) == "disk-full"
    station.until(lambda: station.lamp is Signal.READY)
    scanner.load_tray(["1.png"])
    station.press()
    station.until(lambda: saved(station, dossier_id) == kept + 1)


def test_a_station_that_starts_on_a_full_card_is_ready_when_there_is_room(
    config: Config, card: Card, scanner: VirtualScanner, point: Point, tmp_path: Path
) -> None:
    point.database.close()  # so that even the files beside the database must be made anew
    card.fill(0)
    own = open_point(config, utc_now)
    running = RunningStation(own, scanner, tmp_path / "sane.d")
    running.begin()
    running.until(lambda: running.lamp is Signal.NEEDS_PERSON)
    card.empty()
    running.until(lambda: running.lamp is Signal.READY)
    running.stop()
    own.database.close()


def test_the_page_tells_a_full_card_in_its_own_words(
    point: Point, card: Card, helper: Volunteer, dossier_id: str
) -> None:
    card.fill(0)
    with pytest.raises(DiskFull):
        for number in range(200):
            dossiers.save_answers(point, dossier_id, {"child_name": f"An {number} " * 400})
    with pytest.raises(DiskFull):
        for _ in range(50):
            dossiers.open_dossier(point, "khai-sinh", helper.id)
    point.database.close()
    card.fill(0)  # closing gave some back: now even reading must make files anew
    with suppress(DiskFull):  # it may work, or be told; nothing else
        dossiers.look_at(point, dossier_id)
    card.empty()
    assert dossiers.look_at(point, dossier_id).dossier.id == dossier_id
