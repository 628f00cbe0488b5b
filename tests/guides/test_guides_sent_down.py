"""The ward's own guides and notices on the public pages: shown, spoken, and harmless."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from appliance.desk.point import Point
from appliance.published.markdown import faults, to_html
from tests.guides.test_guides_browser import name_of, too_small
from tests.guides.test_guides_pages import words_of
from tests.publications.conftest import GOOD, PNG, stand, wav
from tests.screenshots import keep_picture
from tests.station_page.chromium import open_window
from tests.station_page.conftest import Browser, Clock

IN_RAGLAI = {
    # made-up letters: nobody of ours writes Raglai, and only who speaks it may put words into it
    "words/rog.toml": 'back = "Xx yy"\n[home]\ntitle = "Xx zz?"\n[day]\nnone = "x"\n',
    "guides/nop-tai-nha.rog.md": '+++\ntitle = "Yy zz"\n+++\nXxx.\n',
    "voice/nop-tai-nha.rog.wav": wav(),
    "voice/nop-tai-nha.vi.wav": wav(0.3),
}


def speak(reader: Browser, tongue: str) -> None:
    reader.get("/guides")  # the form's own token
    answer = reader.post("/guides/look", language=tongue, back="/guides")
    assert f"guide-look={tongue}." in answer.headers["Set-Cookie"]


@pytest.fixture
def sent(point: Point) -> Point:
    stand(point, 1, GOOD | IN_RAGLAI)
    return point


def test_a_guide_of_the_ward_stands_among_ours(sent: Point, reader: Browser) -> None:
    first = reader.get("/guides").text
    assert 'href="/guides/more/nop-tai-nha"' in first
    page = reader.get("/guides/more/nop-tai-nha").text
    assert page.count("<h1>") == 1
    assert "<h2>Chuẩn bị</h2>" in page
    assert '<a href="tel:0258-0000000">phường</a>' in page
    assert '<img src="/guides/pictures/giay.png" alt="Ảnh chụp giấy đặt phẳng"' in page
    assert "<td>Chụp giấy</td>" in page
    assert "Nội dung này do phường gửi xuống" in page
    assert reader.get("/guides/more/khong-co").status_code == 404


def test_a_notice_is_shown_from_its_first_day_to_its_last(
    sent: Point, reader: Browser, clock: Clock
) -> None:
    assert "Điểm nghỉ từ 27 Tết" in words_of(reader.get("/guides").text)
    assert 'href="/guides/more/nop-tai-nha"' in reader.get("/guides").text.partition("doors")[0]
    clock.pass_by(days=8)  # the 30th, its last
    assert "Nghỉ Tết" in reader.get("/guides").text
    clock.pass_by(days=1)
    assert "Nghỉ Tết" not in reader.get("/guides").text
    clock.pass_by(days=-15)  # before the 20th
    assert "Nghỉ Tết" not in reader.get("/guides").text


def test_the_kiosk_shows_notices_and_leads_nowhere_outside(point: Point, reader: Browser) -> None:
    text = '+++\ntitle = "Tin"\n+++\nXem [cổng](https://example.org) hay [hướng dẫn](a).\n'
    guide = '+++\ntitle = "A"\n+++\n[Cổng](HTTPS://EXAMPLE.ORG/x)\n'
    stand(point, 1, {"notices/tin.vi.md": text, "guides/a.vi.md": guide})
    assert 'href="https://example.org"' in reader.get("/guides").text
    reader.get("/guides/kiosk")
    page = reader.get("/guides").text
    assert "Xem cổng hay" in words_of(page)
    assert 'href="/guides/more/a"' in page
    assert "example.org" not in (page + reader.get("/guides/more/a").text).lower()


def test_a_language_is_offered_only_where_there_is_something_in_it(
    point: Point, reader: Browser
) -> None:
    assert "Raglai" not in reader.get("/guides").text
    stand(point, 1, GOOD | IN_RAGLAI)
    page = reader.get("/guides").text
    assert 'value="rog"' in page
    assert 'value="kpm"' not in page
    speak(reader, "rog")
    page = reader.get("/guides").text
    assert "Xx zz?" in words_of(page)  # theirs
    assert "Giờ mở cửa, ai trực" in words_of(page)  # ours, where they wrote nothing
    assert 'lang="rog"><strong>Yy zz</strong>' in page
    stand(point, 2, {})
    assert "Ông bà, cô bác cần xem gì?" in words_of(reader.get("/guides").text)


def test_a_text_without_that_language_is_shown_in_vietnamese(sent: Point, reader: Browser) -> None:
    speak(reader, "rog")
    assert "Điểm nghỉ từ 27 Tết" in reader.get("/guides").text
    speak(reader, "en")
    page = reader.get("/guides/more/nop-tai-nha").text
    assert '<article class="sent-down" lang="vi">' in page
    assert "The ward office sent this text" in page


def test_a_word_that_does_not_fit_its_place_stays_ours(point: Point, reader: Browser) -> None:
    words = """back = ["x"]
