"""What a phone sees, page by page, and what it does not see."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from flask import Flask
from PIL import Image

from appliance.desk.dossier import dossiers, phone_links
from appliance.desk.pages import photos
from appliance.desk.point import Point
from appliance.imaging.child.main import cleaned
from appliance.imaging.child.small import SMALL_PX
from appliance.pretend.sample_answers import sample_answers
from appliance.services.phones import serve_one
from appliance.store.people.volunteers import Volunteer
from tests.phone.conftest import Phone, code_on
from tests.station_page.conftest import Browser, Clock, Tray, id_of, view_of
from web.station.app import IDLE_LIMIT, create_app
from web.station.here import EXTENSION

PAGES = ("/phone", "/phone/form", "/phone/papers", "/phone/portal", "/phone/follow")


def nothing_of_the_dossier(answer_text: str, number: str) -> bool:
    return number not in answer_text and "khai sinh" not in answer_text.lower()


def test_the_code_opens_every_page_of_its_dossier(phone: Phone, point: Point, dossier: str) -> None:
    number = view_of(point, dossier).dossier.number
    for path in PAGES:
        answer = phone.get(path)
        assert answer.status_code == 200, path
        assert number in answer.text or path in {"/phone/portal", "/phone/papers"}


def test_without_a_code_nothing_is_shown(other_phone: Phone, point: Point, dossier: str) -> None:
    number = view_of(point, dossier).dossier.number
    for path in (*PAGES, "/p/guessed", "/phone/portal/files/1/x.pdf"):
        answer = other_phone.get(path)
        assert answer.status_code == 403, path
        assert "Mã này không mở được hồ sơ nào." in answer.text
        assert nothing_of_the_dossier(answer.text, number)


def test_a_used_code_tells_a_second_phone_so_and_nothing_else(
    app: Flask, browser: Browser, dossier: str, point: Point, other_phone: Phone
) -> None:
    address = code_on(browser, dossier)
    Phone(app.test_client()).read(address)
    for answer in (other_phone.get(address), other_phone.post(address)):
        assert "phone=" not in "".join(answer.headers.getlist("Set-Cookie"))
        assert nothing_of_the_dossier(answer.text, view_of(point, dossier).dossier.number)
    assert "Mã này đã được dùng trên một điện thoại khác." in other_phone.get(address).text


def test_only_looking_at_the_address_does_not_use_the_code_up(
    app: Flask, browser: Browser, dossier: str, other_phone: Phone
) -> None:
    address = code_on(browser, dossier)
    Phone(app.test_client()).get(address)  # a camera that looks ahead
    other_phone.read(address)


def test_after_half_an_hour_a_phone_sees_one_sentence_on_every_page(
    phone: Phone, clock: Clock, point: Point, dossier: str
) -> None:
    clock.pass_by(minutes=31)
    for path in PAGES:
        answer = phone.get(path)
        assert answer.status_code == 403
        assert "Mã này đã hết hạn." in answer.text
        assert nothing_of_the_dossier(answer.text, view_of(point, dossier).dossier.number)


def test_a_phone_never_reaches_a_page_of_the_volunteers(phone: Phone, dossier: str) -> None:
    for path in ("/", dossier, f"{dossier}/check", "/dossiers/new", f"{dossier}/phone"):
        answer = phone.get(path)
        assert (answer.status_code, answer.location) == (303, "/sign-in"), path


def test_a_phone_sees_no_page_of_another_dossier(
    phone: Phone, browser: Browser, point: Point, tray: Tray
) -> None:
    other = browser.open_dossier()
    tray.press()
    tray.clean()
    page = view_of(point, other).pages[0]
    for picture in ("preview", "small"):
        assert phone.get(f"/phone/pages/{page.id}/{picture}.jpg").status_code == 404
    assert phone.post(f"/phone/pages/{page.id}/remove").status_code == 404


def test_a_phone_loads_small_pictures_and_a_touch_shows_the_large_one(
    phone: Phone, dossier: str, point: Point, tray: Tray
) -> None:
    tray.press()
    tray.clean()
    papers = phone.get("/phone/papers").text
    (small,) = re.findall(r'<img class="turn-\d+" src="([^"]+)"', papers)
    (large,) = re.findall(r'<a class="paper-look" href="([^"]+)"', papers)
    sizes = [max(Image.open(io.BytesIO(phone.get(at).data)).size) for at in (small, large)]
    assert sizes == [SMALL_PX, tray.preview_px]


def test_somebody_outside_the_points_network_is_told_to_come(phone: Phone) -> None:
    answer = phone.get("/phone", environ_overrides={"REMOTE_ADDR": "8.8.8.8"})
    assert answer.status_code == 403
    assert "Trang này chỉ mở được ở điểm hỗ trợ." in answer.text


def test_the_volunteer_sees_who_came_in_and_puts_the_phone_out(
    phone: Phone, browser: Browser, dossier: str
) -> None:
    assert "Một điện thoại đang mở hồ sơ này" in browser.get(f"{dossier}/phone").text
    browser.post(f"{dossier}/phone/end")
    assert "Mã trước đã hết hạn" in browser.get(f"{dossier}/phone").text
    assert "Mã này đã hết hạn." in phone.get("/phone").text


def test_the_code_on_the_screen_leads_to_the_dossier(
    browser: Browser, dossier: str, other_phone: Phone
) -> None:
    path = f"{dossier}/phone"
    browser.get(path)
    browser.post(path)
    page = browser.get(path).text
    read = read_code(page)
    assert read.startswith("http://hop.test/p/")
    other_phone.read(read.removeprefix("http://hop.test"))


def test_where_only_this_machine_finds_the_page_a_link_opens_what_a_phone_would_show(
    point: Point, clock: Clock, lan: Volunteer
) -> None:
    web = point.config.web.model_copy(update={"allowed_hosts": ()})
    alone = replace(point, config=point.config.model_copy(update={"web": web}))
    app = create_app(alone, monotonic=clock.monotonic, lock_after=IDLE_LIMIT)
    desk = Browser(app.test_client())
    desk.sign_in()
    dossier = desk.open_dossier()
    expected = code_on(desk, dossier)
    shown = desk.get(f"{dossier}/phone").text
    assert "điện thoại không vào được địa chỉ đó" in shown
    (here,) = re.findall(r'<a href="([^"]+)" target="_blank" rel="noopener">', shown)
    assert here == expected
    Phone(app.test_client()).read(here)
    app.extensions[EXTENSION].freshness.close()


def read_code(page: str) -> str:
    """What a camera reads from the drawing."""
    import zxingcpp

    svg = re.search(r'viewBox="0 0 (\d+) \d+" class="qr".*?d="([^"]+)"', page, re.S)
    assert svg
    size, across, down = int(svg[1]), 0, 0.0
    image = Image.new("L", (size, size), 255)
    for verb, numbers in re.findall(r"([Mmh])([-\d. ]+)", svg[2]):
        parts = [float(n) for n in re.findall(r"-?\d*\.?\d+", numbers)]
        if verb == "M":
            across, down = int(parts[0]), parts[1]
        elif verb == "m":
            across, down = across + int(parts[0]), down + parts[1]
        else:
            image.paste(0, (across, int(down), across + int(parts[0]), int(down) + 1))
            across += int(parts[0])
    big = image.resize((size * 8, size * 8), Image.Resampling.NEAREST)
    found = zxingcpp.read_barcodes(big)
    assert found, "no camera could read it"
    return str(found[0].text)


def test_the_citizen_leaves_and_the_phone_forgets(phone: Phone) -> None:
    answer = phone.post("/phone/leave")
    assert (answer.status_code, answer.location) == (303, "/phone/left")
    assert "Đã thoát khỏi hồ sơ" in phone.get("/phone/left").text
    assert phone.get("/phone").status_code == 403


# the form


def test_what_the_citizen_types_is_on_the_volunteers_screen(
    phone: Phone, browser: Browser, point: Point, dossier: str
) -> None:
    phone.get("/phone/form")
    told = phone.send("/phone/form", child_name="Đỗ Thị Mẫu").json
    assert told is not None
    assert told["revision"] == 1
    assert 'value="Đỗ Thị Mẫu"' in browser.get(f"{dossier}/topics/3").text


def test_without_a_script_the_whole_form_is_saved_by_its_button(
    phone: Phone, point: Point, dossier: str
) -> None:
    phone.get("/phone/form")
    answer = phone.post("/phone/form", revision="0", child_name="Đỗ Thị Mẫu", next="done")
    assert (answer.status_code, answer.location) == (303, "/phone")
    assert view_of(point, dossier).answers["child_name"] == "Đỗ Thị Mẫu"


def test_when_the_volunteer_saved_in_between_both_are_kept_and_it_is_told(
    phone: Phone, point: Point, dossier: str
) -> None:
    phone.get("/phone/form")
    dossiers.save_answers(point, id_of(dossier), {"child_name": "Cao Minh Mẫu"})
    answer = phone.post("/phone/form", revision="0", child_name="Cao Minh Mẫu Hai")
    assert answer.status_code == 409
    assert "Tình nguyện viên vừa sửa tờ khai này cùng lúc." in answer.text
    assert 'value="Cao Minh Mẫu Hai"' in answer.text
    assert view_of(point, dossier).answers["child_name"] == "Cao Minh Mẫu"
    revision = str(view_of(point, dossier).dossier.answers_revision)
    phone.post("/phone/form", revision=revision, child_name="Cao Minh Mẫu Hai")
    assert view_of(point, dossier).answers["child_name"] == "Cao Minh Mẫu Hai"


def test_markup_in_a_field_stays_text(phone: Phone) -> None:
    phone.get("/phone/form")
    phone.send("/phone/form", child_name="<script>alert(1)</script>")
    for path in ("/phone/form", "/phone/portal"):
        page = phone.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page.lower()


def test_a_form_sent_after_the_end_changes_nothing(
    phone: Phone, point: Point, dossier: str
) -> None:
    phone.get("/phone/form")
    phone_links.let_phones_out(point, id_of(dossier))
    assert phone.send("/phone/form", child_name="Ai Khác").status_code == 401
    assert phone.post("/phone/form", revision="0", child_name="Ai Khác").status_code == 403
    assert "child_name" not in view_of(point, dossier).answers


# the copy for the portal


# photographs


def photo(size: tuple[int, int] = (1200, 1600), kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (250, 250, 247)).save(out, kind)
    return out.getvalue()


def send_photo(phone: Phone, content: bytes, slot: str = "giay_chung_sinh") -> str:
    """Returns the page that the phone sees next."""
    phone.get("/phone/papers")
    data = {"csrf_token": phone.token, "photo": (io.BytesIO(content), "IMG_1.jpg")}
    answer = phone.client.post(
        f"/phone/papers/{slot}/photo", data=data, content_type="multipart/form-data"
    )
    if answer.status_code != 303:
        return answer.text
    return phone.get(answer.location.partition("#")[0]).text


def test_a_photograph_is_kept_encrypted_at_once(phone: Phone, point: Point) -> None:
    content = photo()
    assert "Đã nhận một ảnh, hộp đang xem…" in send_photo(phone, content)
    (name,) = point.pages.names()
    kept = point.pages.read(name)
    assert kept.startswith(b"age-encryption.org")
    assert content[:40] not in kept


def test_a_photograph_as_large_as_is_taken_is_kept(phone: Phone, point: Point) -> None:
    content = b"\xff\xd8\xff" + b"0" * (photos.LARGEST_BYTES - 3)
    assert "Đã nhận một ảnh, hộp đang xem…" in send_photo(phone, content)
    assert len(point.pages.names()) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Tệp này không có gì bên trong."),
        (b"%PDF-1.7 no picture at all", "Tệp này không phải là ảnh chụp."),
        (b"GIF89a" + b"0" * 50, "Tệp này không phải là ảnh chụp."),
        (b"\xff\xd8\xff" + b"0" * 30_000_000, "Nội dung gửi lên quá lớn."),
    ],
)
def test_what_is_no_photograph_gets_a_sentence_and_changes_nothing(
    phone: Phone, point: Point, content: bytes, sentence: str
) -> None:
    assert sentence in send_photo(phone, content)
    assert point.pages.names() == set()


def test_a_photograph_into_a_slot_that_is_not_there_changes_nothing(
    phone: Phone, point: Point
) -> None:
    send_photo(phone, photo(), slot="no-such-slot")
    assert point.pages.names() == set()


def test_a_stranger_may_send_no_more_than_a_form(other_phone: Phone, point: Point) -> None:
    other_phone.get("/sign-in")
    data = {"csrf_token": other_phone.token, "photo": (io.BytesIO(b"x" * 400_000), "a.jpg")}
    answer = other_phone.client.post("/phone/papers/giay_chung_sinh/photo", data=data)
    assert answer.status_code == 403
    assert "Mã này không mở được hồ sơ nào." in answer.text
    assert point.pages.names() == set()


def test_a_photograph_that_comes_too_late_is_told_so(
    phone: Phone, clock: Clock, point: Point
) -> None:
    phone.get("/phone/papers")
    clock.pass_by(minutes=31)
    assert "Mã này đã hết hạn." in send_photo(phone, photo((3000, 4000)))
    assert point.pages.names() == set()


def test_a_photograph_does_not_stand_before_what_the_scanner_said(
    phone: Phone, point: Point, dossier: str, tray: Tray
) -> None:
    request = tray.press(pages=2, error_code="paper-jam")
    send_photo(phone, photo())
    assert serve_one(point, cleaned)
    view = view_of(point, dossier)
    assert len(view.pages) == 3
    assert view.scan is not None
    assert (view.scan.id, view.scan.error_code) == (request, "paper-jam")


def test_a_seventh_photograph_waits_for_the_six_before_it(phone: Phone) -> None:
    for shade in range(6):
        send_photo(phone, photo((1200 + shade, 1600)))
    assert "Hộp còn đang nhận các ảnh trước." in send_photo(phone, photo((1300, 1600)))


def test_every_change_on_the_phone_needs_the_token(app: Flask, phone: Phone) -> None:
    page = "01a200dc-545d-7588-9b9a-f9a50bdca954"
    paths = [
        *("/p/x", "/phone/leave", "/phone/form", "/phone/portal/files"),
        *("/phone/papers/giay_chung_sinh/photo", f"/phone/pages/{page}/remove"),
    ]
    changing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint.startswith("phone.")
    }
    assert len(paths) == len(changing)
    for path in paths:
        phone.token = ""  # every page brings one
        answer = phone.post(path)
        assert answer.status_code == 400, path
        assert "Trang này mở đã quá lâu" in answer.text


def test_the_seal_button_says_that_photographs_are_on_their_way(
    phone: Phone, browser: Browser, point: Point, dossier: str, tray: Tray
) -> None:
    dossiers.save_answers(point, id_of(dossier), sample_answers("khai-sinh", point.today()))
    for slot in view_of(point, dossier).missing_slots:
        dossiers.choose_slot(point, id_of(dossier), slot.key)
        tray.press()
    send_photo(phone, photo())
    seen = re.search(r'name="seen" value="([^"]+)"', browser.get(f"{dossier}/check").text)
    assert seen
    browser.post(f"{dossier}/seal", seen=seen[1], consent="yes")
    page = browser.get(f"{dossier}/check").text
    assert "Ảnh từ điện thoại còn đang được làm thành trang." in page
