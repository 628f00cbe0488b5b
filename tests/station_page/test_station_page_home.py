"""The first screen tells at a glance what waits, whether the line holds and what the box does."""

from __future__ import annotations

import re
from html import unescape

from appliance.core.errors import DestinationUnreachable
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.sending.status import STATION, UPLOADER, report_status
from appliance.store.people.volunteers import Volunteer
from appliance.wording import notice_for
from tests.station_page.conftest import Browser, view_of


def glance(browser: Browser) -> list[str]:
    """The three tiles as they are read, in their order."""
    html = browser.get("/").text
    tiles = re.findall(r'<section class="tile.*?</section>', html, re.DOTALL)
    return [re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", one))).strip() for one in tiles]


def test_what_waits_comes_first_then_the_line_then_the_scanner(
    browser: Browser, point: Point
) -> None:
    report_status(point, STATION, "ready", None)
    queue, line, scanner = glance(browser)
    assert queue.startswith("Hàng chờ gửi Không có hồ sơ chờ")
    assert line.startswith("Đường truyền đến phường Chưa rõ")
    assert scanner.startswith("Máy quét và nút nhấn Sẵn sàng")


def test_a_line_that_is_down_is_told_in_words(browser: Browser, point: Point) -> None:
    report_status(point, UPLOADER, "ready", None)
    assert "Thông suốt" in glance(browser)[1]
    code = DestinationUnreachable.code
    report_status(point, UPLOADER, "resting", code)
    assert "Đang trục trặc" in glance(browser)[1]
    assert notice_for(code).what in glance(browser)[1]


def test_a_station_that_fell_silent_is_not_shown_as_ready(browser: Browser, point: Point) -> None:
    assert "Hộp chưa sẵn sàng" in glance(browser)[2]


def test_dossiers_being_filled_stand_apart_from_sealed_ones(
    browser: Browser, point: Point, lan: Volunteer
) -> None:
    open_one = dossiers.open_dossier(point, "khai-sinh", lan.id)
    sealed = dossiers.open_dossier(point, "khai-tu", lan.id)
    with point.database.writing() as connection:
        connection.exec_driver_sql("UPDATE dossier SET state = 'sealed' WHERE id = ?", (sealed,))
    for _ in range(12):
        dossiers.open_dossier(point, "khai-sinh", lan.id)  # newer ones do not push it off the list
    html = browser.get("/").text
    being_filled, done = html.split('id="recent-title"')
    assert f'href="/dossiers/{open_one}"' in being_filled
    assert f'href="/dossiers/{sealed}"' in done
    assert f'href="/dossiers/{open_one}"' not in done


def test_the_first_screen_says_which_dossier_the_button_scans_into(
    browser: Browser, point: Point
) -> None:
    browser.open_dossier()
    number = view_of(point, browser.open_dossier()).dossier.number
    assert f"Nhấn nút sẽ quét vào hồ sơ {number}." in unescape(browser.get("/").text)


def test_what_this_point_does_most_is_offered_first(
    browser: Browser, point: Point, lan: Volunteer
) -> None:
    for _ in range(2):
        dossiers.open_dossier(point, "khai-tu", lan.id)
    first = re.search(r'name="procedure" value="([^"]+)"', browser.get("/dossiers/new").text)
    assert first
    assert first[1] == "khai-tu"
