"""A database that came back from a copy: what the ward has is not sent again, only asked about."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import NotReadyToSeal
from appliance.desk.dossier import dossiers
from appliance.desk.keeping import restoring
from appliance.desk.point import Point
from appliance.desk.sending.delivery import Sending, deliver
from appliance.destinations.ward_service import WardService
from appliance.pretend.bad_network import BadNetwork
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import Volunteer
from tests.campaigns.parts.at_the_ward import against_the_ward
from tests.delivery.ward_process import WardProcess
from tests.point.conftest import TellingClock, scan_into
from tests.restoring.conftest import SLOT, fall, fill, hurt_pages, seal, start_again

Send = Callable[[Point], None]


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WardProcess]:
    running = WardProcess(tmp_path_factory.mktemp("ward"))
    yield running
    running.kill()


@pytest.fixture
def network(ward: WardProcess) -> Iterator[BadNetwork]:
    with BadNetwork(ward.port) as network:
        yield network


@pytest.fixture
def config(config: Config, ward: WardProcess) -> Config:
    keys = {"recipient": ward.made.recipient, "verify_key": ward.made.verify_key}
    return config.model_copy(update={"ward": config.ward.model_copy(update=keys)})


@pytest.fixture
def send(ward: WardProcess, network: BadNetwork) -> Send:
    """Everything that is due, as the uploader does."""

    def send(point: Point) -> None:
        sending = Sending(point, "here")
        url = f"http://127.0.0.1:{network.port}/intake/v1"
        service = WardService(url, str(ward.made.token), ward.made.verify_key, sending)
        while (taken := sending.take()) is not None:
            deliver(point, taken, service, random.random)
        service.close()

    return send


def arrived(ward: WardProcess, point: Point) -> tuple[int, dict[str, int]]:
    count, damage = against_the_ward(ward.home, point.config.paths.state)
    return count, dict(damage)


def test_a_receipt_from_after_the_copy_is_found_again(
    point: Point,
    helper: Volunteer,
    dossier_id: str,
    config: Config,
    clock: TellingClock,
    send: Send,
    network: BadNetwork,
) -> None:
    fill(point, dossier_id)
    scan_into(point, dossier_id, SLOT)
    restoring.make_copy(point)
    seal(point, dossier_id, helper.id)
    send(point)
    fall(point)
    hurt_pages(point.database.path)
    before = network.traffic.up
    again, _ = start_again(config, clock)
    assert dossiers.look_at(again, dossier_id).dossier.state is DossierState.DELIVERED
    send(again)
    assert network.traffic.up == before
    again.database.close()


@pytest.mark.parametrize("diary", ["whole", "lost"])
def test_what_was_delivered_after_the_copy_is_asked_about_and_not_sent_again(
    point: Point,
    helper: Volunteer,
    dossier_id: str,
    config: Config,
    clock: TellingClock,
    send: Send,
    ward: WardProcess,
    network: BadNetwork,
    diary: str,
) -> None:
    fill(point, dossier_id)
    scan_into(point, dossier_id, SLOT)
    seal(point, dossier_id, helper.id)
    restoring.make_copy(point)
    weight = sum(path.stat().st_size for path in point.sealed_files(dossier_id).folder.iterdir())
    send(point)
    assert not point.sealed_files(dossier_id).folder.exists()
    first = receipt_of(point, dossier_id)
    fall(point)
    hurt_pages(point.database.path)
    if diary == "lost":
        shutil.rmtree(Path(config.paths.state) / "diary")
    before = network.traffic.up
    again, _ = start_again(config, clock)
    send(again)
    assert network.traffic.up - before < weight / 4
    assert receipt_of(again, dossier_id) == first
    _, damage = arrived(ward, again)
    assert damage.get("doubled at the ward", 0) == 0
    again.database.close()


def test_a_seal_that_only_the_ward_remembers_is_not_made_a_second_time(
    point: Point,
    helper: Volunteer,
    dossier_id: str,
    config: Config,
    clock: TellingClock,
    send: Send,
    ward: WardProcess,
) -> None:
    """Copy and diary are both from before the seal; its desk key was destroyed with the seal."""
    fill(point, dossier_id)
    restoring.make_copy(point)
    kept = Path(config.paths.state) / "diary-before"
    shutil.copytree(Path(config.paths.state) / "diary", kept)
    scan_into(point, dossier_id, SLOT)
    seal(point, dossier_id, helper.id)
    send(point)
    fall(point)
    hurt_pages(point.database.path)
    shutil.rmtree(Path(config.paths.state) / "diary")
    kept.rename(Path(config.paths.state) / "diary")
    again, _ = start_again(config, clock)
    assert dossiers.look_at(again, dossier_id).locked
    with pytest.raises(NotReadyToSeal):
        seal(again, dossier_id, helper.id)
    _, damage = arrived(ward, again)
    assert damage.get("doubled at the ward", 0) == 0
    again.database.close()


def receipt_of(point: Point, dossier_id: str) -> object:
    with point.database.reading() as connection:
        return outbox.receipt_of(connection, dossier_id)
