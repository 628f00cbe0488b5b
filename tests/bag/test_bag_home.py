"""The bag is back: what waits is told, what is personal is erased, nothing of it opens again."""

from __future__ import annotations

import pytest

from appliance.core.diagnosis import person, well
from appliance.core.dossiers.dossier import DossierState
from appliance.core.point.appointment import Kind, State
from appliance.desk import trail
from appliance.desk.dossier import dossiers
from appliance.desk.people import desk_keys
from appliance.desk.point import Point
from appliance.desk.running import appointments
from appliance.desk.sending.examined import note_findings
from appliance.desk.shifts import bag
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import owners
from appliance.store.people.volunteers import Volunteer
from tests.appointments.conftest import *
from tests.appointments.conftest import MARKS, SATURDAY, at, book, wanted_at
from tests.appointments.test_appointments_booked import raw_state
from tests.campaigns.parts.raw_search import Marks
from tests.duty.conftest import somebody
from tests.guides.test_guides_pages import words_of
from tests.screenshots import keep_picture
from tests.station_page.chromium import Window
from tests.station_page.conftest import PIN, Browser, Clock, Tray

pytestmark = pytest.mark.usefixtures("evening")


def draft(point: Point, lan: Volunteer, tray: Tray) -> str:
    dossier_id = dossiers.open_dossier(point, "khai-sinh", lan.id)
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    dossiers.choose_slot(point, dossier_id, "giay_chung_sinh")
    tray.press()
    dossiers.leave_desk(point)
    return dossier_id


def test_tonights_list_tells_where_and_what_for_and_nothing_of_saturday(
    point: Point, lan: Volunteer, clock: Clock
) -> None:
    book(point, 18, 30)
    gone = book(point, 19)
    appointments.call_off(point, gone.appointment.number, gone.secret, None)
    assert bag.tonight(point).visits == ()  # it is Sunday
    clock.pass_by(days=1, hours=6)
    ((one, details),) = bag.tonight(point).visits
    assert (one.begins_at, details and details.address) == (at(point, 18, 30), MARKS[2])
    clock.pass_by(hours=10)  # after midnight the evening is not over yet
    assert len(bag.tonight(point).visits) == 1
    clock.pass_by(hours=3)
    assert bag.tonight(point).visits == ()


def test_who_carries_it_reads_when_the_battery_ends(
    point: Point, browser: Browser, lan: Volunteer
) -> None:
    browser.sign_in()
    assert "Pin" not in words_of(browser.get("/bag").text)
    note_findings(point, [well("battery-well", percent=63)])
    assert "Pin còn 63 %." in words_of(browser.get("/bag").text)
    note_findings(point, [person("battery-ends", percent=9)])
    said = words_of(browser.get("/bag").text)
    assert "Pin sắp hết: còn 9 %." in said
    assert "Cắm sạc ngay." in said


def test_what_is_personal_goes_and_the_search_would_find_it(
    point: Point, lan: Volunteer, tray: Tray, clock: Clock
) -> None:
    desk_keys.sign_in(point, "Lan", PIN)
    somebody(point, "Người Đối Chứng Mẫu")
    answers = sample_answers("khai-sinh", point.today())
    marks = Marks()
    for word in (*MARKS, str(answers["child_name"]), str(answers["father_name"])):
        marks.add_word(word)
    control = Marks()
    control.add_word("Người Đối Chứng Mẫu")

    visit = book(point, 18).appointment
    dossier_id = draft(point, lan, tray)
    tray.press(2)  # papers that nobody claimed
    clock.pass_by(days=1, hours=9)  # past the visit, and long past the papers' half hour
    keys = point.vault.known()
    with point.database.reading() as connection:
        sealed = rows_of_details(connection)
    assert sealed[0] in raw_state(point)  # as ciphertext it lies there: the second control
    assert len(keys) >= 2

    done = bag.come_home(point, (), lan.id)
    assert (done.drafts, done.visits, done.left) == (1, 1, 0)
    raw = raw_state(point)
    assert control.found_in(raw)
    assert not marks.found_in(raw)
    assert sealed[0] not in raw
    assert point.vault.known() & keys == set()
    assert bag.look_back(point).is_empty
    assert appointments.one(point, visit.id)[1] is None
    assert dossiers.list_recent(point, 5, (DossierState.ERASED,))[0].id == dossier_id
    assert list((point.config.paths.state / "pages").rglob("*.*")) == []
    desk_keys.sign_in(point, "Lan", PIN)
    assert appointments.one(point, visit.id)[1] is None
    told = "\n".join(trail.export(point))
    assert "bag.returned" in told
    assert not marks.found_in(told.encode())


