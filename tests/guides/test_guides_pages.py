"""What somebody from the street reads, and what no guide ever says."""

from __future__ import annotations

import html
import re
import sqlite3
from contextlib import closing

import pytest

from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.store.people.volunteers import Volunteer
from tests.station_page.conftest import Browser, Clock
from web.station.guides.words import catalogue
from web.station.look import Language, Look

PATHS = (
    "/guides",
    "/guides/procedures",
    "/guides/procedures/khai-sinh",
    "/guides/vneid",
    "/guides/scams",
    "/guides/hours",
)


def words_of(text: str) -> str:
    """What a person reads of a page, in one line."""
    main = text.partition("<main")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main.partition(">")[2])).split())


def places(table: object, before: str = "") -> set[str]:
    """Every place of a catalogue where a sentence stands; lists with their length."""
    if isinstance(table, dict):
        return {found for key, one in table.items() for found in places(one, f"{before}.{key}")}
    if isinstance(table, list):
        return {found for n, one in enumerate(table) for found in places(one, f"{before}.{n}")}
    return {before}


@pytest.mark.parametrize("path", PATHS)
def test_anybody_reads_the_guides_without_signing_in(reader: Browser, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1
    assert "Nhà văn hóa thôn Đông" in answer.text


def test_the_door_of_the_desk_and_its_locked_screen_lead_citizens_to_them(
    browser: Browser, reader: Browser
) -> None:
    browser.post("/lock", back="/")
    assert 'href="/guides"' in browser.get("/locked").text
    assert 'href="/guides"' in Browser(reader.client.application.test_client()).get("/sign-in").text


@pytest.mark.parametrize("path", PATHS)
def test_a_guide_is_as_closed_to_other_sites_as_every_page(reader: Browser, path: str) -> None:
    headers = reader.get(path).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store, private"
    text = reader.get(path).text
    assert "<style" not in text
    assert " style=" not in text
    assert text.count("<script") == text.count('<script src="/static/')


def test_every_procedure_of_the_day_tells_papers_fee_time_and_source(
    reader: Browser, point: Point
) -> None:
    listed = reader.get("/guides/procedures").text
    assert len(point.procedures.leaflets) == 10
    for procedure in point.procedures.leaflets.values():
        assert f"/guides/procedures/{procedure.id}" in listed
        page = words_of(reader.get(f"/guides/procedures/{procedure.id}").text)
        told = [
            procedure.title,
            procedure.who_files,
            procedure.where,
            procedure.code,
            *(slot.title for slot in procedure.slots),
            *(original.title for original in procedure.bring),
            *(one.instead for one in procedure.refuses),
            *(source.title for source in procedure.sources),
            *(fee.title for fee in procedure.fees_on(point.today())),
            *(fact.fact for fact in procedure.to_confirm),
        ]
        missing = [sentence for sentence in told if " ".join(sentence.split()) not in page]
        assert missing == [], procedure.id
        assert "Bản ngày 22/11/2026" in page


def test_a_birth_is_told_with_its_sixty_days_and_the_fee_of_a_copy(reader: Browser) -> None:
    page = words_of(reader.get("/guides/procedures/khai-sinh").text)
    assert "Trong 60 ngày." in page
    # 23/9 and 60 days is a Sunday, 22/11/2026 itself: Monday still counts
    assert "việc xảy ra từ 22/09/2026 trở lại đây" in page
    assert "Đăng ký khai sinh đúng hạn: không thu" in page
    assert "Bản sao trích lục, mỗi bản: 8.000 đ" in page
    assert "Giấy chứng sinh thường cần" in page
    assert "Nơi giải quyết nhận sau 15:00" in page


def test_what_nobody_has_read_again_is_not_told_as_certain(reader: Browser) -> None:
    doubt = "Điểm chưa kiểm tra lại được điều này"
    death = words_of(reader.get("/guides/procedures/khai-tu").text)
    assert f"Nếu phải xác minh: nhiều nhất 3 ngày làm việc. {doubt}" in death
    assert f"Trong ngày nhận hồ sơ. {doubt}" not in death
    assert words_of(reader.get("/guides/vneid").text).count(doubt) == 2
    elsewhere = words_of(reader.get("/guides/procedures").text)
    assert f"công an xã, phường hoặc công an tỉnh. {doubt}" in elsewhere
    assert f"lấy ngay trong ngày. {doubt}" not in elsewhere
    extract = words_of(reader.get("/guides/procedures/trich-luc").text)
    assert "giá trị của bản sao cấp từ sổ gốc (điểm chưa đọc lại)" in extract


def test_a_procedure_is_gone_when_its_law_is(reader: Browser, clock: Clock) -> None:
    clock.pass_by(days=365 * 2)
    gone = reader.get("/guides/procedures/khai-sinh")
    assert gone.status_code == 404
    assert "Không có trang này." in gone.text
    assert "Hôm nay điểm chưa nhận thủ tục nào." in reader.get("/guides/procedures").text


def test_procedures_are_found_without_marks_and_so_is_what_is_done_elsewhere(
    reader: Browser,
) -> None:
    assert "/guides/procedures/tam-tru" in reader.get("/guides/procedures?q=TAM tru").text
    near = reader.get("/guides/procedures?q=lam giay doc than cho con").text
    assert "/guides/procedures/xac-nhan-hon-nhan" in near
    assert "Không có việc nào đủ mọi chữ" in near
    certified = words_of(reader.get("/guides/procedures?q=sao y").text)
    assert "Điểm không làm việc này. Xem nơi làm ở dưới." in certified
    assert "Mang bản chính đến Ủy ban nhân dân" in certified
    none = reader.get("/guides/procedures", query_string={"q": "<b>xe máy</b>"}).text
    assert "Không thấy thủ tục nào hợp với “&lt;b&gt;xe máy&lt;/b&gt;”" in none


def test_no_guide_says_anything_of_anybody(browser: Browser, point: Point, lan: Volunteer) -> None:
    dossier_id = dossiers.open_dossier(point, "khai-sinh", lan.id)
    dossiers.save_answers(point, dossier_id, {"child_name": "Cao Minh Mẫu"})
    for path in PATHS:
        text = browser.get(path).text  # the volunteer's own browser, signed in
        assert "Cao Minh" not in text
        assert "sign-out" not in text
        assert dossier_id not in text


def test_reading_the_guides_keeps_nobody_signed_in(browser: Browser, clock: Clock) -> None:
    for _ in range(4):
        clock.pass_by(minutes=10)
        assert browser.get("/guides").status_code == 200
    assert browser.get("/").location == "/sign-in"


def test_a_locked_desk_still_shows_the_guides_and_stays_locked(browser: Browser) -> None:
    browser.post("/lock", back="/")
    assert browser.get("/guides/vneid").status_code == 200
    assert browser.get("/").location == "/locked"


def test_large_type_is_remembered_without_a_script(reader: Browser) -> None:
    assert 'class="large-type"' not in reader.get("/guides/scams").text
    answer = reader.post("/guides/look", size="large", back="/guides/scams")
    assert (answer.status_code, answer.location) == (303, "/guides/scams")
    cookie = answer.headers["Set-Cookie"]
    assert "guide-look=vi.large" in cookie
    assert "Max-Age=31536000" in cookie
    assert "HttpOnly" in cookie
    for path in PATHS:
        assert 'class="large-type"' in reader.get(path).text
    reader.post("/guides/look", size="plain", back="/guides")
    assert 'class="large-type"' not in reader.get("/guides").text


def test_english_and_large_type_are_kept_side_by_side(reader: Browser) -> None:
    reader.get("/guides")
    reader.post("/guides/look", size="large", back="/guides")
    reader.post("/guides/look", language="en", back="/guides")
    assert '<html lang="en" class="large-type">' in reader.get("/guides").text


def test_vietnamese_comes_first_whatever_the_browser_speaks(reader: Browser) -> None:
    answer = reader.get("/guides", headers={"Accept-Language": "en-GB"})
    assert '<html lang="vi">' in answer.text


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/", "", "/lamp"])
def test_switching_leads_nowhere_but_to_a_guide(reader: Browser, back: str) -> None:
    reader.get("/guides")
    assert reader.post("/guides/look", size="large", back=back).location == "/guides"


def test_switching_needs_our_own_page(reader: Browser) -> None:
    reader.get("/guides")
    reader.token = "made up"
    answer = reader.post("/guides/look", size="large", back="/guides")
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers or "guide-look" not in answer.headers["Set-Cookie"]
    assert "Trang này mở đã quá lâu" in answer.text


@pytest.mark.parametrize("cookie", ["", "en", "fr.large", "vi.huge", "en.large.x", "<b>", "."])
def test_a_cookie_that_says_nothing_known_is_no_cookie(cookie: str) -> None:
    assert Look.read(cookie) == Look()


def test_both_languages_say_the_same_things() -> None:
    vi, en = (places(catalogue(language)) for language in Language)
    titles = {place for place in en if place.startswith(".titles.")}
    assert vi == en - titles


def test_every_shipped_procedure_has_an_english_title(point: Point) -> None:
    assert set(catalogue(Language.ENGLISH)["titles"]) == set(point.procedures.leaflets)


def test_an_english_page_marks_what_stays_vietnamese(reader: Browser) -> None:
    reader.get("/guides")
    reader.post("/guides/look", language="en", back="/guides")
    marked = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
    allowed = {"Tiếng Việt", "Lưu và nộp hồ sơ", "mã hồ sơ", "NĐ-CP", "Căn cước"}
    for path in PATHS:
        text = reader.get(path).text
        while (inner := re.sub(r'<(\w+)[^>]*lang="vi"[^>]*>[^<]*</\1>', " ", text)) != text:
            text = inner
        text = html.unescape(re.sub(r"<[^>]*>", "\n", text))
        left = [
            line.strip()
            for line in text.splitlines()
            if marked.search(line) and not any(name in line for name in allowed)
        ]
        assert [x for x in left if "Nhà văn hóa" not in x and " · " not in x] == [], path


def test_no_vietnamese_guide_speaks_english(reader: Browser) -> None:
    for path in (*PATHS, "/guides/procedures/none"):
        found = re.findall(
            r"(?i)\b(the|please|error|and|open|of)\b", words_of(reader.get(path).text)
        )
        assert found == [], path


def test_reading_leaves_no_trace_in_the_store(reader: Browser, point: Point) -> None:
    reader.get("/guides")  # the tables are looked at once
    with closing(sqlite3.connect(point.database.path)) as watcher:
        before = watcher.execute("PRAGMA data_version").fetchone()
        for path in PATHS:
            reader.get(path)
        reader.post("/guides/look", size="large", back="/guides")
        assert watcher.execute("PRAGMA data_version").fetchone() == before


def test_what_people_come_for_most_stands_first(reader: Browser) -> None:
    listed = re.findall(
        r'href="/guides/procedures/([a-z-]+)"', reader.get("/guides/procedures").text
    )
    assert listed[:2] == ["khai-sinh", "ket-hon"]
    assert len(listed) == 10
