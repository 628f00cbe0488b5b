"""Several bags out at once, cut off whenever: at the ward each dossier and each figure once.

The bags' own delivery code brings all of it to a ward that runs as a process of its own.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from appliance.core.dossiers.submission import Bound
from appliance.core.point.appointment import Details, Kind
from appliance.core.point.visits import Face, HowDone, Purpose
from appliance.desk import served
from appliance.desk.point import open_point, utc_now
from appliance.desk.running import appointments, visits
from appliance.desk.sending.delivery import Sending, health
from appliance.desk.sending.waiting import list_waiting, try_again
from appliance.desk.shifts import bag
from appliance.destinations.http import Patience
from appliance.destinations.ward_service import WardService
from appliance.services import upkeep
from appliance.services.figures_told import FiguresToWard
from tests.campaigns.parts.at_the_ward import figures_of
from tests.folder.boxes import LAN, CarryingBox, point_with_lan
from tests.folder.office import Office
from tests.ward.conftest import RunningWard
from web.ward.database import reading
from web.ward.init import init_ward
from web.ward.settings import WardSettings
from web.ward.tables import device, dossier

MARKS = ("Bà Sáu Thử Nghiệm", "0900 000 456", "7 ngõ Mẫu, thôn Tây", "cấp lại giấy")
CODES = itertools.count(1)  # one ward hears of all examples
PLACES = ("Chợ Mẫu", "Trường Mẫu")
EVERY = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(("seal", "visit", "visit", "book", "go", "send", "cut"))
    ),
    min_size=6,
    max_size=20,
)


class Cut(BaseException):
    """The line, or the plug: nothing after it runs."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningWard, Office]]:
    folder = tmp_path_factory.mktemp("ward")
    chosen = WardSettings(folder / "ward")
    running = RunningWard(chosen, init_ward(chosen)).start()
    desk = Office(chosen.home, running.made)
    yield running, desk
    desk.close()
    running.kill()


@pytest.fixture(scope="module")
def with_lan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("point") / "point.db"
    point_with_lan(made)
    return made


class Bag:
    """A bag and what its own people would count by hand."""

    def __init__(
        self, home: Path, made: Path, ward: RunningWard, office: Office, number: int
    ) -> None:
        (home / "state").mkdir(parents=True)
        shutil.copy(made, home / "state/point.db")
        self.name = f"{home.parent.name}-{number}"
        token = office.add_box(self.name)
        self.box = CarryingBox(home, ward.made, home / "no-stick", token, ward.base)
        named = self.box.config.point.model_copy(update={"code": f"BD-{next(CODES):04}"})
        object.__setattr__(
            self.box.point, "config", self.box.config.model_copy(update={"point": named})
        )
        self.point, self.ward, self.token = self.box.point, ward, token
        self.sealed: list[str] = []
        self.counted: Counter[tuple[str, ...]] = Counter()
        self.keys: set[str] = set()

    def do(self, what: str, turn: int) -> None:
        getattr(self, what)(turn)

    def seal(self, turn: int) -> None:
        self.sealed.append(self.box.seal(size=1_500, to=Bound.WARD).id)
        self.counted["dossiers", self.here] += 1

    def visit(self, turn: int) -> None:
        purpose = list(Purpose)[turn % len(Purpose)]
        came = visits.touch(self.point, purpose)
        self.counted["visits", self.here, purpose] += 1
        if turn % 2:
            visits.mark(self.point, came, HowDone.ALONE)
            self.counted["helped", self.here, HowDone.ALONE] += 1
        token = visits.let_answer(self.point, came)
        if turn % 3 and token and visits.answer(self.point, token, Face.GLAD):
            self.counted["faces", self.here, Face.GLAD] += 1

    def book(self, turn: int) -> None:
        begins = self.point.clock() + timedelta(seconds=2)
        wanted = appointments.Wanted(Kind.HOME, begins, Details(*MARKS), consent=True)
        self.keys.add(appointments.book(self.point, wanted, by=LAN).appointment.desk_key)

    def go(self, turn: int) -> None:
        place = served.add(self.point, PLACES[turn % 2])
        assert place is not None
        served.move(self.point, place.key)

    def send(self, turn: int) -> None:
        if list_waiting(self.point):
            self._wake()
            assert self.box.send_by_network(self.ward.base) is None

    def cut(self, turn: int) -> None:
        """In the middle of the bytes; the hold of that try stays behind."""

        def stop(sent: int, total: int) -> None:
            if sent:
                raise Cut

        if list_waiting(self.point):
            self._wake()
            with suppress(Cut):
                self.box.send_by_network(self.ward.base, stop)

    def home(self) -> None:
        while list_waiting(self.point):
            self.send(0)
        service = WardService(
            self.ward.base, self.token, self.box.ward.verify_key, Sending(self.point, "home"),
            patience=Patience(5, 20),
        )  # fmt: skip
        try:
            for _ in range(2):  # an answer that got lost: it is told again
                FiguresToWard(self.point, service, lambda: 0.0).tell()
            assert service.heartbeat(health(self.point, "1.0.0")).same_point_code == ()
        finally:
            service.close()
        appointments.erase_all(self.point)
        bag.come_home(self.point, (), LAN)

    @property
    def here(self) -> str:
        return served.here_now(self.point).key

    def _wake(self) -> None:
        for one in list_waiting(self.point):
            try_again(self.point, one.dossier_id)

    def lose_power(self) -> None:
        """In the middle of the evening; all that is in memory is gone."""
        self.point.database.close()
        for key in (self.point.config.paths.runtime / "desk-keys").glob("*"):
            key.unlink()
        again = open_point(self.point.config, self.point.clock)
        assert upkeep.run(again).found_again == 0
        again.__dict__["procedures"] = self.point.procedures
        self.box.point = self.point = again


