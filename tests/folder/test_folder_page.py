"""A volunteer sends a stuck dossier on a stick, and back to the network, from its own page."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from appliance.config import FolderSection
from appliance.core.dossiers.submission import SubmissionState
from appliance.core.wire.carried import Marker
from appliance.desk.dossier.dossiers import save_answers
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.desk.sending.carrying import tend_stick
from appliance.destinations.folder import Stick, find_stick
from appliance.imaging.child.main import cleaned
from appliance.keys.signing import device_key_of, new_signing_key, verify_key_of
from appliance.pretend.sample_answers import sample_answers
from appliance.stick import prepare
from appliance.store.dossier import outbox
from tests.screenshots import keep_picture
from tests.station_page.chromium import Window
from tests.station_page.conftest import *
from tests.station_page.conftest import Browser, Clock, Tray, id_of, receipt_for

WARD = verify_key_of(new_signing_key())
KEY = device_key_of("tht_of-this-box-only")


@pytest.fixture
def usb(tmp_path: Path, point: Point) -> Path:
    """The stick's place, configured; nothing is plugged in yet."""
    place = tmp_path / "usb"
    place.mkdir()
    configure(point, place)
    return place


def configure(point: Point, place: Path | None) -> None:
    """In a copy: the sections of a configuration that nobody wrote are shared by all of them."""
    ward = point.config.ward.model_copy(update={"url": "https://ward.test/intake/v1"})
    config = point.config.model_copy(update={"folder": FolderSection(path=place), "ward": ward})
    object.__setattr__(point, "config", config)


@pytest.fixture
def sealed(dossier: str, tray: Tray, point: Point, lan: object, usb: Path) -> str:
    """The path of a sealed dossier that the network did not take."""
    tray.press(pages=1)
    save_answers(point, id_of(dossier), sample_answers("khai-sinh", point.today()))
    sealing.ask_to_seal(point, id_of(dossier), 1, consented=True)
    sealing.grant_next(point, cleaned)
    with point.database.writing() as connection:
        outbox.rest(
            connection, id_of(dossier), point.clock(), "destination-unreachable", "no answer"
        )
    return dossier


def plug_in(place: Path) -> None:
    prepare(place, Marker(stick=str(uuid.uuid4()), ward=WARD))


def look(point: Point, usb: Path) -> None:
    def find() -> Stick:
        return find_stick(usb, WARD, KEY)

    tend_stick(point, find)


def test_a_stuck_dossier_goes_on_the_stick_and_back_to_the_network(
    browser: Browser, sealed: str, point: Point, usb: Path
) -> None:
    text = browser.get(f"{sealed}/delivery").text
    assert "Chép ra USB" in text
    answer = browser.post(f"{sealed}/send-by", to="folder")
    assert answer.location == f"{sealed}/delivery"
    text = browser.get(answer.location).text
    assert "Hồ sơ này sẽ đi bằng USB" in text
    assert "Cắm USB của trạm vào hộp" in text
    assert "Chờ chép ra USB" in browser.get("/").text

    plug_in(usb)
    look(point, usb)
    text = browser.get(f"{sealed}/delivery").text
    assert "Bây giờ rút USB ra được" in text
    assert "Mang USB đến phường" in text
    assert "Đã chép ra USB" in browser.get("/").text

    browser.post(f"{sealed}/send-by", to="ward")
    text = browser.get(f"{sealed}/delivery").text
    assert "Hồ sơ này sẽ gửi qua mạng" in text
    look(point, usb)
    assert not list(usb.rglob("proof.json")), "not carried about any more"


def test_a_stick_that_is_full_or_foreign_says_so_on_the_page(
    browser: Browser, sealed: str, point: Point
) -> None:
    browser.post(f"{sealed}/send-by", to="folder")
    with point.database.writing() as connection:
        from appliance.store.dossier import carried

        carried.note_trouble(connection, id_of(sealed), "folder-full", "No space left on device")
    text = browser.get(f"{sealed}/delivery").text
    assert "USB đã đầy" in text
    assert "cắm một USB khác của trạm" in text
    assert "No space" not in text


def test_without_a_stick_in_the_configuration_nobody_is_offered_one(
    browser: Browser, sealed: str, point: Point
) -> None:
    configure(point, None)
    assert "USB" not in browser.get(f"{sealed}/delivery").text
    browser.post(f"{sealed}/send-by", to="folder")
    with point.database.reading() as connection:
        sent = outbox.submission_of(connection, id_of(sealed))
    assert sent is not None
    assert not sent.by_hand


def test_a_dossier_that_arrived_meanwhile_is_not_moved(
    browser: Browser, sealed: str, point: Point, clock: Clock
) -> None:
    with point.database.writing() as connection:
        sent = outbox.submission_of(connection, id_of(sealed))
        assert sent is not None
        outbox.mark_delivered(connection, sent, receipt_for(sent, clock.now))
    browser.post(f"{sealed}/send-by", to="folder")
    assert "phường đã nhận rồi" in browser.get(f"{sealed}/delivery").text
    with point.database.reading() as connection:
        again = outbox.submission_of(connection, id_of(sealed))
    assert again is not None
    assert again.state is SubmissionState.DELIVERED


@pytest.mark.browser
def test_the_button_is_pressed_the_stick_is_filled_and_the_page_says_when_to_pull_it(
    sealed: str, window: Window, point: Point, usb: Path
) -> None:
    page = window.page
    page.goto(f"{window.address}{sealed}/delivery")
    keep_picture(page, "stick-1-stuck", whole=True)
    page.get_by_role("button", name="Chép ra USB").click()
    page.get_by_text("Cắm USB của trạm vào hộp").wait_for()
    keep_picture(page, "stick-2-waits", whole=True)
    plug_in(usb)
    look(point, usb)
    page.get_by_text("Bây giờ rút USB ra được").wait_for()  # by itself, the page is not touched
    keep_picture(page, "stick-3-copied", whole=True)
    page.set_viewport_size({"width": 360, "height": 740})
    keep_picture(page, "stick-4-copied-phone", whole=True)
    page.get_by_role("button", name="Thôi USB, gửi qua mạng").click()
    page.get_by_text("Hồ sơ này sẽ gửi qua mạng").wait_for()
    assert page.get_by_role("button", name="Thôi USB, gửi qua mạng").count() == 0
