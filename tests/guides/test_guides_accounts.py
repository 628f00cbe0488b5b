"""Help with VNeID, the Portal, paying and the post: to read, to take home, in both languages."""

from __future__ import annotations

import re
import subprocess
from importlib import resources
from pathlib import Path

import pytest
from playwright.sync_api import expect

from appliance.papers.drawings import drawing
from tests.guides.test_guides_english import left_in_vietnamese
from tests.guides.test_guides_pages import words_of
from tests.guides.test_guides_paper import codes_on, words_on
from tests.screenshots import keep_picture
from tests.station_page.chromium import open_window
from tests.station_page.conftest import Browser
from web.station.guides.words import catalogue
from web.station.look import Language

VI, EN = (catalogue(language)["accounts"] for language in Language)
GUIDES = tuple(VI["order"])
HOP = {"Host": "hop.test"}


def pages_in(pdf: bytes, folder: Path) -> int:
    (folder / "counted.pdf").write_bytes(pdf)
    told = subprocess.run(
        ["pdfinfo", str(folder / "counted.pdf")], capture_output=True, text=True, check=True
    ).stdout
    return int(re.search(r"Pages:\s+(\d+)", told)[1])


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_goes_step_by_step_and_says_that_the_box_sees_no_password(
    reader: Browser, guide: str
) -> None:
    page = reader.get(f"/guides/accounts/{guide}")
    text, told = words_of(page.text), VI[guide]
    assert "không bao giờ hỏi mật khẩu hay mã OTP" in text
    assert len(told["steps"]) == page.text.count('<svg class="drawing"') >= 4
    for step in told["steps"]:
        assert " ".join([step["title"], *step["lines"]]) in text
    assert text.count(VI["unsure_step"]) == sum(not step["sure"] for step in told["steps"])
    assert f'href="/guides/accounts/{guide}"' in reader.get("/guides/accounts").text


def test_the_way_to_them_starts_at_the_first_page_and_at_the_seven_steps(reader: Browser) -> None:
    assert 'href="/guides/accounts"' in reader.get("/guides").text
    seven = reader.get("/guides/vneid").text
    assert re.findall(r'class="more" href="/guides/accounts/([\w-]+)"', seven) == list(GUIDES)


def test_what_we_did_not_see_ourselves_is_marked_in_both_languages() -> None:
    """The screens of VNeID change; only what the facts say of the Portal is told as certain."""
    certain = {guide: [step["sure"] for step in VI[guide]["steps"]] for guide in GUIDES}
    assert certain == {guide: [step["sure"] for step in EN[guide]["steps"]] for guide in GUIDES}
    assert not any(certain["vneid-2"])
    assert certain["vneid-1"].count(True) == 1  # the store of one's own phone
    assert all(VI[guide]["sources"] for guide in GUIDES)


def test_the_post_asks_for_the_portal_s_six_boxes(reader: Browser) -> None:
    text = words_of(reader.get("/guides/accounts/post").text)
    in_order = [
        "Trả kết quả qua đường bưu điện", "Họ tên người nhận", "Số điện thoại người nhận",
        "Đơn vị chuyển phát", "Tỉnh, thành phố", "Xã, phường, đặc khu", "Địa chỉ chi tiết",
    ]  # fmt: skip
    places = [text.index(words) for words in in_order]
    assert places == sorted(places)
    assert len(VI["post"]["fields"]) == 6


@pytest.mark.parametrize("guide", GUIDES)
def test_a_leaflet_is_one_sheet_with_everything_and_its_own_code(
    reader: Browser, tmp_path: Path, guide: str
) -> None:
    pdf = reader.get(f"/guides/accounts/{guide}/leaflet.pdf", headers=HOP).data
    assert pages_in(pdf, tmp_path) == 1
    text = "".join(words_on(pdf, tmp_path).split())
    for said in (VI["never"], VI[guide]["sources"], *(one["title"] for one in VI[guide]["steps"])):
        assert "".join(said.split()) in text
    assert codes_on(pdf, tmp_path) == [f"http://hop.test/guides/accounts/{guide}"]


