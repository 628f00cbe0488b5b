"""Each thing counts exactly once: while its rows are there, and long after they are forgotten."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.core.point.figures import Channel
from appliance.core.point.visits import Face, HowDone, Purpose
from appliance.core.wire.manifest import WardState
from appliance.desk.ending import retention
from appliance.desk.point import Point, open_point
from appliance.desk.running import figures
from appliance.store.card.database import Database
from appliance.store.people.volunteers import Role, add_volunteer
from appliance.store.point import visits as rows
from tests.figures.story import Story, flat
from tests.point.conftest import PIN, TellingClock, WardKeys, point_config
from tests.quickly import LIGHT_PIN

EVER = ("2020-01", "2099-12")
KEYS = WardKeys()
DEEDS = st.one_of(
    st.tuples(
        st.just("somebody_comes"),
        st.sampled_from(Purpose),
        st.none() | st.sampled_from(HowDone),
        st.none() | st.sampled_from(Face),
    ),
    st.tuples(st.just("a_touch_was_wrong"), st.sampled_from(Purpose)),
    st.tuples(st.just("the_box_goes_to"), st.sampled_from(["Nhà văn hóa", "Trường mầm non"])),
    st.tuples(
        st.just("a_dossier"),
        st.sampled_from(["khai-sinh", "ket-hon"]),
        st.none() | st.sampled_from(Channel),
        st.integers(0, 3000),
        st.lists(
            st.sampled_from([
                *(WardState.RECEIVED, WardState.CHECKING, WardState.ACCEPTED),
                *(WardState.SUPPLEMENT_REQUESTED, WardState.RESULT_READY),
            ]),
            max_size=4,
        ).map(tuple),
    ),
    st.tuples(st.just("days_pass"), st.integers(1, 60)),
    st.tuples(st.just("restart")),
)  # fmt: skip


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "point.db"
    database = Database(path)
    database.migrate()
    database.close()
    return path


@contextmanager
def box(folder: Path, migrated: Path) -> Iterator[tuple[Point, TellingClock, Story]]:
    shutil.rmtree(folder, ignore_errors=True)
    clock = TellingClock()
    point = open_point(point_config(folder, KEYS), clock)
    shutil.copy(migrated, point.database.path)
    with point.database.writing() as connection:
        helper = add_volunteer(connection, "Lan", PIN, Role.VOLUNTEER, clock(), LIGHT_PIN)
    yield point, clock, Story(point, helper)
    point.database.close()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(DEEDS, max_size=25))
def test_figures_are_those_of_an_independent_count_whatever_happens(
    tmp_path: Path, migrated: Path, deeds: list[tuple[object, ...]]
) -> None:
    with box(tmp_path / "box", migrated) as (point, clock, story):
        for name, *how in deeds:
            if name == "days_pass":
                for _ in range(2):  # so that the clock counts as settled
                    clock.pass_by(days=how[0] / 2 + 1)
                    retention.forget_what_is_over(point)
            elif name == "restart":
                point.database.close()
            else:
                getattr(story, name)(*how)
            assert flat(figures.read(point, *EVER)) == +story.expected, name
        clock.pass_by(days=100)
        retention.forget_what_is_over(point)
        clock.pass_by(days=5)
        retention.forget_what_is_over(point)
        clock.pass_by(days=5)
        retention.forget_what_is_over(point)
        with point.database.reading() as connection:
            left = connection.exec_driver_sql(
                "SELECT (SELECT count(*) FROM visit) + (SELECT count(*) FROM dossier"
                " WHERE ward_asks IS NULL AND state != 'open')"
            ).scalar()
        assert left == 0, "all rows are gone, and the figures stay"
        assert flat(figures.read(point, *EVER)) == +story.expected


def test_a_cut_between_adding_up_and_dropping_leaves_both_undone(
    tmp_path: Path, migrated: Path
) -> None:
    with box(tmp_path / "box", migrated) as (point, clock, story):
        story.somebody_comes(Purpose.ACCOUNT, HowDone.ALONE, None)
        story.a_dossier("khai-sinh", Channel.WARD, 20, (WardState.ACCEPTED,))
        from appliance.store.point import figures as kept

        (made,) = _dossiers(point)
        clock.pass_by(days=200)
        with pytest.raises(RuntimeError), point.database.writing() as connection:
            kept.settle_visits(connection, point.today())
            kept.settle_dossier(connection, figures.here_of(point), made)
            raise RuntimeError("the plug is pulled")
        assert flat(figures.read(point, *EVER)) == +story.expected
        for _ in range(2):  # and asked twice it counts once
            with point.database.writing() as connection:
                kept.settle_visits(connection, point.today())
        assert flat(figures.read(point, *EVER)) == +story.expected


def test_a_word_about_a_request_that_stands_asks_for_no_more(
    tmp_path: Path, migrated: Path
) -> None:
    with box(tmp_path / "box", migrated) as (point, _clock, story):
        story.a_dossier("khai-sinh", Channel.WARD, 20, (WardState.SUPPLEMENT_REQUESTED,))
        assert "asked" in str(story.expected)
        assert flat(figures.read(point, *EVER)) == +story.expected


def test_what_a_face_said_stands_in_no_row_of_a_visit(tmp_path: Path, migrated: Path) -> None:
    with box(tmp_path / "box", migrated) as (point, _clock, story):
        story.somebody_comes(Purpose.POST, None, Face.SAD)
        with point.database.reading() as connection:
            (came,) = rows.of_day(connection, point.today().isoformat(), "KV-0007")
            dumped = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
        assert came.has_answered
        lines = [line for line in dumped.splitlines() if '"visit"' in line and "INSERT" in line]
        assert len(lines) == 1
        assert "sad" not in lines[0]
        told = b"".join(
            path.read_bytes() for path in (point.config.paths.state / "diary").glob("*")
        )
        assert came.id.encode() in told
        assert b"sad" not in told


def _dossiers(point: Point) -> list[str]:
    with point.database.reading() as connection:
        return list(connection.exec_driver_sql("SELECT id FROM dossier").scalars())
