"""What the station's doctor found last, noted for the page and for the ward."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from appliance.core.diagnosis import Finding, Level, gravest_first
from appliance.desk.point import Point
from appliance.store import status

AGAIN_AFTER = timedelta(hours=1)  # the same findings are not written again before: the card wears


class Examined(NamedTuple):
    """What was found, and when that was last written down."""

    at: datetime
    findings: tuple[Finding, ...]

    @property
    def out_of_service(self) -> tuple[str, ...]:
        """Codes of what keeps a press from ending well; none: the point is in service."""
        return tuple(found.code for found in self.findings if found.level is Level.OUT)


def note_findings(point: Point, findings: Sequence[Finding]) -> bool:
    """Write down what was found, if it is news; returns whether it was."""
    now, before = point.clock(), last_examined(point)
    is_known = before is not None and _kinds(before.findings) == _kinds(findings)
    if before is not None and is_known and abs(now - before.at) < AGAIN_AFTER:
        return False
    rows = [found.as_json() for found in gravest_first(findings)]
    told = json.dumps({"at": now.isoformat(), "findings": rows}, ensure_ascii=False)
    with point.database.writing() as connection:
        status.remember(connection, status.EXAMINED, told)
    return True


def last_examined(point: Point) -> Examined | None:
    """None when the station has not looked yet."""
    with point.database.reading() as connection:
        told = status.recall(connection, status.EXAMINED)
    if told is None:
        return None
    said = json.loads(told)
    findings = tuple(map(Finding.from_json, said["findings"]))
    return Examined(datetime.fromisoformat(said["at"]), findings)


def _kinds(findings: Sequence[Finding]) -> set[tuple[str, Level]]:
    """Without the blanks: a megabyte more or less is no news."""
    return {(found.code, found.level) for found in findings}