def test_a_leaflet_also_comes_on_a_roll_and_in_english(reader: Browser, tmp_path: Path) -> None:
    reader.client.set_cookie("guide-look", "en.plain", domain="hop.test", path="/")
    pdf = reader.get("/guides/accounts/post/leaflet.pdf?paper=roll", headers=HOP).data
    text = words_on(pdf, tmp_path)
    assert "Name of the recipient" in text
    assert "not a paper of a state office" in text
    assert "Hướng dẫn" not in text


@pytest.mark.parametrize(
    ("query", "cards"), [("", 10), ("?size=large", 4), ("?paper=roll", 1), ("?size=<b>", 10)]
)
def test_the_card_against_cheats_comes_for_wallet_wall_and_roll(
    reader: Browser, tmp_path: Path, query: str, cards: int
) -> None:
    pdf = reader.get(f"/guides/scams/card.pdf{query}", headers=HOP).data
    assert pages_in(pdf, tmp_path) == 1
    assert words_on(pdf, tmp_path).count("mật khẩu VNeID") == cards
    assert codes_on(pdf, tmp_path) == ["http://hop.test/guides/scams"] * cards


@pytest.mark.parametrize("wanted", ["none", "steps", "title", "order", "vneid-1.steps", "..%2fx"])
def test_there_is_no_guide_by_another_name(reader: Browser, wanted: str) -> None:
    assert reader.get(f"/guides/accounts/{wanted}").status_code == 404
    assert reader.get(f"/guides/accounts/{wanted}/leaflet.pdf").status_code == 404


def test_every_drawing_is_ours_alone_and_shown_somewhere() -> None:
    folder = resources.files("appliance.papers").joinpath("templates/drawings")
    files = {Path(one.name).stem for one in folder.iterdir()}
    used = {step["drawing"] for guide in GUIDES for step in VI[guide]["steps"]}
    assert used == files
    for name in used:
        text = drawing(name)
        # letters, colours or pictures would begin to look like somebody's screen
        assert set(re.findall(r"<(\w+)", text)) <= {"svg", "path", "rect", "circle"}
        assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', text)) <= {"none", "currentColor"}
    for wrong in ("none", "../prints/sheet", ""):
        with pytest.raises(KeyError):
            drawing(wrong)


@pytest.mark.parametrize("path", ["", *(f"/{guide}" for guide in GUIDES)])
def test_an_english_reader_is_shown_english(reader: Browser, path: str) -> None:
    reader.client.set_cookie("guide-look", "en.plain")
    page = reader.get(f"/guides/accounts{path}").text
    assert left_in_vietnamese(page) == []


@pytest.mark.parametrize("path", ["", *(f"/{guide}" for guide in GUIDES)])
def test_a_kiosk_offers_nothing_to_print(reader: Browser, path: str) -> None:
    reader.get("/guides/kiosk")
    assert ".pdf" not in reader.get(f"/guides/accounts{path}").text
    assert ".pdf" not in reader.get("/guides/scams").text


@pytest.mark.browser
@pytest.mark.timeout(240)
@pytest.mark.parametrize(("look", "width"), [("vi.large", 360), ("en.plain", 768)])
def test_help_with_accounts_has_no_barrier_on_a_phone_and_prints_on_few_sheets(
    address: str, look: str, width: int
) -> None:
    with open_window(address, width=width) as window:
        window.context.add_cookies([{"name": "guide-look", "value": look, "url": address}])
        for path in ("/guides/accounts", "/guides/accounts/vneid-2", "/guides/accounts/post"):
            page = window.go(path)
            name = path.removeprefix("/guides/").replace("/", "-")
            keep_picture(page, f"guide-{name}-{look.replace('.', '-')}-{width}", whole=True)
            assert window.barriers() == [], path
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        page.emulate_media(media="print")
        expect(page.locator(".other-guides")).to_be_hidden()
        assert window.hosts() == {address.removeprefix("http://")}, "a request left the box"
        assert not window.complaints
