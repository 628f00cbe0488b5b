"""A whole house whose services pass named steps, and whoever ends them there or at any moment."""

from __future__ import annotations

import math
import os
import random
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from appliance.demo.house import ENDS_WITH_US, HouseFell
from appliance.desk import noting
from appliance.desk.point import Point
from appliance.failpoints import DIE_AT, PASSINGS
from tests.campaigns.parts.coarse_house import CoarseHouse
from tests.campaigns.parts.kill_steps import SCAN_CHILD, STEPS_OF, UPKEEP

SERVICES = tuple(STEPS_OF)
MARK = "KILL_MATRIX_HOUSE"
ARMED = 0.6  # of all starts, while deaths and dossiers come along together
ENOUGH = 3  # deaths of scan children at a step that their station was started with
PIN_EVERY_S, ROUND_S = (5.0, 15.0), (0.3, 3.0)


class KillHouse(CoarseHouse):
    """Runs its services without PYTHONOPTIMIZE, which would leave the named steps out."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.passings = self.home / "passings"
        self.passings.mkdir(parents=True)
        self._armed: dict[str, str] = {}

    def environment(self, service: str) -> dict[str, str]:
        """As a unit has it, but with the named steps, one of them armed."""
        own = {"PYTHONOPTIMIZE": "", "PYTHONPYCACHEPREFIX": "", PASSINGS: str(self.passings)}
        armed = self._armed.pop(service, None)
        return (
            super().environment(service)
            | own
            | {MARK: str(self.home)}
            | ({DIE_AT: armed} if armed else {})
        )

    def start_armed(self, service: str, step: str | None = None) -> None:
        """Start it; with *step*, ``NAME:2``, it dies at the second passing of that step."""
        if step is not None:
            self._armed[service] = step
        with suppress(HouseFell):  # it may die at its very start
            self.start(service)

    def upkeep(self, step: str | None = None, life_s: float | None = None) -> int:
        """One round, armed with *step* or killed after *life_s*; its return code."""
        if step is not None:
            self._armed["upkeep"] = step
        log = (self.home / "upkeep.log").open("ab")
        with log, self._asked_for("upkeep", log) as running:
            try:
                return running.wait(life_s)
            except subprocess.TimeoutExpired:
                running.kill()
                return running.wait()

    def _asked_for(self, name: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
        command = [*ENDS_WITH_US, *self._command(name)]
        return subprocess.Popen(command, env=self.environment(name), stdout=log, stderr=log)

    def is_alive(self, service: str) -> bool:
        """Whether it runs now."""
        return service in self._running and self._running[service].poll() is None

    def buried(self, service: str) -> int:
        """The return code of a service that ended by itself; it is known no more."""
        return self._running.pop(service).wait()

    def last_words(self, service: str) -> str:
        """The end of its log."""
        return self._log(service)[-1500:]

    def passed(self) -> set[str]:
        """Every step that any process of this house ever passed."""
        return {path.stem for path in self.passings.glob("*.passed")}

    def died(self) -> Counter[str]:
        """How often a process ended itself at each step."""
        return Counter(path.name.split(".")[0] for path in self.passings.glob("*.died-*"))

    def left_over(self) -> list[int]:
        """Processes of this house, whoever started them."""
        pids = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
        return [pid for pid in pids if self.is_ours(pid)]

    def is_ours(self, pid: int) -> bool:
        """Whether that process runs, and was started by this house or by a child of it."""
        try:
            told = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            return False
        return f"{MARK}={self.home}".encode() in told

    def _write_config(self, made: dict[str, str]) -> None:
        super()._write_config(made)
        told = self.config_path.read_text("utf-8")  # nor are words read
        self.config_path.write_text(f'{told}\n[text]\nlayer = "off"\n', "utf-8")


class Keeper:
    """Keeps one service up and kills it again and again, half of the time at a named step."""

    def __init__(
        self,
        house: KillHouse,
        service: str,
        dice: random.Random,
        life_s: Callable[[], float],
        wanted: Callable[[], float],
        killed: Counter[str],
    ) -> None:
        self._house, self._service, self._dice = house, service, dice
        self._life_s, self._wanted, self._killed = life_s, wanted, killed
        self.fell: list[str] = []  # what a service said that ended though nobody killed it
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._work, name=f"keeper-{service}", daemon=True)

    def stop(self) -> None:
        """Leave the service as it is: dead or alive."""
        self._stop.set()

    def _work(self) -> None:
        try:
            self._keep()
        except Exception as error:
            self.fell.append(f"nobody keeps {self._service} any more: {error!r}")

    def _keep(self) -> None:
        step: str | None = None
        while self._lives(step):
            steps = STEPS_OF[self._service]
            step = None
            if self._dice.random() < ARMED * self._wanted():
                died = self._house.died()
                fewest = min(died[one] for one in steps)
                step = self._dice.choice([one for one in steps if died[one] == fewest])
            which = self._dice.choice((1, 1, 1, 2, 3))
            step = step and f"{step}:{which}"
            self._house.start_armed(self._service, step)

    def _lives(self, step: str | None) -> bool:
        """Until it is dead; False when nobody shall start it again."""
        house, service = self._house, self._service
        ends = time.monotonic() + self._life_s() * (3 if step else 1)
        name = step and step.partition(":")[0]
        enough = house.died()[name] + ENOUGH if name in SCAN_CHILD else math.inf
        while house.is_alive(service) and time.monotonic() < ends and not self._stop.is_set():
            time.sleep(0.05)
            if enough < math.inf and house.died()[str(name)] >= enough:
                break  # each of its scan children dies: nobody would ever get a page
        if self._stop.is_set():
            return False
        if house.is_alive(service):
            with suppress(KeyError):
                house.kill(service)
            self._killed[service] += 1
            return True
        code = house.buried(service)
        if code != -signal.SIGKILL:
            self.fell.append(f"{service} ended with {code}: {house.last_words(service)}")
        return not self._stop.is_set()


class Caretaker:
    """Gives somebody a new PIN now and then, and kills the upkeep that it brings."""

    def __init__(
        self,
        house: KillHouse,
        point: Point,
        dice: random.Random,
        wanted: Callable[[], float],
        killed: Counter[str],
    ) -> None:
        self._house, self._point, self._dice = house, point, dice
        self._wanted, self._killed = wanted, killed
        self.fell: list[str] = []  # what upkeep said that ended though nobody killed it
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._work, name="caretaker", daemon=True)

    def stop(self) -> None:
        """After the round under way."""
        self._stop.set()

    def one_to_the_end(self) -> None:
        """A round that nobody kills."""
        self._round(None, None)

    def _work(self) -> None:
        while not self._stop.wait(self._dice.uniform(*PIN_EVERY_S)):
            armed = self._dice.random() < ARMED * self._wanted()
            in_a_hurry = not armed and self._dice.random() < 0.3 * self._wanted()
            died = self._house.died()
            self._round(
                min(UPKEEP, key=lambda one: died[one]) if armed else None,
                self._dice.uniform(*ROUND_S) if in_a_hurry else None,
            )

    def _round(self, step: str | None, life_s: float | None) -> None:
        noting.person_changed(self._point, 1)
        code = self._house.upkeep(step, life_s)
        if code not in (0, -signal.SIGKILL):
            self.fell.append(f"upkeep ended with {code}: {self._house.last_words('upkeep')}")
        elif code and life_s is not None:
            self._killed["upkeep"] += 1


class Hunter:
    """Kills children of the station while they work, most of all the one that scans."""

    def __init__(self, house: KillHouse, dice: random.Random, killed: Counter[str]) -> None:
        self._house, self._dice, self._killed = house, dice, killed
        self.wanted: Callable[[], float] = lambda: 1.0  # 0: let them live
        self._seen: set[int] = set()
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._hunt, name="hunter", daemon=True)

    def stop(self) -> None:
        self._stop.set()

    def _hunt(self) -> None:
        while not self._stop.wait(self._dice.uniform(0.01, 0.15)):
            with suppress(KeyError, OSError):
                for pid, name in children(self._house.pid("station")):
                    if pid in self._seen:
                        continue
                    self._seen.add(pid)
                    chance = 0.35 if name == "scan child" else 0.04
                    if self._dice.random() < chance * self.wanted():
                        self._stop.wait(self._dice.uniform(0, 0.5))
                        if self._house.is_ours(pid):  # and not a stranger with its number
                            os.kill(pid, signal.SIGKILL)
                            self._killed[name] += 1


def children(parent: int) -> list[tuple[int, str]]:
    """The processes that *parent* started, by what they do."""
    found = []
    for task in Path(f"/proc/{parent}/task").iterdir():
        for pid in (task / "children").read_text().split():
            with suppress(OSError):
                line = Path(f"/proc/{pid}/cmdline").read_bytes()
                scans = re.search(rb"appliance\.devices\.scan_child", line)
                found.append((int(pid), "scan child" if scans else "other child"))
    return found


__all__ = ["SCAN_CHILD", "SERVICES", "Caretaker", "Hunter", "Keeper", "KillHouse", "children"]
