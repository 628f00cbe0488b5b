"""Where a citizen follows a dossier: the page of the ward, the portal as of today."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from appliance.config import Config, PortalSince, TrackingSection
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point, open_point
from appliance.desk.sending import sealing
from appliance.desk.sending.following import (
    follow_up_url,
    note_national_code,
    portal_url,
    ward_page,
)
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import TellingClock, scan_into


def with_tracking(config: Config, clock: TellingClock, **told: object) -> Point:
    return open_point(config.model_copy(update={"tracking": TrackingSection(**told)}), clock)


def test_the_slips_address_holds_number_and_secret_where_no_server_sees_them(
    point: Point, dossier_id: str, helper: Volunteer
) -> None:
    assert follow_up_url(point, dossiers.look_at(point, dossier_id).dossier) is None  # not sealed
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, "giay_chung_sinh")
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    sealing.grant_next(point, cleaned)
    dossier = dossiers.look_at(point, dossier_id).dossier
    address = follow_up_url(point, dossier)
    assert address == f"http://127.0.0.1:9/follow#{dossier.number}.{dossier.follow_secret}"


@pytest.mark.parametrize(
    ("told", "page"),
    [
        ("auto", "http://127.0.0.1:9/follow"),
        ("off", None),
        ("https://hoso.phuong.example/theo-doi", "https://hoso.phuong.example/theo-doi"),
    ],
)
def test_a_ward_with_another_page_or_none_is_a_setting(
    config: Config, clock: TellingClock, told: str, page: str | None
) -> None:
    assert ward_page(with_tracking(config, clock, ward_page=told)) == page


def test_the_portals_address_changes_on_its_day(config: Config, clock: TellingClock) -> None:
    point = with_tracking(
        config,
        clock,
        portal=(
            PortalSince(since=date(2027, 3, 1), url="https://moi.example/tra-cuu?ma={code}"),
            PortalSince(since=date(2025, 7, 1), url="https://cu.example/tra-cuu"),
        ),
    )
    code = "H26.12.34-261122-0001"
    assert portal_url(point, code) == "https://cu.example/tra-cuu"
    assert portal_url(point, None) is None
    clock.now += timedelta(days=365)
    assert portal_url(point, code) == f"https://moi.example/tra-cuu?ma={code}"
    assert portal_url(point, "A/B #1") == "https://moi.example/tra-cuu?ma=A%2FB%20%231"


@pytest.mark.parametrize("odd", ["follow", "javascript:alert(1)", "https://x.example/#a"])
def test_an_address_nobody_can_open_is_told_when_the_box_starts(odd: str) -> None:
    with pytest.raises(ValidationError):
        TrackingSection(ward_page=odd)


def test_a_code_is_kept_as_it_was_told_however_it_looks(point: Point, dossier_id: str) -> None:
    assert note_national_code(point, dossier_id, " h26.12-261122-0003 ") == "H26.12-261122-0003"
    assert note_national_code(point, dossier_id, "x" * 500) == "X" * 60
    assert note_national_code(point, dossier_id, " ") == ""
    assert dossiers.look_at(point, dossier_id).national_code is None
