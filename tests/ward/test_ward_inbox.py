"""The officer's pages: Vietnamese, decrypted for one answer, guarded moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from appliance.core.wire.manifest import Event, EventType, WardState
from tests.station_page.chromium import chromium
from tests.ward.box import TIMEOUT_S, Box
from tests.ward.conftest import RunningWard
from tests.ward.officer import Officer
from tests.ward.papers import CHILD, pdf, sealed_dossier
from web.ward.office.listing import age_vi

HOSTILE = "<script>alert(1)</script>\"'{{7*7}} <img src=x onerror=alert(2)>"


def events_of(box: Box, dossier_id: str) -> list[Event]:
    told = box.ask("GET", f"/dossiers/{dossier_id}").json()["events"]
    return [Event.model_validate(entry) for entry in told]


def test_nobody_sees_a_page_without_signing_in(ward: RunningWard) -> None:
    for path in ("/", "/inbox", "/inbox/0198c0de-0000-7000-8000-000000000001"):
        answer = requests.get(ward.site + path, timeout=TIMEOUT_S)
        assert answer.url.endswith("/sign-in")
        assert "Đăng nhập" in answer.text


def test_the_list_shows_what_waits_and_for_how_long(
    box: Box, officer: Officer, recipient: str
) -> None:
    receipt = box.deliver(sealed_dossier(recipient)).json()
    page = officer.page("/inbox")
    assert receipt["code"] in page.text
    for word in ("Hồ sơ cần xử lý", "Đăng ký khai sinh", "Mới đến", "TH-0001", "dưới 1 phút"):
        assert word in page.text
    assert CHILD not in page.text


def test_an_officer_reads_the_answers_and_the_very_pdf(
    box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    page = officer.page(f"/inbox/{dossier.id}")
    for word in (CHILD, "Họ, chữ đệm, tên", "Thông tin của trẻ", "TH-0001-20261122-01"):
        assert word in page.text
    [view, download] = [link for link in page.links if "/papers/" in link]
    answer = officer.get(view)
    assert answer.content == dossier.plain["giay_chung_sinh"]
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert officer.get(download).headers["Content-Disposition"].startswith("attachment")


def test_a_paper_in_two_parts_is_two_files_to_read_and_one_paper_to_ask_for(
    box: Box, officer: Officer, recipient: str
) -> None:
    parts = [("so_ho_khau", pdf("phần một", 900)), ("so_ho_khau", pdf("phần hai", 800))]
    dossier = sealed_dossier(recipient, parts=parts)
    assert box.deliver(dossier).status_code == 201
    page = officer.page(f"/inbox/{dossier.id}")
    for part in ("(phần 1/2)", "(phần 2/2)"):
        assert f"Giấy tờ so_ho_khau {part}" in page.text
    read = [officer.get(link).content for link in page.links if "/papers/" in link]
    assert {part for _, part in parts} <= set(read)
    asked = officer.get(f"/inbox/{dossier.id}").text
    assert asked.count('<label class="form-label" for="paper_') == 1
    assert 'for="paper_0">Giấy tờ so_ho_khau</label>' in asked


def test_pages_forbid_scripts_frames_and_caches(officer: Officer) -> None:
    answer = officer.get("/inbox")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.text
    assert "http://" not in answer.text.replace(officer.site, "")


def test_hostile_words_stay_words(box: Box, officer: Officer, recipient: str) -> None:
    dossier = sealed_dossier(recipient, child=HOSTILE, point=HOSTILE)
    box.deliver(dossier)
    officer.answer(dossier.id, "supplement", text=HOSTILE)
    for path in (f"/inbox/{dossier.id}", "/inbox?show=all"):
        page = officer.page(path)
        assert HOSTILE.split(" <", maxsplit=1)[0] in page.text
        assert not {"script", "img"} & page.tags


def test_accepting_tells_the_box(box: Box, officer: Officer, recipient: str) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    page = officer.answer(dossier.id, "accept")
    assert "Đã ghi nhận: hồ sơ được tiếp nhận." in page.text
    assert box.ask("GET", f"/dossiers/{dossier.id}").json()["state"] == "accepted"
    [event] = events_of(box, dossier.id)
    assert (event.type, event.state) == (EventType.STATE_CHANGED, WardState.ACCEPTED)


def test_a_national_code_reaches_the_box(box: Box, officer: Officer, recipient: str) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    refused = officer.answer(dossier.id, "code", national_code="H26-sai").text
    assert "Mã hồ sơ “H26-sai” không đúng dạng" in refused  # what was typed is not lost from sight
    assert "không đúng dạng" in officer.answer(dossier.id, "code", national_code="").text
    officer.answer(dossier.id, "code", national_code=" h26.12.34-261122-0001 ")
    told = box.ask("GET", f"/dossiers/{dossier.id}").json()
    assert (told["state"], told["national_code"]) == ("processing", "H26.12.34-261122-0001")
    assert events_of(box, dossier.id)[0].national_code == "H26.12.34-261122-0001"


def test_a_supplement_is_asked_for_brought_and_read(
    ward: RunningWard, box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    first = box.deliver(dossier).json()
    sentence = "Giấy chứng sinh bị mờ, mời bác chụp lại."
    officer.answer(dossier.id, "supplement", text=sentence, paper_0="unreadable")
    [event] = events_of(box, dossier.id)
    assert event.type is EventType.SUPPLEMENT_REQUESTED
    assert event.text_vi == sentence
    assert [(i.ref, i.problem) for i in event.items] == [("giay_chung_sinh", "unreadable")]

    better = sealed_dossier(
        recipient, dossier_id=dossier.id, revision=2, papers={"giay_chung_sinh": pdf("rõ hơn")}
    )
    second = box.deliver(better).json()
    assert second["code"] == first["code"]
    assert second["manifest_sha256"] != first["manifest_sha256"]
    assert box.commit(better).json() == second
    assert box.commit(dossier).json() == first
    page = officer.page(f"/inbox/{dossier.id}")
    assert "Bổ sung lần 1" in page.text
    assert "Mới đến" in page.text
    newest = next(link for link in page.links if "/papers/2/" in link)
    assert officer.get(newest).content == better.plain["giay_chung_sinh"]


def test_a_paper_brought_to_the_office_itself_needs_no_second_upload(
    box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    officer.answer(dossier.id, "supplement", text="Mời bác mang bản chính đến phường.")
    assert "Tiếp nhận hồ sơ" in officer.page(f"/inbox/{dossier.id}").text
    officer.answer(dossier.id, "accept")
    assert box.ask("GET", f"/dossiers/{dossier.id}").json()["state"] == "accepted"


def test_a_revision_nobody_asked_for_is_refused(box: Box, recipient: str) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    for number, code in ((2, "not-asked-for"), (3, "wrong-revision")):
        more = sealed_dossier(recipient, dossier_id=dossier.id, revision=number)
        box.upload_all(more)
        answer = box.commit(more)
        assert (answer.status_code, answer.json()["type"].split(":")[-1]) == (409, code)


def test_two_officers_cannot_both_answer(box: Box, officer: Officer, recipient: str) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    path = f"/inbox/{dossier.id}"
    stale = officer.page(path)
    officer.answer(dossier.id, "accept")
    late = officer.submit(stale, f"{path}/supplement", text="Thiếu giấy")
    assert "vừa được người khác xử lý" in late.text
    assert len(events_of(box, dossier.id)) == 1


@pytest.mark.browser
def test_a_browser_shows_the_pages_without_a_murmur(
    ward: RunningWard, box: Box, recipient: str
) -> None:
    """Chromium, as an officer would: nothing refused by the policy, nothing from elsewhere."""

    dossier = sealed_dossier(recipient)
    receipt = box.deliver(dossier).json()
    murmurs: list[str] = []
    elsewhere: list[str] = []
    with chromium() as browser:
        page = browser.new_page()
        page.on("console", lambda message: murmurs.append(message.text))
        page.on(
            "request",
            lambda asked: (
                None if asked.url.startswith((ward.site, "data:")) else elsewhere.append(asked.url)
            ),
        )
        page.goto(ward.site)
        page.get_by_label("Tên đăng nhập").fill(ward.made.officer)
        page.get_by_label("Mật khẩu").fill(ward.made.password or "")
        page.get_by_role("button", name="Đăng nhập").click()
        page.get_by_role("link", name=receipt["code"]).click()
        page.get_by_role("combobox").first.select_option("unreadable")
        page.get_by_label("Nội dung yêu cầu").fill("Mời bác chụp lại.")
        page.get_by_role("button", name="Gửi yêu cầu bổ sung").click()
        page.get_by_text("Đã gửi yêu cầu bổ sung về điểm hỗ trợ.").wait_for()
        assert page.locator(".ward-events").get_by_text("Mờ, không đọc được").count() == 1
        page.wait_for_load_state("load")  # sizes before the style sheet mean nothing
        base_px = page.evaluate("getComputedStyle(document.body).fontSize")
        low = page.evaluate(
            "[...document.querySelectorAll('.btn, .form-control, .form-select')]"
            ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).length"
        )
    assert (murmurs, elsewhere) == ([], [])
    assert (base_px, low) == ("18px", 0)


def test_a_form_without_its_token_changes_nothing(
    box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    path = f"{officer.site}/inbox/{dossier.id}/accept"
    answer = officer.session.post(path, data={"seen": "received"}, timeout=TIMEOUT_S)
    assert answer.status_code == 400
    assert "Trang đã mở quá lâu" in answer.text
    assert events_of(box, dossier.id) == []


def test_a_dossier_sealed_for_another_ward_is_said_to_be_unreadable(
    box: Box, officer: Officer
) -> None:
    from appliance.keys.age import new_identity, recipient_of

    dossier = sealed_dossier(recipient_of(new_identity()))
    box.deliver(dossier)
    assert (
        "Không mở được hồ sơ này bằng khóa của phường" in officer.page(f"/inbox/{dossier.id}").text
    )


def test_an_unknown_dossier_or_paper_is_a_plain_page(
    box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    assert officer.get(f"/inbox?page={'9' * 30}").status_code == 200
    for path in ("/inbox/x", f"/inbox/{dossier.id}/papers/1/{'0' * 64}", "/nowhere"):
        answer = officer.get(path)
        assert answer.status_code == 404
        assert "Không tìm thấy trang này." in answer.text


def test_five_wrong_passwords_make_the_name_rest(ward: RunningWard) -> None:
    from web.ward.database import writing
    from web.ward.office.officers import add_officer, set_password

    with writing(ward.engine) as conn:
        add_officer(conn, "canbo-hai", "đúng là đây")
    guest = Officer(ward.site)
    for _ in range(5):
        assert "chưa đúng" in guest.sign_in("canbo-hai", "sai").text
    assert "Đã nhập sai nhiều lần" in guest.sign_in("canbo-hai", "đúng là đây").text
    with writing(ward.engine) as conn:
        set_password(conn, "canbo-hai", "mật khẩu mới")
    assert "Cán bộ: canbo-hai" in guest.sign_in("canbo-hai", "mật khẩu mới").text
    with writing(ward.engine) as conn:
        set_password(conn, "canbo-hai", "lại đổi nữa")
    assert guest.get("/inbox").url.endswith("/sign-in"), "an old cookie outlived its password"


@pytest.mark.parametrize(
    ("seconds", "told"), [(5, "dưới 1 phút"), (61, "1 phút"), (7300, "2 giờ"), (200000, "2 ngày")]
)
def test_ages_are_told_in_the_largest_unit(seconds: int, told: str) -> None:
    assert age_vi(timedelta(seconds=seconds)) == told
