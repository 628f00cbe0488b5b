"""A box brings its months to a real ward over HTTP, and hears the ward's own number."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Engine
from werkzeug.serving import make_server

from appliance.core.point.figures_told import WardTotal
from appliance.core.point.visits import Purpose
from appliance.desk.point import Point
from appliance.desk.running import figures, figures_told, visits
from appliance.desk.sending.delivery import health
from appliance.destinations.ward_service import WardService
from appliance.services.figures_told import LOOK_AGAIN_S, FiguresToWard
from tests.delivery.conftest import Notebook
from web.ward import figures as rows
from web.ward.app import create_app
from web.ward.database import open_database, reading, writing
from web.ward.init import WardMade, init_ward
from web.ward.settings import WardSettings
from web.ward.tables import figure_month


class Later:
    """A clock that goes on when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[WardMade, str, Engine]]:
    limits = WardSettings(tmp_path / "ward")
    made = init_ward(limits)
    server = make_server("127.0.0.1", 0, create_app(limits), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    engine = open_database(limits.database_url)
    yield made, f"http://127.0.0.1:{server.server_port}/intake/v1", engine
    server.shutdown()
    thread.join()
    server.server_close()
    engine.dispose()


@pytest.fixture
def ward(served: tuple[WardMade, str, Engine]) -> Iterator[WardService]:
    made, url, _ = served
    assert made.token
    service = WardService(url, made.token, made.verify_key, Notebook())
    yield service
    service.close()


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def telling(point: Point, ward: WardService, later: Later) -> FiguresToWard:
    return FiguresToWard(point, ward, later)


def visits_at(engine: Engine) -> int:
    with reading(engine) as conn:
        return sum(one.figures.visits_in_all for one in rows.places(conn, "2000-01", "2099-12"))


def revisions_at(engine: Engine) -> list[int]:
    with reading(engine) as conn:
        return list(conn.scalars(select(figure_month.c.revision)))


def test_a_month_travels_when_it_changed_and_only_then(
    point: Point, telling: FiguresToWard, served: tuple[WardMade, str, Engine]
) -> None:
    engine = served[2]
    assert telling.tell() == 0  # nobody came yet
    visits.touch(point, Purpose.ACCOUNT)
    wrong = visits.touch(point, Purpose.POST)
    assert (telling.tell(), telling.tell()) == (1, 0)
    assert visits_at(engine) == 2
    assert visits.undo(point, wrong)
    assert telling.tell() == 1
    assert (visits_at(engine), revisions_at(engine)) == (1, [2])


def test_a_box_that_starts_again_sends_nothing_twice(
    point: Point, ward: WardService, later: Later, served: tuple[WardMade, str, Engine]
) -> None:
    visits.touch(point, Purpose.ACCOUNT)
    assert FiguresToWard(point, ward, later).tell() == 1
    assert FiguresToWard(point, ward, later).tell() == 0
    assert revisions_at(served[2]) == [1]


def test_a_ward_that_lost_a_month_is_told_it_again_within_a_day(
    point: Point, telling: FiguresToWard, later: Later, served: tuple[WardMade, str, Engine]
) -> None:
    visits.touch(point, Purpose.ACCOUNT)
    telling.tell()
    with writing(served[2]) as conn:
        conn.execute(delete(figure_month))
    assert telling.tell() == 0
    later.now += LOOK_AGAIN_S
    assert telling.tell() == 1
    assert visits_at(served[2]) == 1


def test_a_box_from_an_older_copy_goes_on_from_the_ward_s_revision(
    point: Point, telling: FiguresToWard, served: tuple[WardMade, str, Engine]
) -> None:
    visits.touch(point, Purpose.ACCOUNT)
    telling.tell()
    with writing(served[2]) as conn:
        conn.execute(update(figure_month).values(revision=41, sha256="0" * 64))
    visits.touch(point, Purpose.ACCOUNT)
    assert telling.tell() == 1
    assert revisions_at(served[2]) == [42]


def test_an_older_ward_keeps_no_figures_and_nobody_complains(
    point: Point, served: tuple[WardMade, str, Engine], later: Later
) -> None:
    made, url, _ = served
    assert made.token
    older = WardService(f"{url}/older", made.token, made.verify_key, Notebook())
    visits.touch(point, Purpose.ACCOUNT)
    assert FiguresToWard(point, older, later).tell() == 0
    older.close()


def test_the_ward_s_number_reaches_the_point_and_is_taken_back_again(
    point: Point, ward: WardService, served: tuple[WardMade, str, Engine]
) -> None:
    month = f"{point.today():%Y-%m}"
    assert figures.note_ward_total(point, month, 160)  # typed in before
    figures_told.take_ward_totals(point, [WardTotal(month=month, dossiers=170)])
    assert figures.ward_totals_between(point, month, month) == {month: 170}
    assert not figures.note_ward_total(point, month, 1)  # the ward's word counts more
    answer = ward.heartbeat(health(point, "0.1.0"))
    assert answer.ward_totals == ()
    figures_told.take_ward_totals(point, answer.ward_totals)
    assert figures.ward_totals_between(point, month, month) == {}


def test_a_month_says_in_which_commune_the_point_stands(point: Point) -> None:
    here = point.config.point.model_copy(update={"province": "56", "commune": "22615"})
    object.__setattr__(point, "config", point.config.model_copy(update={"point": here}))
    commune = figures_told.commune_of(point)
    assert commune is not None
    assert (commune.code, commune.name) == ("22615", "Xã Bắc Khánh Vĩnh")
