"""The doctor: every check of this machine at once, each with a time limit of its own.

Nothing is changed, no paper moves, nothing is printed; so it may be asked at any time, also
beside the running services.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from appliance import __version__
from appliance.config import Config
from appliance.core.diagnosis import Finding
from appliance.desk.point import Point, open_point, utc_now
from appliance.desk.sending.status import STATION, UNHEARD
from appliance.doctoring.around import look_at_panel, look_at_printers
from appliance.doctoring.board import look_at_board
from appliance.doctoring.clock import look_at_clock
from appliance.doctoring.disk import look_at_disk
from appliance.doctoring.examining import Check, examine
from appliance.doctoring.keeping import (
    look_at_point,
    look_at_queue,
    look_at_release,
    look_at_station,
    look_at_store,
)
from appliance.doctoring.keys import look_at_keys
from appliance.doctoring.machine import Machine
from appliance.doctoring.published import look_at_published
from appliance.doctoring.scanner import LIMIT_S, look_at_the_scanner
from appliance.doctoring.units import look_at_units
from appliance.doctoring.way_to_ward import WayToWard
from appliance.store import status

WELL, NEEDS_PERSON, OUT_OF_SERVICE = 0, 3, 4  # what the command ends with
SLOW_S = LIMIT_S + 10.0


@dataclass(frozen=True, slots=True)
class Doctor:
    """*token* None: this box has none, or nobody here may read it (*why_no_token*)."""

    config: Config
    machine: Machine = field(default_factory=Machine)
    token: str | None = None
    why_no_token: str = ""
    clock: Callable[[], datetime] = utc_now

    def findings(self) -> list[Finding]:
        """Everything, in the order in which a person would walk: from the scanner to the ward."""
        return examine(list(self._checks()))

    def _checks(self) -> Iterator[Check]:
        config, machine = self.config, self.machine
        point = self._point()
        yield Check("scanner", lambda: look_at_the_scanner(config.scanner, machine), limit_s=SLOW_S)
        yield Check(
            "panel",
            lambda: look_at_panel(
                config.panel, machine, station_holds_it=point is not None and is_alive(point)
            ),
        )
        yield Check("printer", lambda: look_at_printers(config.printer), limit_s=15.0)
        yield Check("disk", lambda: look_at_disk(config.paths.state, machine))
        yield Check("board", lambda: look_at_board(machine))
        yield Check("clock", lambda: look_at_clock(point, machine, self.clock()))
        if point is not None:
            yield Check("station", lambda: look_at_station(point))
            yield Check("store", lambda: look_at_store(point))
            yield Check("point", lambda: look_at_point(point, machine))
            yield Check("keys", lambda: look_at_keys(point, machine))
            yield Check("queue", lambda: look_at_queue(point))
            yield Check("published", lambda: look_at_published(point), limit_s=30.0)
        way = WayToWard(config.ward, self.token, self.why_no_token)
        yield Check("ward", lambda: way.look(machine), limit_s=30.0)
        yield Check("units", lambda: look_at_units(machine))
        yield Check("release", lambda: look_at_release(machine, __version__))

    def _point(self) -> Point | None:
        """None where no box was ever made: looking must not make one."""
        if not (self.config.paths.state / "point.db").exists():
            return None
        return open_point(self.config, self.clock)


def is_alive(point: Point) -> bool:
    """Whether the station said lately how it is, so that it holds button and lamp."""
    with point.database.reading() as connection:
        said = status.last_report(connection, STATION)
    return said is not None and said.state != "off" and abs(point.clock() - said.at) < UNHEARD


def service_user_of(state: Path) -> int | None:
    """Whose box it is; None where there is none yet."""
    try:
        return state.stat().st_uid
    except OSError:
        return None
