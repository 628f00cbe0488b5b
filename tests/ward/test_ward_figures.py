"""Months of the points at the ward: each telling counts once, the newest holds, boxes add up."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert
from sqlalchemy.engine import Engine

from appliance.core.point.figures import Channel, Figures, Month, total
from appliance.core.point.figures_told import LARGEST_BYTES, Commune, HeardMonthTold, MonthTold
from tests.figures.counts import figures
from tests.ward.test_ward_contract import contract, promise  # noqa: F401 - fixtures
from web.ward import figures as rows
from web.ward.app import create_app
from web.ward.boxes.devices import add_device, revoke_device
from web.ward.database import open_database, reading, writing
from web.ward.init import init_ward
from web.ward.settings import WardSettings
from web.ward.tables import device, figure_month, ward_total

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MONTHS = ("2026-10", "2026-11")
PLACES = ("TH-0001", "nha-van-hoa", "cho-huyen")
HERE = Commune(code="22615", name="Xã Bắc Khánh Vĩnh")
THERE = Commune(code="20242", name="Phường Hải Châu")
ONE = Figures(dossiers={"khai-sinh": {Channel.WARD: 2}}, asked=1)


def month(place: str, when: str, counts: Figures = ONE) -> Month:
    return Month.of(place, place.replace("-", " "), when, counts)


def told(
    revision: int, place: str = "TH-0001", when: str = "2026-11", counts: Figures = ONE
) -> dict[str, Any]:
    message = MonthTold(revision=revision, figures=month(place, when, counts), commune=HERE)
    return message.model_dump(mode="json", exclude_none=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[WardSettings, str]:
    limits = WardSettings(tmp_path_factory.mktemp("ward") / "home")
    token = init_ward(limits).token
    assert token
    return limits, token


@pytest.fixture(scope="module")
def client(made: tuple[WardSettings, str]) -> FlaskClient:
    return create_app(made[0]).test_client()


@pytest.fixture
def engine(made: tuple[WardSettings, str]) -> Iterator[Engine]:
    opened = open_database(made[0].database_url)
    with writing(opened) as conn:
        forget(conn)
    yield opened
    opened.dispose()


def forget(conn: Connection) -> None:
    conn.execute(delete(figure_month))
    conn.execute(delete(ward_total))


@pytest.fixture
def box(client: FlaskClient, made: tuple[WardSettings, str], engine: Engine) -> Any:
    def ask(method: str, path: str = "", token: str = made[1], **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        return client.open(f"/intake/v1/figures{path}", method=method, headers=headers, **more)

    return ask


def test_a_month_is_kept_once_and_told_as_the_contract_says(box: Any, promise: Any) -> None:
    body = told(1)
    assert promise.faults("MonthTold", body) == []
    for _ in range(2):
        answer = box("PUT", "/TH-0001/2026-11", json=body)
        assert (answer.status_code, answer.json) == (200, {"revision": 1})
    known = box("GET")
    assert promise.faults("MonthsKnown", known.json) == []
    assert [(one["place"], one["revision"]) for one in known.json["items"]] == [("TH-0001", 1)]


def test_an_older_telling_never_overwrites_a_newer_one(box: Any, promise: Any) -> None:
    newer = Figures(dossiers={"khai-sinh": {Channel.WARD: 9}})
    assert box("PUT", "/TH-0001/2026-11", json=told(7, counts=newer)).status_code == 200
    for late in (told(3), told(7)):  # a delayed one, and another of the same number
        answer = box("PUT", "/TH-0001/2026-11", json=late)
        assert answer.status_code == 409
        assert answer.json["revision"] == 7
        assert promise.faults("Problem", answer.json) == []
    assert box("GET").json["items"][0]["revision"] == 7
    assert box("PUT", "/TH-0001/2026-11", json=told(8)).status_code == 200


def test_what_is_no_month_is_refused_and_named(box: Any, promise: Any) -> None:
    elsewhere = told(1)
    cases = [
        ("/TH-0001/2026-10", elsewhere, "figures.month"),
        ("/TH-0002/2026-11", elsewhere, "figures.place"),
        ("/TH-0001/2026-11", elsewhere | {"revision": 0}, "revision"),
        ("/TH-0001/2026-11", {**elsewhere, "figures": {"place": "TH-0001"}}, "figures.place_name"),
        ("/TH-0001/2026-11", [], ""),
        ("/TH-0001/2026-11", {**elsewhere, "commune": {"code": "1", "name": "x"}}, "commune.code"),
    ]
    for path, body, fault in cases:
        answer = box("PUT", path, json=body)
        assert answer.status_code == 422, body
        assert answer.json["errors"][0]["path"] == fault
        assert promise.faults("Problem", answer.json) == []
    for name in ("dòng\nkhác", "a\0b"):
        named = {**elsewhere, "figures": elsewhere["figures"] | {"place_name": name}}
        assert box("PUT", "/TH-0001/2026-11", json=named).status_code == 422
    assert box("PUT", "/TH-0001/2026-11", data=b"{" * 100_000).status_code == 422
    assert box("PUT", "/TH-0001/2026-11", data=b" " * (LARGEST_BYTES + 1)).status_code == 413
    assert box("GET").json == {"items": []}


def test_a_newer_box_may_say_more_than_this_ward_knows(box: Any) -> None:
    body = told(1) | {"weather": "nắng"}
    body["figures"]["smiles"] = {"wide": 3}
    assert box("PUT", "/TH-0001/2026-11", json=body).status_code == 200
    # the digest is of all that was said, or the box would send it for ever
    assert box("GET").json["items"][0]["sha256"]
    assert box("PUT", "/TH-0001/2026-11", json=body).status_code == 200


def test_a_box_sees_and_changes_only_its_own_months(box: Any, engine: Engine) -> None:
    with writing(engine) as conn:
        other = add_device(conn, f"hộp {NOW.timestamp()}", NOW)
    assert box("PUT", "/TH-0001/2026-11", json=told(5)).status_code == 200
    assert box("GET", token=other).json == {"items": []}
    assert box("PUT", "/TH-0001/2026-11", json=told(1), token=other).status_code == 200
    assert box("GET").json["items"][0]["revision"] == 5
    assert box("GET", token="tht_nobody").status_code == 401
    with reading(engine) as conn:
        (place,) = rows.places(conn, "2026-11", "2026-11")
    assert place.figures.dossiers_in_all == 4  # one place that two boxes visited
    assert len(place.boxes) == 2


def test_a_box_that_was_lost_leaves_its_figures_behind(box: Any, engine: Engine) -> None:
    with writing(engine) as conn:
        lost = add_device(conn, f"mất {NOW.timestamp()}", NOW)
    assert box("PUT", "/TH-0001/2026-11", json=told(1), token=lost).status_code == 200
    with writing(engine) as conn:
        assert revoke_device(conn, f"mất {NOW.timestamp()}", NOW)
    with reading(engine) as conn:
        assert rows.by_month(conn, "2026-01", "2026-12", None)["2026-11"].dossiers_in_all == 2


def test_nobody_fills_the_table(box: Any, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_MONTHS", 2)
    for place, status in (("a", 200), ("b", 200), ("c", 422), ("a", 200)):
        body = told(1, place)
        assert box("PUT", f"/{place}/2026-11", json=body).status_code == status


# ── whatever order tellings come in ──────────────────────────────────────────

TELLINGS = st.lists(
    st.tuples(
        st.integers(0, 2),  # the box
        st.sampled_from(PLACES),
        st.sampled_from(MONTHS),
        st.integers(1, 5),  # revision
        st.sampled_from([None, HERE, THERE]),
        figures(),
    ),
    max_size=14,
    # a box tells one thing under one number
    unique_by=lambda one: (one[0], one[1], one[2], one[3]),
)


@given(tellings=TELLINGS, data=st.data())
@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_however_late_and_often_they_come_the_sums_are_those_of_the_newest_tellings(
    engine: Engine, tellings: list[Any], data: st.DataObject
) -> None:
    late = data.draw(st.lists(st.sampled_from(tellings), max_size=6)) if tellings else []
    order = data.draw(st.permutations([*tellings, *late]))
    with writing(engine) as conn:
        forget(conn)
        boxes = boxes_of(conn)
        for box, place, when, revision, commune, counts in order:
            message = HeardMonthTold.model_validate(
                MonthTold(
                    revision=revision, figures=month(place, when, counts), commune=commune
                ).model_dump(mode="json", exclude_none=True)
            )
            with suppress(rows.OlderRevision):
                rows.take(conn, boxes[box], message, f"{revision:064}", NOW)
    newest: dict[tuple[int, str, str], Any] = {}
    for box, place, when, revision, commune, counts in tellings:
        if newest.get((box, place, when), (0,))[0] < revision:
            newest[box, place, when] = revision, commune, counts
    expected: dict[tuple[str, str], list[Figures]] = {}
    for (_box, place, _when), (_revision, commune, counts) in newest.items():
        expected.setdefault((commune.code if commune else "", place), []).append(counts)
    with reading(engine) as conn:
        found = {(one.commune, one.place): one.figures for one in rows.places(conn, *MONTHS)}
        monthly = rows.by_month(conn, *MONTHS, None)
    assert found == {key: total(parts) for key, parts in expected.items()}
    assert total(monthly.values()) == total(itertools.chain.from_iterable(expected.values()))


def boxes_of(conn: Connection) -> list[int]:
    """Three boxes that this ward knows."""
    for name in ("một", "hai", "ba"):
        known = conn.execute(device.select().where(device.c.name == name)).first()
        if known is None:
            values = {"token_sha256": name, "added_at": NOW, "verify_key": name}
            conn.execute(insert(device).values(name=name, **values))
    found = conn.execute(device.select().where(device.c.name.in_(["một", "hai", "ba"])))
    ids = {row.name: row.id for row in found}
    return [ids["một"], ids["hai"], ids["ba"]]


# ── the ward's own number ────────────────────────────────────────────────────


def tell(conn: Connection, box: int, commune: Commune | None, when: str, count: int) -> None:
    counts = Figures(dossiers={"khai-sinh": {Channel.WARD: count}})
    message = MonthTold(revision=1, figures=month("TH-0001", when, counts), commune=commune)
    heard = HeardMonthTold.model_validate(message.model_dump(mode="json", exclude_none=True))
    rows.take(conn, box, heard, "0" * 64, NOW)


def test_the_number_of_the_office_is_told_to_its_boxes_for_thirteen_months(engine: Engine) -> None:
    with writing(engine) as conn:
        box = boxes_of(conn)[0]
        tell(conn, box, HERE, "2026-11", 3)
        rows.note_total(conn, "", "2026-11", 170, "Bình", NOW)
        rows.note_total(conn, "", "2025-11", 150, "Bình", NOW)
        rows.note_total(conn, "", "2025-10", 140, "Bình", NOW)
        assert rows.ward_totals(conn, box, NOW) == [
            {"month": "2025-11", "dossiers": 150},
            {"month": "2026-11", "dossiers": 170},
        ]
        rows.note_total(conn, "", "2026-11", None, "Bình", NOW)
        assert [one["month"] for one in rows.ward_totals(conn, box, NOW)] == ["2025-11"]


def test_an_office_of_two_communes_holds_each_against_its_own_number(engine: Engine) -> None:
    with writing(engine) as conn:
        first, second, _ = boxes_of(conn)
        tell(conn, first, HERE, "2026-11", 103)
        tell(conn, second, THERE, "2026-11", 90)
        rows.note_total(conn, "", "2026-11", 999, "Bình", NOW)  # of nobody, now that there are two
        rows.note_total(conn, "22615", "2026-11", 170, "Bình", NOW)
        found = {one.code: one for one in rows.shares(conn, "2026-11", "2026-11")}
        assert rows.ward_totals(conn, first, NOW) == [{"month": "2026-11", "dossiers": 170}]
        assert rows.ward_totals(conn, second, NOW) == []
    assert round(found["22615"].percent or 0, 1) == 60.6  # 103 of 170, as in Khánh Đông
    assert found["20242"].percent is None
    assert found["20242"].name == "Phường Hải Châu"


def test_a_share_waits_until_every_month_has_its_number(engine: Engine) -> None:
    with writing(engine) as conn:
        box = boxes_of(conn)[0]
        tell(conn, box, None, "2026-10", 10)
        tell(conn, box, None, "2026-11", 20)
        rows.note_total(conn, "", "2026-11", 40, "Bình", NOW)
        (year,) = rows.shares(conn, "2026-01", "2026-12")
        assert year.percent is None
        rows.note_total(conn, "", "2026-10", 20, "Bình", NOW)
        (year,) = rows.shares(conn, "2026-01", "2026-12")
        assert (year.through_points, year.in_all, year.percent) == (30, 60, 50)


def test_a_heartbeat_brings_the_number_along(
    client: FlaskClient, made: tuple[WardSettings, str], engine: Engine, promise: Any
) -> None:
    beat = {"version": "1", "queue": 0, "oldest_waiting_s": 0, "disk_free_mb": 1}
    headers = {"Authorization": f"Bearer {made[1]}"}
    answer = client.put("/intake/v1/heartbeat", json=beat, headers=headers)
    assert answer.json["ward_totals"] == []
    this_month = f"{datetime.now(UTC):%Y-%m}"
    with writing(engine) as conn:
        rows.note_total(conn, "", this_month, 170, "Bình", NOW)
    answer = client.put("/intake/v1/heartbeat", json=beat, headers=headers)
    assert answer.json["ward_totals"] == [{"month": this_month, "dossiers": 170}]
    assert promise.faults("HeartbeatAnswer", answer.json) == []
