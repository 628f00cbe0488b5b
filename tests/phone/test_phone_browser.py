"""A citizen's phone in Chromium, 360 px wide, with a script and without one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from appliance.core.dossiers.dossier import DossierState
from appliance.desk.dossier import dossiers, phone_links
from appliance.desk.pages import cleaning, photos
from appliance.desk.point import Point
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.services.phones import serve_one
from appliance.store.dossier.dossiers import move_dossier
from appliance.store.people.volunteers import Volunteer
from tests.journey.waiting import until
from tests.pages.papers import form
from tests.pages.phone import jpeg, photograph
from tests.screenshots import keep_picture
from tests.station_page.chromium import Window, open_window
from tests.station_page.conftest import PIN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
NARROW = 360
LEAST_TOUCH_PX = 44


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = random.Random(4102)
    path = tmp_path_factory.mktemp("phone") / "IMG_0001.jpg"
    path.write_bytes(jpeg(photograph(form(rng, 150), rng, (1500, 2000)), orientation=6))
    return path


@pytest.fixture
def dossier_id(point: Point, lan: Volunteer) -> str:
    return dossiers.open_dossier(point, "khai-sinh", lan.id)


@pytest.fixture
def code(point: Point, lan: Volunteer, dossier_id: str) -> str:
    return f"/p/{phone_links.let_a_phone_in(point, dossier_id, lan.id).token}"


@pytest.fixture
def phone(address: str) -> Iterator[Window]:
    with open_window(address, width=NARROW) as window:
        yield window
        assert window.hosts() == {address.removeprefix("http://")}, "a request left the box"
        assert not window.complaints


def shot(window: Window, name: str) -> None:
    width = window.page.viewport_size["width"] if window.page.viewport_size else NARROW
    keep_picture(window.page, f"phone-{name}-{width}", whole=True)


def looks_right(window: Window, name: str) -> None:
    """No barrier, nothing wider than the phone, nothing to hit smaller than a thumb."""
    shot(window, name)
    page = window.page
    assert window.barriers() == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    small = page.evaluate(
        """least => [...document.querySelectorAll(
          'main a, button, input:not([type=hidden]), select, summary')]
        .filter(e => e.checkVisibility()
          && !e.closest('.pick, .skip, .enter-saves, .told, .summary'))
        .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect().height])
        .filter(([_, high]) => high > 4 && high < least)""",
        LEAST_TOUCH_PX,
    )
    assert small == []


def come_in(phone: Window, code: str) -> None:
    phone.go(code)
    phone.page.get_by_role("button", name="Mở hồ sơ").click()
    phone.page.wait_for_url("**/phone")


def work(point: Point) -> None:
    """What the station does when it hears of it."""
    while serve_one(point, cleaned):
        pass
    while (one := cleaning.next_work(point)) is not None:
        cleaning.save_cleaned(point, one, cleaned(one.master, one.order))


def test_a_citizen_does_the_whole_dossier_on_the_phone(
    phone: Window, code: str, point: Point, dossier_id: str, snapshot: Path
) -> None:
    phone.go(code)
    looks_right(phone, "open")
    come_in(phone, code)
    looks_right(phone, "home")
    page = phone.page

    # the form saves each answer as it is left
    page.get_by_role("link", name="Điền tờ khai").click()
    page.fill("#f-child_name", "Cao Minh Mẫu")
    page.press("#f-child_name", "Tab")
    expect(page.locator("[data-saved]")).to_be_visible()
    looks_right(phone, "form")
    assert dossiers.look_at(point, dossier_id).answers["child_name"] == "Cao Minh Mẫu"

    # what the volunteer saves meanwhile is drawn by itself
    dossiers.save_answers(point, dossier_id, {"child_name": "Cao Minh Mẫu Hai"})
    expect(page.locator("#f-child_name")).to_have_value("Cao Minh Mẫu Hai")
    page.get_by_role("button", name="Lưu và xong").click()
    page.wait_for_url("**/phone")

    # a photograph is sent as soon as it is taken, and shows up clean
    page.get_by_role("link", name="Chụp giấy tờ").click()
    looks_right(phone, "papers-empty")
    page.set_input_files("#photo-giay_chung_sinh", snapshot)
    expect(page.get_by_text("Đã nhận một ảnh, hộp đang xem…")).to_be_visible()
    work(point)
    picture = page.locator("#slot-giay_chung_sinh img")
    expect(picture).to_have_count(1)
    drawn = "document.querySelector('.slot img').naturalWidth > 0"
    until(lambda: bool(page.evaluate(drawn)), patience_s=20)
    looks_right(phone, "papers")
    broken = snapshot.with_name("broken.jpg")
    broken.write_bytes(snapshot.read_bytes()[:9000])
    page.set_input_files("#photo-giay_chung_sinh", broken)
    page.get_by_text("Đã nhận một ảnh, hộp đang xem…").wait_for()
    work(point)
    expect(page.get_by_text("Ảnh này bị hỏng hoặc chỉ đến được một phần.")).to_be_visible()
    looks_right(phone, "papers-broken")

    # the copy and the files for the portal
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    phone.go("/phone/portal")
    page.get_by_role("button", name="Chuẩn bị các tệp").click()
    expect(page.get_by_text("Đang chuẩn bị các tệp")).to_be_visible()
    work(point)
    link = page.get_by_role("link", name="Tải Giay chung sinh.pdf")
    link.wait_for()
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "Giay chung sinh.pdf"
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    looks_right(phone, "portal")
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.locator("[data-copy]").first
    button.click()
    expect(button).to_contain_text("Đã chép")
    value = page.locator(f"#{button.get_attribute('data-copy')}").inner_text()
    assert page.evaluate("navigator.clipboard.readText()") == value

    # followed until after the seal, and no further work
    phone.go("/phone/follow")
    looks_right(phone, "follow-open")
    with point.database.writing() as connection:
        move_dossier(connection, dossier_id, DossierState.OPEN, DossierState.SEALING)
        move_dossier(
            connection, dossier_id, DossierState.SEALING, DossierState.SEALED,
            sealed_at=point.clock(), answers=None,
        )  # fmt: skip
    expect(page.get_by_text("Đã chốt, đang chờ gửi")).to_be_visible(timeout=8000)
    looks_right(phone, "follow-sealed")
    phone.go("/phone/form")
    assert page.url.endswith("/phone/follow")


def test_a_phone_without_a_script_fills_photographs_and_takes_along(
    address: str, code: str, point: Point, dossier_id: str, snapshot: Path
) -> None:
    with open_window(address, javascript=False, width=NARROW) as phone:
        page = phone.page
        come_in(phone, code)
        page.get_by_role("link", name="Điền tờ khai").click()
        page.fill("#f-child_name", "Cao Minh Mẫu")
        page.get_by_role("button", name="Lưu và xong").click()
        assert dossiers.look_at(point, dossier_id).answers["child_name"] == "Cao Minh Mẫu"
        page.get_by_role("link", name="Chụp giấy tờ").click()
        page.set_input_files("#photo-giay_chung_sinh", snapshot)
        page.locator("#slot-giay_chung_sinh").get_by_role("button", name="Gửi ảnh này").click()
        expect(page.get_by_text("Đã nhận một ảnh, hộp đang xem…")).to_be_visible()
        work(point)
        page.reload()
        expect(page.locator("#slot-giay_chung_sinh img")).to_have_count(1)
        shot(phone, "papers-no-script")
        phone.go("/phone/portal")
        page.get_by_role("button", name="Chuẩn bị các tệp").click()
        work(point)
        page.get_by_role("link", name="Xem đã xong chưa").click()
        expect(page.get_by_role("link", name="Tải Giay chung sinh.pdf")).to_be_visible()
        expect(page.locator("[data-copy]").first).to_be_hidden()
        assert "Cao Minh Mẫu".upper() in page.inner_text("main").upper()
        phone.go("/phone")
        page.get_by_role("button", name="Xong việc, thoát ra").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Đã thoát khỏi hồ sơ")
        phone.go("/phone")
        assert "khai sinh" not in page.inner_text("body").lower()
        shot(phone, "nothing")


def test_the_volunteer_shows_the_code_and_sees_the_phone_come_in(
    address: str, lan: Volunteer, point: Point, dossier_id: str
) -> None:
    with open_window(address) as desk:
        desk.sign_in("Lan", PIN)
        desk.go(f"/dossiers/{dossier_id}")
        shot(desk, "desk")
        desk.page.get_by_role("link", name="Điện thoại của người dân").click()
        looks_right(desk, "invite-none")
        desk.page.get_by_role("button", name="Tạo mã cho điện thoại").click()
        expect(desk.page.locator(".qr")).to_be_visible()
        looks_right(desk, "invite-code")
        newest = phone_links.newest_link(point, dossier_id)
        assert newest is not None
        with point.database.writing() as connection:
            phone_links.phone_links.claim(connection, newest.id, "0" * 64, point.clock())
        expect(desk.page.get_by_text("Một điện thoại đang mở hồ sơ này")).to_be_visible()
        looks_right(desk, "invite-inside")
        assert not desk.complaints


def test_a_photograph_that_is_too_large_is_told_before_it_travels(
    phone: Window, code: str, point: Point, tmp_path: Path
) -> None:
    come_in(phone, code)
    page = phone.go("/phone/papers")
    large = tmp_path / "large.jpg"
    large.write_bytes(b"\xff\xd8\xff" + b"0" * photos.LARGEST_BYTES)
    sent = len(phone.requests)
    page.set_input_files("#photo-giay_chung_sinh", large)
    expect(page.get_by_text("Nội dung gửi lên quá lớn.")).to_be_visible()
    looks_right(phone, "papers-too-large")
    assert not [url for url in phone.requests[sent:] if url.endswith("/photo")]
    assert point.pages.names() == set()


def test_a_value_is_copied_where_the_page_is_not_encrypted(
    phone: Window, code: str, point: Point, dossier_id: str
) -> None:
    dossiers.save_answers(point, dossier_id, {"child_name": "Cao Minh Mẫu"})
    come_in(phone, code)
    phone.page.add_init_script(  # as a browser does without TLS
        "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
    )
    page = phone.go("/phone/portal")
    row = page.locator(".copies > div", has_text="CAO MINH MẪU")
    row.get_by_role("button").click()
    expect(row.get_by_role("button")).to_contain_text("Đã chép")
    page.get_by_role("link", name="Trang đầu của hồ sơ").click()
    page.get_by_role("link", name="Điền tờ khai").click()
    page.focus("#f-child_name")
    page.fill("#f-child_name", "")
    page.keyboard.press("Control+V")
    assert page.input_value("#f-child_name") == "CAO MINH MẪU"


def test_who_is_out_reads_why_and_nothing_else(
    phone: Window, code: str, point: Point, dossier_id: str
) -> None:
    come_in(phone, code)
    phone_links.let_phones_out(point, dossier_id)
    page = phone.go("/phone")
    expect(page.get_by_text("Mã này đã hết hạn.")).to_be_visible()
    looks_right(phone, "over")
    phone.go("/p/wrong")
    looks_right(phone, "unknown")
    phone.go("/phone/left")
    looks_right(phone, "left")


def test_first_pages_are_light(phone: Window, code: str) -> None:
    come_in(phone, code)
    session = phone.context.new_cdp_session(phone.page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    weights: list[float] = []
    session.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    for path in ("/phone", "/phone/papers", "/phone/portal", "/phone/form"):
        weights.clear()
        phone.page.goto(phone.address + path, wait_until="networkidle")
        assert 5_000 < sum(weights) <= 150_000, (path, sum(weights))


@pytest.mark.parametrize("language", ["vi.large", "en.plain", "en.large"])
def test_a_phone_in_english_or_in_large_print_has_no_barrier(
    phone: Window, code: str, language: str
) -> None:
    phone.go(code)
    phone.page.get_by_role("button", name="Mở hồ sơ").click()
    phone.page.wait_for_url("**/phone")
    phone.context.add_cookies([{"name": "guide-look", "value": language, "url": phone.address}])
    for name in ("", "/form", "/papers", "/portal", "/follow"):
        phone.go(f"/phone{name}")
        looks_right(
            phone, f"{name.strip('/').replace('/', '-') or 'home'}-{language}".replace(".", "-")
        )