def rows_of_details(connection: object) -> list[bytes]:
    found = connection.exec_driver_sql(  # type: ignore[attr-defined]
        "SELECT details FROM appointment WHERE details IS NOT NULL"
    )
    return list(found.scalars())


def test_a_draft_that_its_citizen_wants_kept_stays_and_opens_again(
    point: Point, lan: Volunteer, tray: Tray
) -> None:
    kept, goes = draft(point, lan, tray), draft(point, lan, tray)
    assert bag.come_home(point, {kept}, lan.id).drafts == 1
    assert [one.id for one in bag.look_back(point).drafts] == [kept]
    assert not dossiers.look_at(point, kept).locked
    with point.database.reading() as connection:
        assert point.vault.known() == owners.wanted_keys(connection)
    assert bag.come_home(point, {kept, goes}, lan.id).drafts == 0  # again: nothing more


def test_whoever_comes_to_the_point_tonight_is_no_visit_of_the_bag(
    point: Point, lan: Volunteer, clock: Clock
) -> None:
    appointments.book(point, wanted_at(point, 18, kind=Kind.POINT), by=lan.id)
    home = appointments.book(point, wanted_at(point, 19), by=lan.id).appointment
    clock.pass_by(days=1, hours=6)
    assert [one.id for one, _ in bag.tonight(point).visits] == [home.id]


def test_a_key_that_nothing_needs_any_more_goes_when_the_bag_is_back(
    point: Point, lan: Volunteer, tray: Tray
) -> None:
    kept = draft(point, lan, tray)
    with point.database.writing():
        left_over = point.vault.new_desk_key()  # a cut came between a row's end and its key's
    bag.come_home(point, {kept}, lan.id)
    assert left_over not in point.vault.known()
    assert not dossiers.look_at(point, kept).locked


def test_visits_of_other_evenings_stay(point: Point, lan: Volunteer, clock: Clock) -> None:
    book(point, 18)
    later = appointments.book(point, wanted_at(point, 19), by=lan.id).appointment
    appointments.move(point, later.id, at(point, 19, day=SATURDAY), lan.id)
    clock.pass_by(days=1, hours=12)
    assert bag.look_back(point).later == 1
    bag.come_home(point, (), lan.id)
    assert appointments.one(point, later.id)[1] is not None
    assert bag.look_back(point).visits == ()


def test_paper_that_still_moves_is_left_and_told(
    point: Point, lan: Volunteer, browser: Browser, tray: Tray
) -> None:
    from appliance.desk.pages import scanning

    dossier_id = dossiers.open_dossier(point, "khai-sinh", lan.id)
    dossiers.choose_slot(point, dossier_id, "giay_chung_sinh")
    scanning.press(point, scanning.AskedBy.PANEL)
    browser.get("/bag/home")
    answer = browser.post("/bag/home")
    page = words_of(browser.get(answer.location).text)
    assert "1 hồ sơ chưa xóa được vì máy quét đang chạy" in page


def test_the_bag_in_a_real_browser(
    window: Window, point: Point, lan: Volunteer, tray: Tray, clock: Clock
) -> None:
    book(point, 18)
    draft(point, lan, tray)
    clock.now = at(point, 18, 10)
    (visit,) = bag.tonight(point).visits
    appointments.settle(point, visit[0].id, State.DONE, lan.id)
    for width in (1366, 360):
        window.page.set_viewport_size({"width": width, "height": 800})
        for path in ("/bag", "/bag/home"):
            window.go(path)
            assert window.barriers() == [], path
            assert window.page.evaluate("document.documentElement.scrollWidth") <= width
            keep_picture(window.page, f"{path.strip('/').replace('/', '-')}-{width}", whole=True)
    window.page.get_by_role("button", name="Xóa khỏi túi").click()
    window.page.get_by_text("1 hồ sơ làm dở, 1 địa chỉ").wait_for()
    window.page.get_by_text("không còn thông tin của ai để xóa").wait_for()
