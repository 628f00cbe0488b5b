"""Each step of a visit on a card without room, or read only: told, nothing lost."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.core.errors import ApplianceError, CardReadOnly, DiskFull
from appliance.desk import desk_keys, dossiers, page_edits, photos, restoring, scanning, sealing
from appliance.desk.cleaning import next_work, save_cleaned
from appliance.desk.point import Point, open_point
from appliance.desk.status import report_status
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.services import upkeep
from appliance.store.volunteers import Role, add_volunteer
from appliance.wording import notice_for
from tests.campaigns import card
from tests.campaigns.full_disk import Ballast
from tests.campaigns.promises import broken, promises_in
from tests.point.conftest import (  # noqa: F401 - fixtures of the point
    PIN,
    TellingClock,
    WardKeys,
    clock,
    jpeg,
    lay_page,
    point_config,
    ward_keys,
)

SLOT = "giay_chung_sinh"
CARD_BYTES = 64 << 20
Step = Callable[[Point, str], object]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("card")
    if not card.can_run():
        pytest.skip("needs root, loop devices and e2fsprogs")
    card.make_ext4(home / "card.img", CARD_BYTES)
    try:
        card.mount(home / "card.img", home / "state")
    except subprocess.CalledProcessError:
        pytest.skip("this machine lets nobody mount a loop device")
    yield home / "state"
    card.unmount(home / "state")


@pytest.fixture
def config(state: Path, ward_keys: WardKeys) -> Config:
    return point_config(state.parent, ward_keys)


@pytest.fixture
def point(config: Config, clock: TellingClock) -> Iterator[Point]:
    point = open_point(config, clock)
    point.database.migrate()
    with point.database.writing() as connection:
        if not connection.exec_driver_sql("SELECT 1 FROM volunteer").scalar():
            add_volunteer(connection, "Lan", PIN, Role.VOLUNTEER, point.clock())
    yield point
    point.database.close()


def scan(point: Point, dossier_id: str) -> object:
    request = scanning.press(point, scanning.AskedBy.SCREEN)
    scanning.start_request(point, request)
    try:
        place = scanning.scan_requests.OnDesk(dossier_id, SLOT)
        return scanning.save_page(point, request, place, lay_page(point.spool / str(request)))
    finally:
        scanning.end_request(point, request, None)


def clean(point: Point, dossier_id: str) -> object:
    work = next_work(point)
    return work and save_cleaned(point, work, cleaned(work.master, work.order))


def photograph(point: Point, dossier_id: str) -> object:
    content = jpeg()
    number = photos.bring(point, dossier_id, SLOT, io.BytesIO(content), len(content))
    photo = photos.next_photo(point)
    assert photo is not None
    assert photo.id == number
    return photos.take_in(point, photo, content, (620, 877))


def fill_in(point: Point, dossier_id: str) -> object:
    return dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))


def turn(point: Point, dossier_id: str) -> object:
    return page_edits.turn_page(point, dossiers.look_at(point, dossier_id).pages[0].id)


def seal(point: Point, dossier_id: str) -> object:
    view = dossiers.look_at(point, dossier_id)
    if view.seal is None or view.seal.state == "failed":
        sealing.ask_to_seal(point, dossier_id, 1, consented=True)
    return sealing.grant_next(point, cleaned)


STEPS: dict[str, Step] = {
    "sign in": lambda point, _: desk_keys.sign_in(point, "Lan", PIN),
    "open": lambda point, _: dossiers.open_dossier(point, "khai-sinh", 1),
    "answers": fill_in,
    "scan": scan,
    "clean": clean,
    "photograph": photograph,
    "turn": turn,
    "copy": lambda point, _: restoring.make_copy(point),
    "report": lambda point, _: report_status(point, "station", "ready", None),
    "upkeep": lambda point, _: upkeep.run(point),
    "seal": seal,
}


def take_each_step(
    point: Point, take_room: Callable[[], None], give_room: Callable[[], None], told: str
) -> dict[str, str]:
    """Every step without room, then with it; which of them had to be told of."""
    dossier_id = dossiers.open_dossier(point, "khai-sinh", 1)
    fill_in(point, dossier_id)
    scan(point, dossier_id)
    refused: dict[str, str] = {}
    for name, step in STEPS.items():
        promised = promises_in(point.config.paths.state)
        take_room()
        try:
            step(point, dossier_id)
        except ApplianceError as error:
            refused[name] = error.code
        finally:
            give_room()
        assert +broken(promised, point.config.paths.state) == {}, name
        if name in refused or name != "seal":
            step(point, dossier_id)
    assert set(refused.values()) <= {told}
    assert dossiers.look_at(point, dossier_id).submission is not None
    return refused


@pytest.mark.parametrize("leave", [0, 100_000])
def test_a_full_card_is_told_at_each_step_and_each_goes_on_when_there_is_room(
    point: Point, state: Path, leave: int
) -> None:
    ballast = Ballast(state)
    refused = take_each_step(point, lambda: ballast.fill(leave), ballast.empty, DiskFull.code)
    assert {"scan", "photograph", "seal"} <= set(refused)
    assert "nguyên" in notice_for(DiskFull.code).safe


def remount(point: Point, state: Path, how: str) -> None:
    """The kernel does it by force; we must let go of the database first."""
    point.database.close()
    card.run_tool("mount", "-o", f"remount,{how}", str(state))


def test_a_card_that_became_read_only_is_told_at_each_step_and_each_goes_on_afterwards(
    point: Point, state: Path
) -> None:
    refused = take_each_step(
        point,
        lambda: remount(point, state, "ro"),
        lambda: remount(point, state, "rw"),
        CardReadOnly.code,
    )
    assert set(refused) >= {"open", "answers", "scan", "clean", "photograph", "turn", "seal"}
