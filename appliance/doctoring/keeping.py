"""What the point keeps: its tables, what waits to be sent, which release runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from appliance.config import PointSection
from appliance.core.diagnosis import Finding, note, out, person, well
from appliance.core.errors import (
    ApplianceError,
    SafeMode,
    SoftwareTooOld,
    StoreDamaged,
    StoreOutdated,
)
from appliance.core.errors.heartbeat import PointCodeTaken
from appliance.desk.point import Point
from appliance.desk.sending.status import STATION, UPKEEP, UPLOADER
from appliance.doctoring.machine import Machine
from appliance.store import status
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import list_volunteers

AS_SHIPPED = PointSection().code
ROOTS_TOKEN = Path("/etc/tramhoso/ward.token")
OLD = timedelta(days=1)  # over night, over a power cut; longer and nobody noticed


def look_at_store(point: Point) -> Iterator[Finding]:
    """Whether the tables can be read and belong to this release."""
    try:
        point.database.must_be_current()
    except StoreOutdated:
        yield out(StoreOutdated.code)
    except ApplianceError as error:
        yield out(StoreDamaged.code, why=error)
    else:
        with point.database.reading() as connection:
            upkeep = status.last_report(connection, UPKEEP)
        if upkeep is not None and upkeep.error_code:
            yield person(upkeep.error_code)
        yield well("store-well")


def look_at_station(point: Point) -> Iterator[Finding]:
    """Whether it left the scanner alone at its last start."""
    with point.database.reading() as connection:
        said = status.last_report(connection, STATION)
    if said is not None and said.error_code == SafeMode.code:
        yield out(SafeMode.code)


def look_at_queue(point: Point) -> Iterator[Finding]:
    """What is sealed and has no receipt yet."""
    with point.database.reading() as connection:
        waiting = outbox.queue(connection)
        uploader = status.last_report(connection, UPLOADER)
    if waiting.needs_person:
        yield person("queue-needs-person", count=waiting.needs_person)
    age = point.clock() - waiting.oldest_at if waiting.oldest_at else timedelta()
    if age > OLD:
        yield person("queue-old", count=waiting.waiting, days=age.days)
    elif not waiting.needs_person:
        yield well("queue-well", count=waiting.waiting)
    told_by_ward = {SoftwareTooOld.code, PointCodeTaken.code}
    if uploader is not None and uploader.error_code in told_by_ward:
        yield person(uploader.error_code)


def look_at_point(point: Point, machine: Machine) -> Iterator[Finding]:
    """What a box on its first day lacks: a code of its own, somebody who may sign in."""
    if not (machine.opt / "venv/whole").exists():
        return  # a try-out, from a folder of sources
    if point.config.point.code == AS_SHIPPED:
        yield person("point-as-shipped", shipped=AS_SHIPPED)
    with point.database.reading() as connection:
        if not list_volunteers(connection):
            yield person("nobody-signs-in")


def look_at_release(machine: Machine, version: str) -> Iterator[Finding]:
    """Which release runs and since when: the last update, or the last going back from one."""
    venv = machine.opt / "venv"
    if not (venv / "whole").exists():
        yield note("release-by-hand", version=version)
        return
    if (machine.opt / "before").exists():  # of the set-up; it goes when all is done
        yield person("update-broken-off", version=version)
    since = datetime.fromtimestamp(venv.lstat().st_mtime).astimezone()  # of the link
    yield well("release-well", version=version, name=venv.resolve().name, since=f"{since:%d/%m/%Y}")


def token_place(file: Path | None, *, is_box: bool) -> Path | None:
    """Where root reads it: of a box the file whose copy only the uploader's unit sees.

    The unit is given that copy whether the configuration names it or not.
    """
    if file is None:
        return ROOTS_TOKEN if is_box else None
    return ROOTS_TOKEN.with_name(file.name) if file.is_relative_to("/run/credentials") else file
