"""The head of every page on a phone: two rows, and one still reads where one is."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.desk.sending.status import STATION, report_status
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.store.people.volunteers import Role, add_volunteer
from tests.screenshots import keep_picture
from tests.station_page.chromium import open_window
from tests.station_page.conftest import PIN, Clock, Tray

pytestmark = pytest.mark.browser
TWO_ROWS_PX = 125  # two rows to touch, and the padding
NAME = "Nguyễn Thị Tuyết Quỳnh"


@pytest.mark.timeout(120)
@pytest.mark.parametrize("busy", [False, True], ids=["calm", "with dossiers waiting"])
def test_the_head_has_two_rows_on_a_phone_and_names_the_point(
    point: Point, tray: Tray, clock: Clock, address: str, tmp_path: Path, busy: bool
) -> None:
    with point.database.writing() as connection:
        helper = add_volunteer(connection, NAME, PIN, Role.VOLUNTEER, point.clock())
    if busy:
        opened = dossiers.open_dossier(point, "khai-sinh", helper.id)
        dossiers.save_answers(point, opened, sample_answers("khai-sinh", point.today()))
        tray.press(pages=1)
        sealing.ask_to_seal(point, opened, helper.id, consented=True)
        sealing.grant_next(point, cleaned)
        clock.pass_by(minutes=75)
    report_status(point, STATION, "needs-person" if busy else "ready", None)
    with open_window(address, width=360) as window:
        window.sign_in(NAME, PIN)
        head = window.page.locator(".top")
        keep_picture(head, f"head-{busy}-360")
        shape = head.bounding_box()
        assert shape is not None
        assert shape["height"] <= TWO_ROWS_PX
        place = window.page.locator(".brand small")
        assert place.inner_text() == point.config.point.name
        written = place.bounding_box()
        assert written is not None
        assert written["width"] > 60
        assert window.page.locator(".queue-chip").count() == busy
        if busy:  # the oldest one's age is what the chip is for
            age = window.page.locator(".chip-age")
            assert age.inner_text().endswith("1 giờ 15 phút")
            edges = age.bounding_box()
            chip = window.page.locator(".queue-chip").bounding_box()
            assert edges is not None
            assert chip is not None
            assert edges["x"] + edges["width"] <= chip["x"] + chip["width"] <= 360
        assert window.barriers() == []
