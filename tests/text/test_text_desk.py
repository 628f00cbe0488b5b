"""At the desk: pages are read when nothing else waits, and their words travel under the seal."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from appliance.config import TextSection
from appliance.core.dossiers.dossier import Page
from appliance.core.paper.scan import ColorMode, ScannedPage
from appliance.core.paper.text_layer import TextLayer
from appliance.desk.dossier import dossiers
from appliance.desk.pages import cleaning, page_edits, scanning, texts
from appliance.desk.point import Point, open_point
from appliance.desk.sending import sealing
from appliance.imaging.child.main import cleaned
from appliance.imaging.text.apart import Reading
from appliance.imaging.text.program import vietnamese_is_here
from appliance.keys import age
from appliance.pretend.sample_answers import sample_answers
from appliance.services.text import Texts
from appliance.store.dossier import dossiers as stored
from appliance.store.dossier import pages
from tests.pages.truth import encoded
from tests.point.conftest import *
from tests.point.conftest import scan_into
from tests.text.papers import printed_page, words_in

pytestmark = pytest.mark.skipif(not vietnamese_is_here(), reason="needs tesseract-ocr-vie")

SLOT = "giay_chung_sinh"
DPI = 150


@pytest.fixture(scope="module")
def printed() -> bytes:
    return encoded(printed_page(DPI)[0], DPI)


@pytest.fixture
def reading(point: Point) -> Point:
    """The same point, with texts switched on."""
    config = point.config.model_copy(update={"text": TextSection(layer="auto")})
    return open_point(config, point.clock)


@pytest.fixture
def page_id(reading: Point, dossier_id: str, printed: bytes) -> str:
    """A printed page, scanned and clean."""
    dossiers.choose_slot(reading, dossier_id, SLOT)
    request = scanning.press(reading, scanning.AskedBy.PANEL)
    scanning.start_request(reading, request)
    spool = reading.spool / str(request)
    spool.mkdir(parents=True)
    path = spool / "001.jpg"
    path.write_bytes(printed)
    side = ScannedPage(1, path, 1240, 1754, DPI, ColorMode.COLOR)
    place = scanning.scan_requests.OnDesk(dossier_id, SLOT)
    page_id = scanning.save_page(reading, request, place, side)
    scanning.end_request(reading, request, None)
    work = cleaning.next_work(reading)
    assert work is not None
    cleaning.save_cleaned(reading, work, cleaned(work.master, work.order))
    return page_id


def read_all(reader: Texts, patience_s: float = 100) -> None:
    """As the station does while it is idle."""
    deadline = time.monotonic() + patience_s
    reader.go_on()
    while reader.is_reading:
        assert time.monotonic() < deadline
        time.sleep(0.02)
        reader.follow()
        reader.go_on()


def seen(point: Point, page_id: str) -> Page:
    with point.database.reading() as connection:
        return pages.get_page(connection, page_id)


def words_of(point: Point, page_id: str) -> list[str]:
    page = seen(point, page_id)
    assert page.text is not None
    with point.database.reading() as connection:
        desk_key = stored.row_of(connection, page.dossier_id).desk_key
    layer = TextLayer.from_bytes(point.vault.open(point.pages.read(page.text), desk_key))
    return [word.text for word in layer.words]


def test_a_clean_page_is_read_and_its_words_are_kept_encrypted(reading, page_id):
    read_all(Texts(reading))
    page = seen(reading, page_id)
    assert {"Nguyễn", "Bưởi", "HÒA"} <= set(words_of(reading, page_id))
    assert "Bưởi".encode() not in reading.pages.read(page.text)
    assert texts.page_to_read(reading) is None


def test_a_page_that_is_turned_is_read_anew_and_the_old_words_go(reading, page_id):
    read_all(Texts(reading))
    old = seen(reading, page_id).text
    page_edits.turn_page(reading, page_id, 180)
    assert seen(reading, page_id).text is None
    assert old not in reading.pages.names()
    page_edits.turn_page(reading, page_id, 180)
    read_all(Texts(reading))
    assert "Bưởi" in words_of(reading, page_id)


def test_words_of_a_page_that_was_turned_meanwhile_are_thrown_away(reading, page_id):
    page, _ = texts.page_to_read(reading)
    page_edits.turn_page(reading, page_id)
    files = set(reading.pages.names())
    assert not texts.save_text(reading, page, TextLayer().to_bytes())
    assert set(reading.pages.names()) == files
    assert seen(reading, page_id).text is None


def test_switched_off_nothing_is_read(point, reading, page_id):
    off = point.config.model_copy(update={"text": TextSection(layer="off")})
    reader = Texts(open_point(off, point.clock))
    reader.go_on()
    assert not reader.is_reading


def test_a_reader_that_dies_leaves_the_page_without_words_and_is_not_tried_again(reading, page_id):
    reader = Texts(reading)
    reader.go_on()
    assert reader.is_reading
    reader.stop()
    reader.follow()
    reader.look_again()
    reader.go_on()
    assert not reader.is_reading
    assert seen(reading, page_id).text is None


def test_a_damaged_copy_has_no_words():
    child = Reading(b"TRANG1\r\n nothing of the kind", DPI, 0)
    while not child.is_done:
        time.sleep(0.02)
    assert child.answer is None


@pytest.mark.parametrize("was_read", [True, False])
def test_the_ward_can_search_what_was_read_and_gets_the_rest_all_the_same(
    was_read, reading, page_id, dossier_id, helper, ward_keys, tmp_path: Path
):
    if was_read:
        read_all(Texts(reading))
    dossiers.save_answers(reading, dossier_id, sample_answers("khai-sinh", reading.today()))
    scan_into(reading, dossier_id, "uy_quyen")
    sealing.ask_to_seal(reading, dossier_id, helper.id, consented=True)
    assert sealing.grant_next(reading, cleaned) == dossier_id
    submission = dossiers.look_at(reading, dossier_id).submission
    assert submission is not None
    (paper,) = [file for file in submission.files if file.slot == SLOT]
    sealed = reading.sealed_files(dossier_id).read(paper.sha256)
    path = tmp_path / "paper.pdf"
    path.write_bytes(age.open_sealed(sealed, ward_keys.identity))
    found = {word.text for word in words_in(path)}
    assert ({"Nguyễn", "Bưởi", "HÒA"} <= found) == was_read
    assert reading.pages.names() == set(), "read or not, nothing stays on the desk"
