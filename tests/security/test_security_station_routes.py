"""Whoever has no business with a paper gets nothing of it, at whatever address they ask."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask

from appliance.desk.dossier import dossiers
from tests.security.conftest import Marked
from tests.security.walking import Answered, has_a_paper
from tests.station_page.conftest import PIN, Browser, Clock
from web.station.app import IDLE_LIMIT, LOCK_AFTER, create_app
from web.station.here import EXTENSION

# What anybody on the Wi-Fi may have: whatever else there is, or will be, is closed.
FOR_ANYBODY = re.compile(
    r"(sign_in\.(show|enter)|health\.look|static|bootstrap\.static|guides\.\w+"
    r"|phone\.(open|claim|left)|calendar\.feed|booking\.\w+)"
)
# what only a slip's secret opens, and pages at the same addresses
BOOKING = {f"booking.{name}" for name in ("ask", "book", "done", "mine", "see", "call_off")}
AT_THE_DOOR = {"sign_in.enter", "phone.claim", "guides.switch"} | BOOKING
SIGN_IN, LOCKED = "/sign-in", "/locked"
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}


def a_strangers_token(app: Flask) -> tuple[str, str]:
    """Cookie and token of a browser that has looked at the door only."""
    browser = Browser(app.test_client())
    browser.get(SIGN_IN)
    cookie = browser.client.get_cookie("tramhoso")
    assert cookie is not None
    return f"tramhoso={cookie.value}", browser.token


def must_be_closed(one: Answered, *, door: str = SIGN_IN) -> None:
    """To a person: the door; to a phone: three sentences; to an unknown method: no."""
    assert not has_a_paper(one), one
    if one.endpoint.startswith("phone."):
        assert one.status in {400, 403, 405} or one.leads_to == LOCKED == door, one
    elif one.status == 303:
        assert one.leads_to == door, one
    else:
        assert one.status in {400, 405}, one


def as_nobody(marked: Marked, **headers: str) -> int:
    cookie, token = a_strangers_token(marked.walker.app)
    cookie = "; ".join(filter(None, (cookie, headers.pop("Cookie", ""))))
    before, asked = marked.kept(), 0
    for one in marked.walker.walk(form={"csrf_token": token}, Cookie=cookie, **headers):
        asked += 1
        if not FOR_ANYBODY.fullmatch(one.endpoint):
            must_be_closed(one)
        elif one.method in CHANGES and one.endpoint not in AT_THE_DOOR:
            assert one.status in {400, 403, 405}, one  # its address is also that of a form
    assert marked.kept() == before, "a stranger changed something"
    return asked


def test_nobody_gets_anything_at_any_address(marked: Marked) -> None:
    asked = as_nobody(marked)
    assert asked == 8 * sum(1 for _ in marked.walker.app.url_map.iter_rules()) > 800


def test_a_strangers_script_gets_nothing_to_show(marked: Marked) -> None:
    for one in marked.walker.walk(methods=("GET",), X_Live="1"):
        if not FOR_ANYBODY.fullmatch(one.endpoint):
            assert one.status in {401, 405}, one  # 405: what is only pressed
            assert not has_a_paper(one), one


def test_a_phone_without_a_real_code_is_nobody(marked: Marked) -> None:
    for made_up in ("x", marked.phone[:-1], marked.phone.swapcase(), "%00"):
        for one in marked.walker.walk(methods=("GET",), Cookie=f"phone={made_up}"):
            if not FOR_ANYBODY.fullmatch(one.endpoint):
                must_be_closed(one)


def test_a_phone_of_another_dossier_gets_nothing_of_this_one(marked: Marked) -> None:
    cookie, token = a_strangers_token(marked.walker.app)
    before = dossiers.look_at(marked.point, marked.dossier_id)
    for one in marked.walker.walk(
        form={"csrf_token": token},
        leave_out=frozenset({"phone.leave"}),  # its own end, not another's
        Cookie=f"{cookie}; phone={marked.other_phone}",
    ):
        assert not has_a_paper(one) or FOR_ANYBODY.fullmatch(one.endpoint), one
        if one.endpoint in {"phone.picture", "phone.file", "phone.remove"}:
            assert one.status in {404, 405, 409} or one.method == "OPTIONS", one
        elif one.endpoint in {"phone.open", "phone.claim"}:
            assert one.status in {403, 405} or one.method == "OPTIONS", one
        elif not one.endpoint.startswith("phone.") and not FOR_ANYBODY.fullmatch(one.endpoint):
            must_be_closed(one)
    assert dossiers.look_at(marked.point, marked.dossier_id) == before


def test_a_phone_whose_half_hour_is_over_is_nobody(marked: Marked, clock: Clock) -> None:
    clock.pass_by(minutes=31)
    as_nobody(marked, Cookie=f"phone={marked.phone}")


def test_a_session_that_is_over_is_nobody(marked: Marked, clock: Clock) -> None:
    clock.pass_by(minutes=31)
    before = marked.kept()
    for one in marked.walker.walk(
        form={"csrf_token": marked.token}, Cookie=f"tramhoso={marked.cookie}"
    ):
        if not FOR_ANYBODY.fullmatch(one.endpoint):
            must_be_closed(one)
    assert marked.kept() == before


def test_a_locked_screen_opens_for_the_pin_alone(
    marked: Marked, clock: Clock, request: pytest.FixtureRequest
) -> None:
    app = create_app(
        marked.point, monotonic=clock.monotonic, lock_after=LOCK_AFTER, idle_limit=IDLE_LIMIT
    )
    request.addfinalizer(app.extensions[EXTENSION].freshness.close)
    browser = Browser(app.test_client())
    browser.sign_in("Lan", PIN)
    assert browser.post("/lock", back="/").location == LOCKED
    cookie = browser.client.get_cookie("tramhoso")
    assert cookie is not None
    before = marked.kept()
    open_ones = {"lock.show", "lock.unlock", "lock.close", "sign_in.leave"}
    for one in replace(marked.walker, app=app).walk(
        form={"csrf_token": browser.token},
        leave_out=frozenset({"sign_in.leave"}),
        Cookie=f"tramhoso={cookie.value}",
    ):
        if one.endpoint not in open_ones and not FOR_ANYBODY.fullmatch(one.endpoint):
            must_be_closed(one, door=LOCKED)
    assert marked.kept() == before


def test_another_volunteer_sees_whose_it_is_and_no_more(marked: Marked, colleague: str) -> None:
    by_leave = {"holding.take_over"}  # taking over is said in so many words
    outside = replace(marked.walker, marks=marked.of_citizens)  # numbers stand in the list
    for one in outside.walk(methods=("GET",), Cookie=f"tramhoso={colleague}"):
        if "/dossiers/0" in one.path and one.endpoint not in by_leave:
            assert one.status in {303, 404, 405, 409}, one
            assert not has_a_paper(one), one
        if one.endpoint in {"walk_ups.image", "walk_ups.now"}:
            assert one.status == 409, one
            assert not has_a_paper(one), one


def test_a_volunteer_is_no_technician(marked: Marked) -> None:
    rules = [r for r in marked.walker.app.url_map.iter_rules() if r.rule.startswith("/box")]
    others = frozenset(
        r.endpoint for r in marked.walker.app.url_map.iter_rules() if not r.rule.startswith("/box")
    )
    before = marked.kept()
    asked = [
        one
        for one in marked.walker.walk(
            form={"csrf_token": marked.token},
            methods=("GET", "POST"),
            leave_out=others,
            Cookie=f"tramhoso={marked.cookie}",
        )
        if one.status != 405
    ]
    assert len(asked) >= len(rules) >= 4
    assert {one.status for one in asked} == {403}
    assert marked.kept() == before


@pytest.mark.parametrize("token", ["", "made up"])
def test_without_the_pages_own_token_nothing_changes(marked: Marked, token: str) -> None:
    before, refused = marked.kept(), 0
    cookie = f"tramhoso={marked.cookie}; phone={marked.phone}"
    for one in marked.walker.walk(
        form={"csrf_token": token}, methods=("POST", "PUT", "PATCH", "DELETE"), Cookie=cookie
    ):
        assert one.status in {400, 405}, one
        refused += one.status == 400
    assert refused >= sum(
        "POST" in (rule.methods or ()) for rule in marked.walker.app.url_map.iter_rules()
    )
    assert marked.kept() == before


def test_a_page_elsewhere_presses_no_button_even_with_a_token(marked: Marked) -> None:
    before = marked.kept()
    for one in marked.walker.walk(
        form={"csrf_token": marked.token},
        methods=("POST",),
        Cookie=f"tramhoso={marked.cookie}; phone={marked.phone}",
        Sec_Fetch_Site="cross-site",
    ):
        assert one.status in {400, 405}, one
    assert marked.kept() == before


def test_a_foreign_host_name_learns_nothing_at_any_address(marked: Marked) -> None:
    for one in marked.walker.walk(
        methods=("GET", "POST"), Host="evil.example", Cookie=f"tramhoso={marked.cookie}"
    ):
        assert one.status in {400, 405}, one


def test_over_https_no_cookie_travels_in_the_open(
    marked: Marked, clock: Clock, request: pytest.FixtureRequest
) -> None:
    app = create_app(marked.point, https=True, monotonic=clock.monotonic)
    request.addfinalizer(app.extensions[EXTENSION].freshness.close)
    answer = app.test_client().get(SIGN_IN, base_url="https://hop.test")
    assert answer.headers["Set-Cookie"].startswith("__Host-tramhoso=")
    assert "; Secure;" in answer.headers["Set-Cookie"]
