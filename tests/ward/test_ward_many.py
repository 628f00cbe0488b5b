"""An inbox of many dossiers: every page costs the same, nothing is skipped, numbers are found."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select, text

from appliance.core.wire.manifest import WardState
from tests.ward.box import Box
from tests.ward.conftest import RunningWard
from tests.ward.many import fill
from tests.ward.officer import Officer, Page
from tests.ward.papers import sealed_dossier
from web.ward.database import reading
from web.ward.office.listing import PAGE, found_by, page_of, waiting
from web.ward.tables import dossier

MANY = 3 * PAGE + 7


@pytest.fixture(scope="module")
def ids(ward: RunningWard) -> list[str]:
    """Newest first."""
    return fill(ward.engine, MANY, seed=5, waiting=0.6)[::-1]


def listed(page: Page) -> list[str]:
    prefix = "/inbox/"
    return [link.removeprefix(prefix) for link in page.links if link.startswith(prefix)]


def beside(page: Page, word: str) -> str | None:
    return next((link for link in page.links if f"{word}=" in link), None)


def test_the_way_to_the_oldest_and_back_shows_each_dossier_once(
    box: Box, officer: Officer, recipient: str, ids: list[str]
) -> None:
    path: str | None = "/inbox?show=all"
    seen: list[list[str]] = []
    while path:
        page = officer.page(path)
        seen.append(listed(page))
        path = beside(page, "older")
        if len(seen) == 1:
            assert beside(page, "newer") is None
            box.deliver(sealed_dossier(recipient))  # must push nothing onto a later page
    assert [dossier for lines in seen for dossier in lines][-MANY:] == ids
    back = [listed(page)]
    while path := beside(page, "newer"):
        page = officer.page(path)
        back.append(listed(page))
    flat = [dossier for lines in back[::-1] for dossier in lines]
    assert flat[-MANY:] == ids
    assert len(set(flat)) == len(flat)


def test_what_waits_is_paged_alone(ward: RunningWard, ids: list[str]) -> None:
    with reading(ward.engine) as conn:
        states = dict(conn.execute(select(dossier.c.id, dossier.c.state)).all())
        first = page_of(conn, waiting_only=True)
        second = page_of(conn, waiting_only=True, older_than=first.lines[-1].id)
        again = page_of(conn, waiting_only=True, newer_than=second.lines[0].id)
        count, oldest = waiting(conn)
    wanted = [one for one in ids if states[one] == WardState.RECEIVED]
    got = [line.id for line in (*first.lines, *second.lines)]
    assert [one for one in got if one in wanted] == wanted[: len([o for o in got if o in wanted])]
    assert [line.id for line in again.lines] == [line.id for line in first.lines]
    assert (first.is_newest, first.is_oldest, again.is_newest) == (True, False, True)
    assert count == sum(state == WardState.RECEIVED for state in states.values())
    assert oldest is not None


def test_a_page_next_to_nothing_is_the_first(ward: RunningWard, ids: list[str]) -> None:
    with reading(ward.engine) as conn:
        first = page_of(conn, waiting_only=False)
        lost = page_of(conn, waiting_only=False, older_than="0198c0de-0000-7000-8000-000000000001")
    assert lost == first


@pytest.mark.parametrize("column", ["code", "follow_number", "national_code"])
def test_a_dossier_is_found_by_each_of_its_numbers_and_by_a_part(
    ward: RunningWard, officer: Officer, ids: list[str], column: str
) -> None:
    with reading(ward.engine) as conn:
        one = conn.execute(
            select(dossier).where(dossier.c.national_code.is_not(None)).limit(1)
        ).one()
    number = getattr(one, column)
    for told in (number, number.lower(), f" {number[:6]} {number[6:]} ", number[-9:]):
        page = officer.page("/inbox?number=" + told.replace(" ", "%20"))
        assert one.id in listed(page), told
        assert one.code in page.text
    if column == "code":
        assert listed(officer.page(f"/inbox?number={number}")) == [one.id]


@pytest.mark.parametrize("odd", ["BD", "%", "____", "'; DROP TABLE dossier; --", "không có"])
def test_what_is_not_there_is_not_found_and_said_so(officer: Officer, odd: str) -> None:
    page = officer.page("/inbox?number=" + odd.replace("%", "%25").replace(" ", "%20"))
    assert listed(page) == []
    assert "Không có hồ sơ nào mang số" in page.text


def test_a_nul_finds_nothing(ward: RunningWard, officer: Officer) -> None:
    assert officer.get("/inbox?number=%00AAAA").status_code == 200
    with reading(ward.engine) as conn:
        assert found_by(conn, "\0AAAA") == ()


def test_the_lists_are_read_from_their_indexes(ward: RunningWard, ids: list[str]) -> None:
    """SQLite says how; PostgreSQL decides by size, so there it is measured instead."""
    if ward.settings.database is not None:
        pytest.skip("SQLite's plans only")
    plans = {
        "ix_dossier_received": "SELECT * FROM dossier WHERE (received_at, id) < ('2026', 'x') "
        "ORDER BY received_at DESC, id DESC LIMIT 51",
    }
    with reading(ward.engine) as conn:
        for index, query in plans.items():
            assert index in plan_of(conn.engine, query)
    seen: list[str] = []

    def remember(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    from sqlalchemy import event

    engine = ward.engine
    event.listen(engine, "before_cursor_execute", remember)
    with reading(engine) as conn:
        page_of(conn, waiting_only=True)
        waiting(conn)
    [listing] = [one for one in seen if "ORDER BY" in one]
    [counting] = [one for one in seen if "count" in one]
    assert "ix_dossier_waiting" in plan_of(engine, listing.replace("?", "51"))
    assert "COVERING INDEX ix_dossier_waiting" in plan_of(engine, counting)


def plan_of(engine: Engine, query: str) -> str:
    with engine.connect() as conn:
        return "\n".join(str(row) for row in conn.execute(text(f"EXPLAIN QUERY PLAN {query}")))
