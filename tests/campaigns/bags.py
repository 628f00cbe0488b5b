"""Several bags go out for whole evenings without a network, are killed, and come home.

``python -m tests.campaigns.bags [--bags 3] [--evenings 4] [--dossiers 3] [--kills 12] [--seed 1]``.
Each bag is a house of real services: visitors with papers, touches for those without, visits that
were booked, a draft that nobody finishes. Station, page and uploader die again and again. Home
again, in any order, over lines that are cut: the ward holds each dossier once and byte for byte,
and each bag's months as its people would count them; in the bags nobody's name lies any more.
One JSON object; ends with 1 on damage.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from appliance.core.dossiers.dossier import DossierState
from appliance.core.point.appointment import Details, Kind
from appliance.core.point.visits import Face, HowDone, Purpose
from appliance.demo.ports import free_port
from appliance.desk import served
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import look_at
from appliance.desk.point import Point, open_point
from appliance.desk.running import appointments, visits
from appliance.desk.sending.waiting import list_waiting
from appliance.desk.shifts import bag
from appliance.pretend.bad_network import BadNetwork, Trouble
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import outbox
from tests.campaigns.parts.at_the_ward import against_the_ward, figures_of
from tests.campaigns.parts.command import asks, run
from tests.campaigns.parts.kill_end import readable
from tests.campaigns.parts.kill_errands import MARK, Diary, Errand
from tests.campaigns.parts.kill_house import Keeper, KillHouse
from tests.campaigns.parts.kill_visitors import Visitor
from tests.delivery.ward_process import WardProcess
from tests.folder.office import Office

LIFE_S = {"station": 8.0, "web": 15.0, "uploader": 5.0}
HOME_S, TOLD_S, VOLUNTEER, TOUCHES = 600.0, 10.0, 1, 6
PLACES = ("Chợ Mẫu", "Trường Mẫu")


class BagHouse(KillHouse):
    """A house without a ward of its own, whose only line to the ward's is opened by hand."""

    def __init__(self, home: Path, number: int, line: BadNetwork, made: dict[str, str]) -> None:
        super().__init__(home)
        self._number, self._made = number, made | {"url": f"http://127.0.0.1:{line.port}/intake/v1"}

    def _ward(self) -> dict[str, str]:
        return self._made

    def _write_config(self, made: dict[str, str]) -> None:
        super()._write_config(made)
        told = self.config_path.read_text("utf-8").replace("KV-0007", f"BD-{self._number:04}")
        self.config_path.write_text(told, "utf-8")


class AtTheDoor(Visitor):
    """Goes when the dossier is sealed: nothing can be sent from here."""

    def _step(self) -> bool:
        if self._id is not None:
            state = look_at(self._point, self._id).dossier.state
            if state in (DossierState.SEALED, DossierState.DELIVERED):
                self._diary.done.add(self._id)
                return True
        return super()._step()


