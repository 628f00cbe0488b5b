"""Every page, drawn by Chromium at both ends of the range of screens.

With TRAMHOSO_PICTURES set, pictures are kept in that folder (docs/pages is made so).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.core.paper.findings import Warn
from appliance.core.wire.manifest import SupplementItem, WardState
from appliance.desk.dossier import dossiers
from appliance.desk.people import holding
from appliance.desk.point import Point
from appliance.desk.sending import sealing, supplements
from appliance.desk.sending.status import STATION, report_status
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.pretend.sample_pages import write_sample_pages
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.screenshots import keep_picture
from tests.station_page.chromium import open_window
from tests.station_page.conftest import PIN, Clock, Tray, receipt_for, topic_page
from tests.station_page.supplements import say

pytestmark = pytest.mark.browser
NARROW = 640  # up to here the bar of what is next lies at the foot of the window


@pytest.mark.timeout(240)
@pytest.mark.parametrize("width", [1366, 768, 360])
def test_no_page_is_wider_than_the_screen(
    point: Point, lan: Volunteer, tray: Tray, clock: Clock, address: str, tmp_path: Path, width: int
) -> None:
    tray.papers = write_sample_pages(tmp_path / "papers", dpi=100, count=3)
    report_status(point, STATION, "ready", None)
    with open_window(address, width=width) as window:

        def bars() -> str:
            return str(window.page.locator("main").inner_html())

        def picture(name: str, path: str) -> None:
            window.go(path)
            window.page.wait_for_load_state("load")
            # its papers stick to the window's edge; a phone's bar of what is next does everywhere
            whole = not name.startswith("topic") and (width > NARROW or "steps" not in bars())
            keep_picture(window.page, f"{name}-{width}", whole=whole)
            too_wide = window.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert too_wide <= 0, f"{name} is {too_wide} px wider than a screen of {width}"
            assert window.barriers() == [], name

        picture("sign-in", "/sign-in")
        window.sign_in("Lan", PIN)
        picture("home-empty", "/")
        picture("choose", "/dossiers/new")
        picture("choose-found", "/dossiers/new?q=ket hon")
        picture("choose-elsewhere", "/dossiers/new?q=sao y")
        first = dossiers.open_dossier(point, "khai-sinh", lan.id)
        work = f"/dossiers/{first}"
        picture("dossier-new", work)
        tray.press(pages=2)
        tray.clean()
        dossiers.save_answers(
            point, first, {"requester_name": "Trần Thị Mẫu Hoa", "relation": "mother"}
        )
        tray.find(tray.scanned[0], angle_deg=1.24, clean_bytes=84_000)
        tray.find(tray.scanned[1], clean_bytes=1_012_000)
        report_status(point, STATION, "saved", None)
        picture("dossier-work", work)
        picture("topic-work", topic_page(point, work, "child_name"))
        wide = window.page.evaluate(
            """[".address", ".form-control:not(.short)"].map(
            (one) => document.querySelector(`.questions ${one}`).clientWidth)"""
        )
        assert abs(wide[0] - wide[1]) <= 4, f"an address shrinks beside its word: {wide}"
        sticks_out = window.page.evaluate(
            """[...document.querySelectorAll(".work .slot-head")].filter((head) =>
            head.lastElementChild.getBoundingClientRect().right >
            head.closest(".slot").getBoundingClientRect().right).length"""
        )
        assert sticks_out == 0, "a paper's name runs into the one beside it"
        picture("topic-mother", topic_page(point, work, "mother_name"))
        tray.press(pages=2)
        tray.clean()
        tray.find(tray.scanned[1], Warn("unsharp", "bottom-right", severe=True), angle_deg=-2.4)
        tray.find(tray.scanned[2], is_blank=True)
        tray.find(tray.scanned[3], Warn("turn-unsure"), auto_turn=None)
        picture("dossier-found", work)
        picture("slot-found", f"{work}/slots/giay_chung_sinh")
        keep_picture(window.page.locator("#papers"), f"papers-found-{width}")
        picture("arrange", f"/dossiers/{first}/slots/giay_chung_sinh/arrange")
        picture("page-unsharp", f"/dossiers/{first}/pages/{tray.scanned[1]}")
        picture("page-blank", f"/dossiers/{first}/pages/{tray.scanned[2]}")
        picture("page-turn", f"/dossiers/{first}/pages/{tray.scanned[3]}")
        tray.press(error_code="paper-jam")
        dossiers.save_answers(
            point,
            first,
            {
                "requester_name": "Trần Thị Mẫu Hoa",
                "requester_id_number": "0561960045",
                "relation": "mother",
                "child_birth_date": "32/13/2026",
            },
        )
        report_status(point, STATION, "needs-person", "paper-jam")
        picture("dossier-half", work)
        picture("topic-wrong", f"{topic_page(point, work, 'requester_name')}?all=1")
        picture("topic-from-check", f"{topic_page(point, work, 'copies')}?back=check")
        picture("check-lacking", f"/dossiers/{first}/check")
        picture("page", f"/dossiers/{first}/pages/{tray.scanned[0]}")
        dossiers.save_answers(point, first, sample_answers("khai-sinh", point.today()))
        picture("dossier-ready", work)
        picture("check-ready", f"/dossiers/{first}/check")
        picture("prints", f"/dossiers/{first}/prints")
        sealing.ask_to_seal(point, first, lan.id, consented=True)
        picture("delivery-sealing", f"/dossiers/{first}/delivery")
        sealing.grant_next(point, cleaned)
        picture("delivery-waiting", f"/dossiers/{first}/delivery")
        clock.pass_by(minutes=20)
        with point.database.writing() as connection:
            outbox.needs_person(connection, first, "refused-by-ward", "")
        dossiers.open_dossier(point, "khai-sinh", lan.id)
        report_status(point, STATION, "saved", None)
        picture("home-busy", "/")
        with point.database.writing() as connection:
            sent = outbox.submission_of(connection, first)
            assert sent is not None
            outbox.mark_delivered(connection, sent, receipt_for(sent, clock.now))
        picture("delivery-delivered", f"/dossiers/{first}/delivery")
        asked = (
            SupplementItem(what="field", ref="mother_name", problem="mismatch"),
            SupplementItem(what="field", ref="child_birth_date", problem="missing"),
            SupplementItem(what="paper", ref="giay_chung_sinh", problem="unreadable", page=2),
            SupplementItem(what="paper", ref="uy_quyen", problem="missing"),
        )
        say(point, clock, work, 1, WardState.SUPPLEMENT_REQUESTED, items=asked)
        picture("delivery-asked", f"{work}/delivery")
        picture("correction-asked", f"{work}/supplement")
        supplements.begin(point, first, lan.id)
        tray.press()
        tray.clean()
        dossiers.save_answers(
            point, first, {"mother_name": "Trần Thị Mẫu Hoa", "child_birth_date": "32/13/2026"}
        )
        picture("correction-answers", f"{work}/supplement/answers?all=1")
        picture("page-fresh", f"{work}/pages/{tray.scanned[-1]}")
        dossiers.save_answers(point, first, {"child_birth_date": ""})
        picture("correction-part", f"{work}/supplement")
        picture("correction-check", f"{work}/supplement/check?part=1")
        picture("not-found", "/nowhere")
        with point.database.writing() as connection:
            phuong = add_volunteer(connection, "Phương", PIN, Role.TECHNICIAN, clock.now)
        held = dossiers.open_dossier(point, "khai-tu", phuong.id)
        holding.hold(point, held, phuong.id)
        picture("held", f"/dossiers/{held}")
        picture("home-held", "/")
        window.page.get_by_role("button", name="Khóa").click()
        picture("locked", "/locked")
        window.page.get_by_role("button", name="Thoát").click()
        window.sign_in("Phương", PIN)
        picture("box", "/box")
        assert not window.complaints
