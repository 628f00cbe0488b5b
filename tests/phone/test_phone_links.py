"""Who may come in with a phone, and when it is over."""

from __future__ import annotations

import pytest

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.phone_link import PhoneRefused, Why
from appliance.core.errors import DossierMovedOn
from appliance.desk.dossier import dossiers, phone_links
from appliance.desk.point import Point
from appliance.store.dossier.dossiers import move_dossier
from appliance.store.dossier.phone_links import claim
from appliance.store.people.volunteers import Volunteer
from tests.station_page.conftest import Clock


@pytest.fixture
def dossier_id(point: Point, lan: Volunteer) -> str:
    return dossiers.open_dossier(point, "khai-sinh", lan.id)


def refused(point: Point, secret: str | None, *, following: bool = False) -> Why:
    with pytest.raises(PhoneRefused) as refusal:
        phone_links.link_of_phone(point, secret, following=following)
    return refusal.value.why


def seal(point: Point, dossier_id: str) -> None:
    with point.database.writing() as connection:
        move_dossier(connection, dossier_id, DossierState.OPEN, DossierState.SEALING)
        move_dossier(
            connection, dossier_id, DossierState.SEALING, DossierState.SEALED,
            sealed_at=point.clock(),
        )  # fmt: skip


def test_the_first_phone_comes_in_and_stays_in(
    point: Point, lan: Volunteer, dossier_id: str
) -> None:
    new = phone_links.let_a_phone_in(point, dossier_id, lan.id)
    secret = phone_links.claim(point, new.token, None)
    assert phone_links.link_of_phone(point, secret)[1].id == dossier_id
    assert phone_links.claim(point, new.token, secret) == secret  # it read the code once more


def test_a_second_phone_is_told_that_another_one_has_it(
    point: Point, lan: Volunteer, dossier_id: str
) -> None:
    new = phone_links.let_a_phone_in(point, dossier_id, lan.id)
    phone_links.claim(point, new.token, None)
    for secret in (None, "an old cookie"):
        with pytest.raises(PhoneRefused) as refusal:
            phone_links.claim(point, new.token, secret)
        assert refusal.value.why is Why.TAKEN


def test_of_two_phones_at_the_same_moment_one_comes_in(
    point: Point, lan: Volunteer, dossier_id: str
) -> None:
    new = phone_links.let_a_phone_in(point, dossier_id, lan.id)
    behind = phone_links.link_behind(point, new.token, None)  # both have looked already
    with point.database.writing() as connection:
        taken = [claim(connection, behind.id, secret, point.clock()) for secret in ("a", "b")]
    assert taken == [True, False]


def test_a_phone_of_one_dossier_does_not_come_in_to_another(
    point: Point, lan: Volunteer, dossier_id: str
) -> None:
    mine = phone_links.let_a_phone_in(point, dossier_id, lan.id)
    secret = phone_links.claim(point, mine.token, None)
    other = dossiers.open_dossier(point, "khai-tu", lan.id)
    theirs = phone_links.let_a_phone_in(point, other, lan.id)
    phone_links.claim(point, theirs.token, None)
    with pytest.raises(PhoneRefused) as refusal:
        phone_links.claim(point, theirs.token, secret)
    assert refusal.value.why is Why.TAKEN


def test_after_half_an_hour_it_is_over(
    point: Point, lan: Volunteer, dossier_id: str, clock: Clock
) -> None:
    new = phone_links.let_a_phone_in(point, dossier_id, lan.id)
    secret = phone_links.claim(point, new.token, None)
    clock.pass_by(minutes=29)
    phone_links.link_of_phone(point, secret)
    clock.pass_by(minutes=1)
    assert refused(point, secret) is Why.OVER
    assert refused(point, secret, following=True) is Why.OVER


def test_a_code_that_nobody_used_is_over_too(
    point: Point, lan: Volunteer, dossier_id: str, clock: Clock
) -> None:
    new = phone_links.let_a_phone_in(point, dossier_id, lan.id)
    clock.pass_by(minutes=30)
    with pytest.raises(PhoneRefused) as refusal:
        phone_links.claim(point, new.token, None)
    assert refusal.value.why is Why.OVER


def test_a_clock_set_back_does_not_make_a_code_live_for_years(
    point: Point, lan: Volunteer, dossier_id: str, clock: Clock
) -> None:
    new = phone_links.let_a_phone_in(point, dossier_id, lan.id)
    secret = phone_links.claim(point, new.token, None)
    clock.pass_by(days=-300)
    assert refused(point, secret) is Why.OVER


def test_the_volunteer_ends_it(point: Point, lan: Volunteer, dossier_id: str) -> None:
    new = phone_links.let_a_phone_in(point, dossier_id, lan.id)
    secret = phone_links.claim(point, new.token, None)
    phone_links.let_phones_out(point, dossier_id)
    assert refused(point, secret) is Why.OVER


def test_a_new_code_puts_the_old_phone_out(point: Point, lan: Volunteer, dossier_id: str) -> None:
    secret = phone_links.claim(
        point, phone_links.let_a_phone_in(point, dossier_id, lan.id).token, None
    )
    phone_links.let_a_phone_in(point, dossier_id, lan.id)
    assert refused(point, secret) is Why.OVER


def test_from_the_seal_on_the_phone_may_only_follow_and_only_for_a_day(
    point: Point, lan: Volunteer, dossier_id: str, clock: Clock
) -> None:
    new = phone_links.let_a_phone_in(point, dossier_id, lan.id)
    secret = phone_links.claim(point, new.token, None)
    seal(point, dossier_id)
    assert refused(point, secret) is Why.SEALED
    clock.pass_by(hours=23)
    assert phone_links.link_of_phone(point, secret, following=True)[1].id == dossier_id
    clock.pass_by(hours=1)
    assert refused(point, secret, following=True) is Why.OVER


def test_no_code_is_made_for_a_sealed_dossier(
    point: Point, lan: Volunteer, dossier_id: str
) -> None:
    seal(point, dossier_id)
    with pytest.raises(DossierMovedOn):
        phone_links.let_a_phone_in(point, dossier_id, lan.id)


def test_what_opens_a_dossier_is_not_in_the_store(
    point: Point, lan: Volunteer, dossier_id: str
) -> None:
    new = phone_links.let_a_phone_in(point, dossier_id, lan.id)
    secret = phone_links.claim(point, new.token, None)
    point.database.close()
    kept = b"".join(
        path.read_bytes() for path in point.database.path.parent.rglob("*") if path.is_file()
    )
    assert new.token.encode() not in kept
    assert secret.encode() not in kept
    assert len(new.token) >= 32  # 192 bits


def test_a_phone_without_a_code_sees_nothing(point: Point) -> None:
    assert refused(point, None) is Why.UNKNOWN
    assert refused(point, "") is Why.UNKNOWN
    assert refused(point, "guessed") is Why.UNKNOWN