printed = "Xx {point.config.ward} {day}"
home = "x"
[opening]
duty = "Xx"
now = "{hour!r} {nothing}"
"""
    stand(point, 1, {"words/kpm.toml": words})
    speak(reader, "kpm")
    for path in ("/guides", "/guides/hours", "/guides/procedures/khai-sinh"):
        assert reader.get(path).status_code == 200
    page = reader.get("/guides/hours").text
    assert "Điểm đang mở cửa, đến 11 giờ." in page
    assert "Xx" in page
    assert "Về trang hướng dẫn" in page


def test_a_phone_and_the_desk_stay_vietnamese_in_a_language_that_we_do_not_ship(
    sent: Point, browser: Browser
) -> None:
    speak(browser, "rog")
    assert '<html lang="vi"' in browser.get("/").text
    browser.client.set_cookie("guide-look", "rog.plain")
    assert '<html lang="vi"' in browser.get("/phone").text


@pytest.mark.parametrize(("look", "name"), [("rog", "rog"), ("vi", "vi"), ("en", "vi")])
def test_a_recording_is_played_in_the_readers_language_or_in_vietnamese(
    sent: Point, reader: Browser, look: str, name: str
) -> None:
    speak(reader, look)
    page = reader.get("/guides/more/nop-tai-nha").text
    (source,) = re.findall(r'<audio controls preload="none" src="([^"]+)"', page)
    assert source == f"/guides/voices/nop-tai-nha.{name}.wav"
    whole = reader.get(source)
    assert (whole.mimetype, whole.data[:4]) == ("audio/wav", b"RIFF")
    part = reader.get(source, headers={"Range": "bytes=4-9"})
    assert (part.status_code, part.data) == (206, whole.data[4:10])


def test_only_files_of_the_list_are_given_out(sent: Point, reader: Browser) -> None:
    assert reader.get("/guides/pictures/giay.png").data == PNG
    for path in ("config.toml", "..%2fconfig.toml", "publication.json", "giay.png%00", "x.png"):
        assert reader.get(f"/guides/pictures/{path}").status_code == 404
        assert reader.get(f"/guides/voices/{path}").status_code == 404
    (sent.shelf.place_of(1) / "images/giay.png").unlink()
    assert reader.get("/guides/pictures/giay.png").status_code == 404


def test_the_hours_that_the_ward_sets_are_the_ones_that_are_told(
    point: Point, reader: Browser
) -> None:
    told = '[hours]\nphone = "(số của phường)"\n[at."TH-0002".hours]\naddress = "nơi khác"\n'
    told += f'[at."{point.config.point.code}".hours]\nsunday = ["07:00-12:00 cô Hoa"]\n'
    stand(point, 1, {"config.toml": told})
    page = words_of(reader.get("/guides/hours").text)
    assert "(số của phường)" in page
    assert "7 giờ đến 12 giờ" in page
    assert "cô Hoa" in page
    assert "Nhà văn hóa thôn Đông" in page  # what it does not set stays the point's


EVIL = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](//evil.example/x)",
    "[x](/\\evil.example)",
    "[x](/sign-in)",
    "[x](/guides/../lock)",
    "[x](https:evil.example)",
    "[x](file:///etc/passwd)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/p.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](images/../../config.toml)",
    '![x" onerror="alert(1)](images/a.png)',
    '[x](https://a.example "\\" onclick=alert(1) x=\\"")',
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "<!-- --><svg/onload=alert(1)>",
    "| <script> |\n|---|\n| <iframe src=x> |",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "# <style>*{display:none}</style>",
)
TAGS = re.compile(r"<(/?)([a-zA-Z0-9]+)((?:\s+[a-z]+=\"[^\"<>]*\")*)\s*/?>")
SAFE_TAGS = {
    "a",
    "p",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "em",
    "strong",
    "ul",
    "ol",
    "li",
    "code",
    "pre",
}
SAFE_TAGS |= {"br", "hr", "img", "blockquote", "table", "thead", "tbody", "tr", "th", "td"}


def must_be_harmless(shown: str) -> None:
    """Nothing but known tags, each attribute of a known name leading to a known place."""
    rest = TAGS.sub("", shown)
    assert "<" not in rest, shown
    for _, tag, attributes in TAGS.findall(shown):
        assert tag in SAFE_TAGS, shown
        for name, value in re.findall(r'([a-z]+)="([^"]*)"', attributes):
            assert name in {"href", "src", "alt", "title", "rel", "start", "class"}, shown
            plain = html.unescape(value).lower()
            if name == "href":
                assert re.match(r"https?://|tel:|/guides", plain), shown
                assert ".." not in plain, shown
            if name == "src":
                assert plain.startswith("/guides/pictures/"), shown


@pytest.mark.parametrize("text", EVIL)
def test_nothing_in_a_text_runs_or_leads_astray(text: str) -> None:
    must_be_harmless(
        to_html(text, picture="/guides/pictures/{}".format, guide="/guides/more/{}".format)
    )


def test_most_of_that_is_told_where_it_is_written() -> None:
    text = (
        "Dòng một\ndòng hai <b>x</b>\n\n## Sâu\n\n- [x](javascript:alert(1))\n- ![](images/a.png)\n"
    )
    told = list(faults(text, frozenset({"a.png"}), frozenset()))
    assert [line for line, _ in told] == [2, 4, 6, 7]
    clean = "# Một\n\n[x](https://a.example) [y](tel:0123) [z](b) [w](/guides/hours)\n## Hai\n"
    assert list(faults(clean, frozenset(), frozenset({"b"}))) == []


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_what_the_ward_sends_has_no_barrier_and_fits_a_narrow_screen(
    sent: Point, address: str, tmp_path: Path
) -> None:
    for look in ("vi.plain", "rog.large", "vi.large.kiosk"):
        with open_window(address, width=360) as window:
            window.context.add_cookies([{"name": "guide-look", "value": look, "url": address}])
            for path in ("/guides", "/guides/more/nop-tai-nha"):
                page = window.go(path)
                keep_picture(
                    page, f"{name_of(path)}-sent-down-{look.replace('.', '-')}", whole=True
                )
                assert window.barriers() == [], (look, path)
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, (look, path)
                assert too_small(window) == [], (look, path)
            page.emulate_media(media="print")
            assert page.locator("audio:visible, button:visible").count() == 0
            assert not window.complaints
