"""Each step of a visit on a card without room, or read only: told, nothing lost, done afterwards.

``python -m tests.campaigns.full_disk_steps`` (root, one loop device, some seconds). A desk takes
every step of a visit with no room at all, with a little, and on a card that can only be read;
then once more when there is room. Prints one JSON object with the steps that were refused and how
that was told; ends with 1 on damage.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from appliance.config import Config
from appliance.core.errors import ApplianceError, CardReadOnly, DiskFull
from appliance.desk.dossier import dossiers
from appliance.desk.keeping import restoring
from appliance.desk.pages import page_edits, photos, scanning
from appliance.desk.pages.cleaning import next_work, save_cleaned
from appliance.desk.people import desk_keys
from appliance.desk.point import Point, open_point
from appliance.desk.sending import sealing
from appliance.desk.sending.status import report_status
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.services import upkeep
from appliance.store.dossier.scan_requests import OnDesk
from appliance.store.people.volunteers import Role, add_volunteer
from tests.campaigns.full_disk import Ballast
from tests.campaigns.parts import card
from tests.campaigns.parts.command import asks, run
from tests.campaigns.parts.promises import broken, promises_in
from tests.point.conftest import PIN, TellingClock, WardKeys, jpeg, lay_page, point_config

SLOT = "giay_chung_sinh"
CARD_BYTES = 64 << 20
LITTLE = 100_000
Step = Callable[[Point, str], object]


def campaign(home: Path) -> dict[str, object]:
    """Every step in every way; what was refused, and what went wrong."""
    damage: Counter[str] = Counter()
    told: dict[str, dict[str, str]] = {}
    state = home / "state"
    card.make_ext4(home / "card.img", CARD_BYTES)
    with card.mounted(home / "card.img", state):
        point = _point(point_config(home, WardKeys()))
        ballast = Ballast(state)

        def remount(how: str) -> None:
            point.database.close()  # the kernel does it by force; we must let go of it first
            card.run_tool("mount", "-o", f"remount,{how}", str(state))

        ways: dict[str, tuple[Callable[[], None], Callable[[], None], str]] = {
            "full": (lambda: ballast.fill(0), ballast.empty, DiskFull.code),
            "nearly full": (lambda: ballast.fill(LITTLE), ballast.empty, DiskFull.code),
            "read only": (lambda: remount("ro"), lambda: remount("rw"), CardReadOnly.code),
        }
        try:
            for name, (take, give, code) in ways.items():
                told[name] = _take_each_step(point, take, give, damage)
                damage["told otherwise"] += sum(said != code for said in told[name].values())
        finally:
            point.database.close()
    return {"refused": told, "damage": dict(+damage)}


def _take_each_step(
    point: Point, take: Callable[[], None], give: Callable[[], None], damage: Counter[str]
) -> dict[str, str]:
    dossier_id = dossiers.open_dossier(point, "khai-sinh", 1)
    _fill_in(point, dossier_id)
    _scan(point, dossier_id)
    refused: dict[str, str] = {}
    for name, step in STEPS.items():
        promised = promises_in(point.config.paths.state)
        take()
        try:
            step(point, dossier_id)
        except ApplianceError as error:
            refused[name] = error.code
        finally:
            give()
        damage += broken(promised, point.config.paths.state)
        if name in refused or name != "seal":
            step(point, dossier_id)
    damage["not sealed afterwards"] += dossiers.look_at(point, dossier_id).submission is None
    return refused


def _point(config: Config) -> Point:
    point = open_point(config, TellingClock())
    point.database.migrate()
    with point.database.writing() as connection:
        add_volunteer(connection, "Lan", PIN, Role.VOLUNTEER, point.clock())
    return point


def _scan(point: Point, dossier_id: str) -> object:
    request = scanning.press(point, scanning.AskedBy.SCREEN)
    scanning.start_request(point, request)
    try:
        place = OnDesk(dossier_id, SLOT)
        return scanning.save_page(point, request, place, lay_page(point.spool / str(request)))
    finally:
        scanning.end_request(point, request, None)


def _clean(point: Point, dossier_id: str) -> object:
    work = next_work(point)
    return work and save_cleaned(point, work, cleaned(work.master, work.order))


def _photograph(point: Point, dossier_id: str) -> object:
    content = jpeg()
    number = photos.bring(point, dossier_id, SLOT, io.BytesIO(content), len(content))
    photo = photos.next_photo(point)
    if photo is None or photo.id != number:
        raise LookupError(f"photograph {number} is not the next one")
    return photos.take_in(point, photo, content, (620, 877))


def _fill_in(point: Point, dossier_id: str) -> object:
    return dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))


def _turn(point: Point, dossier_id: str) -> None:
    page_edits.turn_page(point, dossiers.look_at(point, dossier_id).pages[0].id)


def _seal(point: Point, dossier_id: str) -> object:
    view = dossiers.look_at(point, dossier_id)
    if view.seal is None or view.seal.state == "failed":
        sealing.ask_to_seal(point, dossier_id, 1, consented=True)
    return sealing.grant_next(point, cleaned)


STEPS: dict[str, Step] = {
    "sign in": lambda point, _: desk_keys.sign_in(point, "Lan", PIN),
    "open": lambda point, _: dossiers.open_dossier(point, "khai-sinh", 1),
    "answers": _fill_in,
    "scan": _scan,
    "clean": _clean,
    "photograph": _photograph,
    "turn": _turn,
    "copy": lambda point, _: restoring.make_copy(point),
    "report": lambda point, _: report_status(point, "station", "ready", None),
    "upkeep": lambda point, _: upkeep.run(point),
    "seal": _seal,
}


def main() -> None:
    """The campaign, once."""
    run(asks(__doc__), lambda home, _: campaign(home), mounts=True)


if __name__ == "__main__":
    main()
