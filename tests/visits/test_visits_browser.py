"""The desk, the places, the figures and what visitors see, in Chromium, at three widths.

With TRAMHOSO_PICTURES set, pictures of them are kept in that folder (docs/pages is made so).
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from appliance.core.point.visits import HowDone, Purpose
from appliance.desk import served
from appliance.desk.point import Point
from appliance.desk.running import queue, visits
from appliance.store.people.volunteers import Volunteer
from tests.screenshots import keep_picture
from tests.station_page.chromium import open_window
from tests.station_page.conftest import PIN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def a_busy_morning(point: Point, lan: Volunteer) -> str:
    """Visitors, numbers and two places; returns a code that lets an answer in."""
    served.add(point, "Nhà văn hóa tổ dân phố số 5, cạnh trường mầm non Hoa Sen")
    for purpose, many in ((Purpose.DOSSIER, 3), (Purpose.ACCOUNT, 5), (Purpose.SCAM_ADVICE, 2)):
        for number in range(many):
            came = visits.touch(point, purpose)
            visits.mark(point, came, tuple(HowDone)[number % 3])
    for _ in range(5):
        queue.give(point)
    for _ in range(2):
        queue.call_next(point, lan.id)
        queue.absent(point, queue.now(point).called[0])
    queue.call_next(point, lan.id)
    served.move(point, "nha-van-hoa-to-dan-pho-so-5-canh-truong-mam-non-hoa-sen")
    visits.touch(point, Purpose.POST)
    served.move(point, served.own(point).key)
    token = visits.let_answer(point, visits.touch(point, Purpose.POST))
    assert token is not None
    return token


@pytest.mark.parametrize("width", [1366, 360])
def test_no_page_has_a_barrier_or_is_wider_than_the_screen_and_none_needs_a_script(
    address: str, point: Point, lan: Volunteer, width: int
) -> None:
    token = a_busy_morning(point, lan)
    paths = {
        "visits": "/visits?given=5",
        "visits-places": "/visits/places",
        "figures": "/figures",
        "figures-year": "/figures?period=2026",
        "guide-queue": "/guides/queue",
        "guide-opinion": f"/guides/opinion/{token}?at=desk",
        "guide-thanks": "/guides/thanks?at=desk",
    }
    with open_window(address, width=width) as window:
        window.sign_in("Lan", PIN)
        for name, path in paths.items():
            page = window.go(path)
            keep_picture(page, f"{name}-{width}", whole=True)
            assert window.barriers() == [], path
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{path} is {wide} px wider than a screen of {width}"
        window.go("/visits")
        window.page.get_by_role("button", name="Nộp phí, lệ phí").focus()
        window.page.keyboard.press("Enter")
        expect(window.page.locator("#today")).to_contain_text("12 lượt hôm nay")
        assert visits.today(point)[0].purpose is Purpose.PAYMENT
        assert window.hosts() == {address.removeprefix("http://")}, "a request left the box"
        assert not window.complaints
