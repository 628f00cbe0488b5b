"""The same dossier by network and by stick is one, in either order, and at the same time."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.core.dossiers.submission import Bound, SubmissionState
from appliance.desk.sending.waiting import send_by
from appliance.store.dossier import outbox
from tests.folder.boxes import CarryingBox, new_stick
from tests.folder.office import Office
from tests.ward.conftest import RunningWard, database, new_database, postgres_folder, ward
from tests.ward.papers import SealedDossier

__all__ = [
    "database",
    "new_database",
    "postgres_folder",
    "ward",
]  # a served ward on SQLite and on PostgreSQL
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def served(ward: RunningWard) -> Iterator[Office]:
    """The office behind the ward that is served."""
    office = Office(ward.settings.home, ward.made, ward.settings.database)
    yield office
    office.close()


@pytest.fixture
def usb(tmp_path: Path, ward: RunningWard) -> Path:
    return new_stick(tmp_path / "usb", ward.made)


@pytest.fixture
def sender(tmp_path: Path, ward: RunningWard, usb: Path, point_made: Path) -> Iterator[CarryingBox]:
    (tmp_path / "box/state").mkdir(parents=True)
    shutil.copy(point_made, tmp_path / "box/state/point.db")
    box = CarryingBox(tmp_path / "box", ward.made, usb, str(ward.made.token), ward.base)
    yield box
    box.point.database.close()


def receipt_at(box: CarryingBox, made: SealedDossier) -> object:
    with box.point.database.reading() as connection:
        return outbox.receipt_of(connection, box.submission(made).id)


def test_first_by_stick_then_by_network(
    sender: CarryingBox, served: Office, ward: RunningWard, usb: Path
) -> None:
    before = served.count()
    made = sender.seal()
    sender.look()
    [brought] = served.take_in(usb)
    # the stick does not come back: the volunteer loses patience
    assert send_by(sender.point, made.id, Bound.WARD)
    assert sender.send_by_network(ward.base) is None
    assert receipt_at(sender, made) == brought.receipt
    assert served.count()[:2] == (before[0] + 1, before[1] + 1)


def test_first_by_network_then_by_stick(
    sender: CarryingBox, served: Office, ward: RunningWard, usb: Path
) -> None:
    before = served.count()
    made = sender.seal()
    sender.look()
    carried = shutil.copytree(usb, usb.with_name("carried"))
    assert send_by(sender.point, made.id, Bound.WARD)
    assert sender.send_by_network(ward.base) is None
    [brought] = served.take_in(carried)
    assert (brought.receipt, brought.fresh) == (receipt_at(sender, made), False)
    assert served.count()[:2] == (before[0] + 1, before[1] + 1)
    sender.stick_place = carried
    sender.look()
    assert not list((carried / "tramhoso").rglob("*.json")), "nothing is carried about any more"


def test_both_ways_at_the_same_time(
    sender: CarryingBox, served: Office, ward: RunningWard, usb: Path
) -> None:
    before = served.count()
    dossiers = [sender.seal(200_000) for _ in range(4)]
    sender.look()
    carried = shutil.copytree(usb, usb.with_name("carried"))
    for made in dossiers:
        send_by(sender.point, made.id, Bound.WARD)
    command = [sys.executable, "-m", "appliance.commands.ward", "import"]
    command += [str(ward.settings.home), str(carried)]
    if ward.settings.database:
        command += ["--database", ward.settings.database]
    importing = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    errors = [sender.send_by_network(ward.base) for _ in dossiers]
    assert errors == [None] * 4
    told, _ = importing.communicate(timeout=60)
    assert importing.returncode == 0, told
    assert served.count()[:2] == (before[0] + 4, before[1] + 4)
    for made in dossiers:
        receipt = receipt_at(sender, made)
        assert receipt is not None
        assert served.papers(made.id) == made.plain
        assert f"{made.id}  " in told


def test_one_stick_imported_from_two_desks_at_once_counts_once(
    sender: CarryingBox, served: Office, usb: Path
) -> None:
    before = served.count()
    dossiers = [sender.seal() for _ in range(4)]
    sender.look()
    copies = [shutil.copytree(usb, usb.with_name(f"copy-{n}")) for n in range(3)]
    found: list[list[tuple[str, str | None, str | None]]] = []

    def take_in(place: Path) -> None:
        brought = served.take_in(place)
        found.append(
            [(b.submission_id, b.trouble, b.receipt.code if b.receipt else None) for b in brought]
        )

    threads = [threading.Thread(target=take_in, args=(place,)) for place in copies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found[0] == found[1] == found[2]
    assert {trouble for _, trouble, _ in found[0]} == {None}
    assert served.count()[:2] == (before[0] + len(dossiers), before[1] + len(dossiers))


def test_a_volunteer_takes_it_to_the_stick_while_bytes_travel(
    sender: CarryingBox, served: Office, ward: RunningWard, usb: Path
) -> None:
    before = served.count()
    made = sender.seal(900_000, to=Bound.WARD)
    seen: list[int] = []

    def then_the_stick(sent: int, total: int) -> None:
        if sent and not seen:
            seen.append(sent)
            send_by(sender.point, made.id, Bound.FOLDER)
            sender.look()
            served.take_in(usb)

    assert sender.send_by_network(ward.base, then_the_stick) is None
    assert seen
    assert sender.state_of(made) is SubmissionState.DELIVERED
    assert served.count()[:2] == (before[0] + 1, before[1] + 1)
    sender.look()
    assert not list((usb / "tramhoso").rglob("*.json"))


def test_the_receipt_comes_by_stick_while_the_network_still_tries(
    sender: CarryingBox, served: Office, ward: RunningWard, usb: Path
) -> None:
    made = sender.seal(900_000, to=Bound.WARD)
    seen: list[int] = []

    def then_the_stick_there_and_back(sent: int, total: int) -> None:
        if sent and not seen:
            seen.append(sent)
            send_by(sender.point, made.id, Bound.FOLDER)
            sender.look()
            served.take_in(usb)
            sender.look()
            assert sender.state_of(made) is SubmissionState.DELIVERED

    error = sender.send_by_network(ward.base, then_the_stick_there_and_back)
    assert seen
    assert sender.state_of(made) is SubmissionState.DELIVERED, error
    assert not sender.has_sealed_bytes(made)