class Bag:
    """One bag, and what its people would count by hand."""

    def __init__(self, house: BagHouse, name: str, line: BadNetwork, dice: random.Random) -> None:
        self.house, self.name, self.line, self._dice = house, name, line, dice
        self.point: Point = open_point(house.config())
        self.diary, self.counted = Diary(), Counter[tuple[str, ...]]()
        self.killed, self.damage = Counter[str](), Counter[str]()
        self._keys: set[str] = set()
        # one thread for all of it: a service ends with the thread that started it
        self._people = ThreadPoolExecutor(1)

    def does(self, what: Callable[[], None]) -> Future[None]:
        """After whatever it does now."""
        return self._people.submit(what)

    def close(self) -> None:
        """Its people go, its store is closed."""
        self._people.shutdown()
        self.point.database.close()

    @property
    def kills(self) -> int:
        """By us, and by themselves at a named step."""
        return self.killed.total() + self.house.died().total()

    def evening(self, errands: list[Errand], kills: int) -> None:
        """Out there: nothing answers, and services die."""
        with self._dying(kills):
            self._go()
            for one in errands:
                self._touches()
                if AtTheDoor(self.house, self.point, self.diary, one, self._dice, b"").stay(
                    lambda: False
                ):
                    self.counted["dossiers", self._here] += 1
            self._book()
            self._draft()

    @contextmanager
    def _dying(self, kills: int) -> Iterator[None]:
        """Station, page and uploader die again and again, *kills* times more; all live after it."""
        enough = self.kills + kills

        def wanted() -> float:
            return 1.0 if self.kills < enough else 0.0

        def keeper_of(service: str) -> Keeper:
            def life() -> float:
                mean = LIFE_S[service]
                return 0.3 + self._dice.expovariate(1 / mean) if wanted() else math.inf

            dice = random.Random(self._dice.random())
            return Keeper(self.house, service, dice, life, wanted, self.killed)

        keepers = [keeper_of(service) for service in LIFE_S]
        for keeper in keepers:
            keeper.thread.start()
        try:
            yield
        finally:
            for keeper in keepers:
                keeper.stop()
            for keeper in keepers:
                keeper.thread.join(90)
                self.damage["a service ended by itself"] += len(keeper.fell)
                for line in keeper.fell:
                    print(self.name, line, file=sys.stderr)  # noqa: T201
        for service in LIFE_S:  # none is armed any more
            if self.house.is_alive(service):
                self.house.kill(service)
            self.house.start(service)

    def come_home(self, ward: WardProcess, kills: int) -> None:
        """A line again, though a bad one; all of it goes, then nothing personal stays."""
        self.line.lead_to(ward.port)
        ends = time.monotonic() + HOME_S
        with self._dying(kills):
            while list_waiting(self.point) and time.monotonic() < ends:
                with self.point.database.writing() as connection:
                    outbox.retry(connection)
                time.sleep(2)
        self.damage["not sent within ten minutes"] += len(list_waiting(self.point))
        while self._differs(ward) and time.monotonic() < ends:
            # months are told at its start; after a line that was cut, a quarter of an hour later
            self.house.kill("uploader")
            self.house.start("uploader")
            _until(lambda: not self._differs(ward), TOLD_S)
        if self._differs(ward):
            self.damage["figures"] += 1
            told = figures_of(ward.home, self.name)
            print(self.name, "told", told, "counted", self.counted, file=sys.stderr)  # noqa: T201
        bag.come_home(self.point, (), VOLUNTEER)
        self.damage["keys of visits"] += len(self.point.vault.known() & self._keys)
        self.damage["something is left"] += not bag.look_back(self.point).is_empty
        self.damage += readable(self.house.home, self.point.config.paths.runtime)
        self.line.lead_to(free_port())

    def _differs(self, ward: WardProcess) -> bool:
        return figures_of(ward.home, self.name) != self.counted

    def _go(self) -> None:
        place = served.add(self.point, self._dice.choice(PLACES))
        assert place is not None
        served.move(self.point, place.key)

    @property
    def _here(self) -> str:
        return served.here_now(self.point).key

    def _touches(self) -> None:
        for _ in range(self._dice.randrange(TOUCHES)):
            purpose = self._dice.choice(list(Purpose))
            came = visits.touch(self.point, purpose)
            self.counted["visits", self._here, purpose] += 1
            how = self._dice.choice(list(HowDone))
            if self._dice.random() < 0.5:
                visits.mark(self.point, came, how)
                self.counted["helped", self._here, how] += 1
            token = visits.let_answer(self.point, came)
            face = self._dice.choice(list(Face))
            if token and visits.answer(self.point, token, face):
                self.counted["faces", self._here, face] += 1

    def _book(self) -> None:
        """A visit at home that is over when the bag is back."""
        begins = self.point.clock() + timedelta(seconds=1)
        who = Details(f"Bà {MARK}", "0900 000 456", f"7 ngõ {MARK}", "cấp lại giấy")
        wanted = appointments.Wanted(Kind.HOME, begins, who, consent=True)
        booked = appointments.book(self.point, wanted, by=VOLUNTEER)
        self._keys.add(booked.appointment.desk_key)

    def _draft(self) -> None:
        """A dossier that is not finished tonight."""
        opened = dossiers.open_dossier(self.point, "khai-sinh", VOLUNTEER)
        answers = sample_answers("khai-sinh", self.point.today()) | {"child_name": MARK}
        dossiers.save_answers(self.point, opened, answers)