def told_of(office: Office, name: str) -> tuple[list[str], Counter[tuple[str, ...]]]:
    """What the ward holds of one box, from its raw rows."""
    number = select(device.c.id).where(device.c.name == name).scalar_subquery()
    with reading(office.engine) as connection:
        ids = connection.scalars(select(dossier.c.id).where(dossier.c.device_id == number))
        return sorted(ids), figures_of(office.settings.home, name)


@settings(
    max_examples=4,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # each step of a shrink is an evening
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(evening=EVERY, back=st.permutations(range(3)))
def test_bags_that_come_home_in_any_order_leave_everything_once(
    office: tuple[RunningWard, Office],
    with_lan: Path,
    evening: list[tuple[int, str]],
    back: list[int],
) -> None:
    ward, desk = office
    with tempfile.TemporaryDirectory() as folder:
        bags = [Bag(Path(folder) / str(n), with_lan, ward, desk, n + 1) for n in range(3)]
        try:
            for turn, (which, what) in enumerate(evening):
                bags[which].do(what, turn)
            for which in back:
                bags[which].home()
            for one in bags:
                dossiers, figures = told_of(desk, one.name)
                assert dossiers == sorted(one.sealed)
                assert figures == one.counted
                assert one.point.vault.known() & one.keys == set()
                assert list_waiting(one.point) == []
                raw = b"".join(p.read_bytes() for p in Path(folder).rglob("*") if p.is_file())
                assert b"sqlite" in raw.lower()  # the control: there is something to be found in
                assert [mark for mark in MARKS if mark.encode() in raw] == []
        finally:
            for one in bags:
                one.point.database.close()


def test_an_evening_of_five_hours_without_a_line_survives_a_power_cut(
    office: tuple[RunningWard, Office], with_lan: Path, tmp_path: Path
) -> None:
    """Twelve visits and eight dossiers at two places; home at eleven at night."""
    ward, desk = office
    one = Bag(tmp_path / "evening" / "1", with_lan, ward, desk, 1)
    begun, passed = utc_now() - timedelta(hours=5), [timedelta()]
    object.__setattr__(one.point, "clock", lambda: begun + passed[0])
    for turn in range(12):
        passed[0] = timedelta(minutes=25 * turn)
        one.visit(turn)
        if turn % 3 < 2:
            one.seal(turn)
        if turn == 0:  # nobody answers out here
            assert one.box.send_by_network("http://127.0.0.1:9/intake/v1") is not None
        if turn == 6:
            one.lose_power()
            one.go(turn)
    assert len(one.sealed) == 8
    assert bag.look_back(one.point).on_its_way == 8
    passed[0] = timedelta(hours=5)
    one.home()
    assert told_of(desk, one.name) == (sorted(one.sealed), one.counted)
    assert {key[1] for key in one.counted} == {one.point.config.point.code, "cho-mau"}
    assert bag.look_back(one.point).is_empty
    one.point.database.close()
