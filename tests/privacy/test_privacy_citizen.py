"""At the point's page a citizen sees, has erased, or learns whom to ask: by number and secret."""

from __future__ import annotations

import pytest
from flask import Flask

from appliance.core.dossiers.dossier import DossierState
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import outbox
from appliance.store.people import audit
from appliance.store.people.volunteers import Volunteer
from tests.point.test_point_supplement import arrive
from tests.station_page.conftest import *
from tests.station_page.conftest import Browser, Clock, Tray, id_of, view_of


@pytest.fixture
def sealed(browser: Browser, dossier: str, tray: Tray, point: Point, lan: Volunteer) -> str:
    """A sealed dossier's id."""
    wanted = id_of(dossier)
    dossiers.save_answers(point, wanted, sample_answers("khai-sinh", point.today()))
    tray.press()
    sealing.ask_to_seal(point, wanted, lan.id, consented=True)
    sealing.grant_next(point, cleaned)
    return wanted


def slip(point: Point, dossier_id: str) -> dict[str, str]:
    one = dossiers.dossier_of(point, dossier_id)
    assert one.follow_secret is not None
    groups = " ".join(
        one.follow_secret[place : place + 5] for place in range(0, len(one.follow_secret), 5)
    )
    return {"number": f" {one.number.lower()} ", "secret": groups.lower()}


def ask(browser: Browser, fields: dict[str, str]) -> str:
    browser.get("/citizen")
    return browser.post("/citizen", **fields).text


def test_the_slip_opens_what_the_box_holds_and_nothing_of_the_answers(
    browser: Browser, sealed: str, point: Point
) -> None:
    text = ask(browser, slip(point, sealed))
    assert "đang chờ gửi" in text
    assert "có, đã niêm phong; chỉ phường mở được" in text
    for answer in sample_answers("khai-sinh", point.today()).values():
        assert len(str(answer)) < 6 or str(answer) not in text


@pytest.mark.parametrize("wrong", ["number", "secret", "both", "empty"])
def test_a_slip_that_does_not_fit_tells_nothing_not_even_which_line_is_wrong(
    browser: Browser, sealed: str, point: Point, wrong: str
) -> None:
    fields = slip(point, sealed)
    if wrong in ("number", "both"):
        fields["number"] = "TH-0001-20261122-99"
    if wrong in ("secret", "both"):
        fields["secret"] = "AAAAA AAAAA"
    if wrong == "empty":
        fields["secret"] = ""
    text = ask(browser, fields)
    assert "không khớp" in text
    assert "đang chờ gửi" not in text


def test_who_guesses_has_to_wait_and_each_wrong_try_is_told(
    browser: Browser, sealed: str, point: Point, clock: Clock
) -> None:
    right = slip(point, sealed)
    for _ in range(10):
        ask(browser, right | {"secret": "AAAAA"})
    assert "Chờ 15 phút" in ask(browser, right)
    clock.pass_by(minutes=16)
    assert "đang chờ gửi" in ask(browser, right)
    with point.database.reading() as connection:
        told = [line.what for line in audit.lines(connection)]
    assert told.count("citizen.refused") == 10
    assert told[-1] == "citizen.asked"


def test_taking_back_before_it_is_sent_erases_it_and_offers_the_slip(
    browser: Browser, sealed: str, point: Point
) -> None:
    fields = slip(point, sealed)
    ask(browser, fields)
    answer = browser.post("/citizen/take-back", **fields)
    page = browser.get(answer.location).text
    assert "Đã xóa khỏi hộp" in page
    assert "Hồ sơ này đã xóa khỏi hộp" in page
    assert "Người dân rút lại sự đồng ý" in page
    assert dossiers.dossier_of(point, sealed).state is DossierState.ERASED
    assert not point.sealed_files(sealed).folder.exists()
    prints = browser.get(f"/dossiers/{sealed}/prints").text
    assert "Phiếu trả lời yêu cầu" in prints
    assert "Phiếu đồng ý" not in prints
    pdf = browser.get(f"/dossiers/{sealed}/prints/rights_slip-a4.pdf")
    assert pdf.data.startswith(b"%PDF")
    assert "không khớp" in ask(browser, fields)  # nothing is left that the secret opens


def test_after_delivery_the_page_says_whom_to_ask_and_erases_the_codes_it_has(
    browser: Browser, sealed: str, point: Point
) -> None:
    arrive(point, sealed)
    fields = slip(point, sealed)
    text = ask(browser, fields)
    assert "đến phường và đọc mã BD-7K3M-94QX" in text
    assert "Rút lại và xóa khỏi hộp" not in text
    answer = browser.post("/citizen/take-back", **fields)  # a form of an older page
    assert dossiers.dossier_of(point, sealed).state is DossierState.DELIVERED
    browser.get(answer.location)
    ask(browser, fields)
    browser.post("/citizen/forget", **fields)
    assert dossiers.dossier_of(point, sealed).follow_secret is None
    assert browser.get(f"/dossiers/{sealed}/delivery").status_code == 200
    with point.database.reading() as connection:
        assert outbox.receipt_of(connection, sealed) is not None


def test_without_the_slip_no_step_does_anything(
    browser: Browser, sealed: str, point: Point
) -> None:
    browser.get("/citizen")
    for path in ("/citizen/take-back", "/citizen/forget"):
        answer = browser.post(path, number=slip(point, sealed)["number"], secret="x")
        assert answer.status_code == 404
    assert dossiers.dossier_of(point, sealed).state is DossierState.SEALED


# ── what lies open on the desk ───────────────────────────────────────────────


def test_a_draft_is_erased_after_one_more_question_with_its_reason(
    browser: Browser, dossier: str, tray: Tray, point: Point, lan: Volunteer
) -> None:
    tray.press()
    page = browser.get(dossier).text
    assert f'href="{dossier}/erase"' in page
    assert "Xóa hồ sơ này?" in browser.get(f"{dossier}/erase").text
    assert browser.post(f"{dossier}/erase").location == f"{dossier}/erase?why=missing"
    assert "Hãy chọn lý do" in browser.get(f"{dossier}/erase?why=missing").text
    assert browser.post(f"{dossier}/erase", why="<b>x</b>").status_code == 303
    assert view_of(point, dossier).dossier.state is DossierState.OPEN
    answer = browser.post(f"{dossier}/erase", why="consent-withdrawn")
    assert "Hồ sơ này đã xóa khỏi hộp" in browser.get(answer.location).text
    assert point.pages.names() == set()
    assert "Đã xóa" in browser.get("/").text
    assert browser.get(dossier).location.endswith("/delivery")
    assert browser.get(f"{dossier}/check").status_code < 500


def test_the_first_screen_warns_of_drafts_that_go_soon_and_opening_one_keeps_it(
    browser: Browser, dossier: str, point: Point, clock: Clock, app: Flask
) -> None:
    from appliance.desk.ending.draft_clock import look_after_drafts

    clock.pass_by(days=29)
    look_after_drafts(point)
    again = Browser(app.test_client())
    again.sign_in()
    text = again.get("/").text
    assert "Sắp tự xóa" in text
    assert "23/12/2026" not in text
    assert "22/12/2026" in text
    again.get(dossier)
    assert "Sắp tự xóa" not in again.get("/").text