def _until(holds: Callable[[], bool], patience_s: float) -> None:
    ends = time.monotonic() + patience_s
    while not holds() and time.monotonic() < ends:
        time.sleep(0.2)


def a_bad_line(dice: random.Random, _connection: int) -> Trouble:
    """Every third connection is cut somewhere."""
    drawn = dice.random()
    if drawn < 0.2:
        return Trouble(cut_up_after=int(10 ** dice.uniform(1, 5)))
    return Trouble(cut_down_after=dice.randrange(200)) if drawn < 0.35 else Trouble()


def errand_of(number: int, dice: random.Random) -> Errand:
    """What somebody at a door comes for; nobody answers from the ward on such an evening."""
    walk_up = dice.choice((0, 0, 0, 1, 2))
    return Errand(number, sheets=0 if walk_up else dice.choice((1, 1, 2)), walk_up=walk_up)


def campaign(home: Path, asked: argparse.Namespace) -> dict[str, object]:
    """Evening after evening; the figures at the end."""
    began, dice = time.monotonic(), random.Random(asked.seed)
    ward, damage = WardProcess(home / "ward"), Counter[str]()
    office = Office(ward.home, ward.made)
    numbers = iter(range(1, 10**6))
    with ExitStack() as stack:
        stack.callback(ward.kill)
        stack.callback(office.close)
        bags = []
        for number in range(1, asked.bags + 1):
            own = random.Random(dice.random())
            line = BadNetwork(free_port(), partial(a_bad_line, own))
            stack.callback(line.close)
            made = {
                "recipient": ward.made.recipient,
                "verify_key": ward.made.verify_key,
                "token": office.add_box(f"túi {number}"),
            }
            house = stack.enter_context(BagHouse(home / f"bag-{number}", number, line, made))
            bags.append(Bag(house, f"túi {number}", line, own))
            stack.callback(bags[-1].close)
        for _ in range(asked.evenings):
            out = [[errand_of(next(numbers), dice) for _ in range(asked.dossiers)] for _ in bags]
            _wait_for(
                one.does(partial(one.evening, errands, asked.kills))
                for one, errands in zip(bags, out, strict=True)
            )
            return_home = [partial(one.come_home, ward, asked.kills // 3) for one in bags]
            back = list(zip(bags, return_home, strict=True))
            dice.shuffle(back)
            at_once = dice.random() < 0.5
            for one, what in back:
                begun = one.does(what)
                if not at_once:
                    begun.result()
            _wait_for(one.does(lambda: None) for one in bags)
        done = sum(len(one.diary.done) for one in bags)
        states = [one.point.config.paths.state for one in bags]
        arrived, found = against_the_ward(ward.home, *states)
        damage += found
        damage["arrived, but not counted by hand"] += abs(arrived - done)
        for one in bags:
            damage += one.damage
            damage["stuck"] += len(one.diary.stuck)
    return {
        "bags": asked.bags,
        "evenings": asked.evenings,
        "dossiers": done,
        "visitors": sum(n for one in bags for key, n in one.counted.items() if key[0] == "visits"),
        "kills": sum(one.kills for one in bags),
        "lines cut": sum(one.line.traffic.cuts for one in bags),
        "stuck": [said for one in bags for said in one.diary.stuck],
        "damage": dict(+damage),
        "seconds": round(time.monotonic() - began),
    }


def _wait_for(work: Iterable[Future[None]]) -> None:
    """What one of them raises is raised here."""
    for one in list(work):
        one.result()


def main() -> None:
    """The campaign, once."""
    run(asks(__doc__, bags=3, evenings=4, dossiers=3, kills=12, seed=1), campaign)


if __name__ == "__main__":
    main()
