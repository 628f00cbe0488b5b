"""Pull the plug on a real ext4 again and again, and count what was promised and is gone.

``python -m tests.campaigns.power_cut [--cuts 40] [--weaken nothing|fsync]`` (root, one loop
device, a second and a half a cut). A worker saves pages and answers through the desk as the
station and the page do, and tells of each only when it is promised; EXT4_IOC_SHUTDOWN then
drops all that was not yet synced, as a cut does. Prints one JSON object, ends with 1 on damage.
``--weaken fsync`` leaves out our own fsync calls, to see that the campaign would notice.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.core.errors import ApplianceError, ScanCancelled
from appliance.core.paper.scan import ColorMode, ScannedPage
from appliance.desk.dossier import dossiers
from appliance.desk.pages import scanning
from appliance.desk.point import Point, open_point
from appliance.services import upkeep
from appliance.store.dossier import scan_requests
from appliance.store.dossier.scan_requests import OnDesk
from appliance.store.people.volunteers import Role, add_volunteer
from tests.campaigns.parts.card import PATIENCE_S, make_ext4, mounted, pull_the_plug, replay
from tests.campaigns.parts.command import asks, run
from tests.point.conftest import WardKeys, point_config

CARD_BYTES = 192 << 20
SLOT = "giay_chung_sinh"
ROOT = Path(__file__).resolve().parents[2]


class Card:
    """An ext4 in a file; *runtime* beside it stands for the memory where desk keys live."""

    def __init__(self, home: Path) -> None:
        self.home, self.state, self.runtime = home, home / "state", home / "run"
        self._image = home / "card.img"
        make_ext4(self._image, CARD_BYTES)

    @contextmanager
    def mounted(self) -> Iterator[None]:
        with mounted(self._image, self.state):
            yield

    def cut(self) -> None:
        pull_the_plug(self.state)

    def replay(self) -> bool:
        return replay(self._image)

    def point(self) -> Point:
        """The point whose card this is."""
        config = point_config(self.home, WardKeys())
        return open_point(config)


def campaign(home: Path, cuts: int, weaken: str, seed: int = 1) -> dict[str, object]:
    """*cuts* times: work, pull the plug, look. Returns what was promised and what was gone."""
    moments = random.Random(seed)
    card = Card(home)
    with card.mounted():
        point = card.point()
        point.database.migrate()
        with point.database.writing() as connection:
            add_volunteer(connection, "A", "482915", Role.VOLUNTEER, point.clock())
        point.database.close()
    promised: dict[str, str] = {}
    damage: Counter[str] = Counter()
    for number in range(cuts):
        with card.mounted():
            promised |= _work_until_cut(card, weaken, moments.uniform(0.02, 0.5), number)
        if not card.replay():
            damage["file system"] += 1
        with card.mounted():
            damage += _look(card, promised)
        if damage:
            break
    return {"cuts": number + 1, "promised": len(promised), "damage": dict(damage)}


def _work_until_cut(card: Card, weaken: str, after_s: float, seed: int) -> dict[str, str]:
    complaints = card.home / "worker.log"  # it dies of the cut, loudly
    with complaints.open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", __spec__.name, "--worker", str(card.home), "--weaken", weaken,
             "--seed", str(seed)],
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=ROOT,  # a library that another test loads may have taken us elsewhere
        )  # fmt: skip
    assert worker.stdout is not None
    try:
        first = worker.stdout.readline()
        if not first:
            code, said = worker.wait(PATIENCE_S), complaints.read_text(errors="replace")
            raise RuntimeError(f"the worker ended with {code} before a promise: {said[-1500:]}")
        time.sleep(after_s)  # the campaign's own dice, not a wait for something
        os.set_blocking(worker.stdout.fileno(), False)
        # Only what was told before counts: while the kernel shuts the file system down, an fsync
        # that is under way may answer yes without having written (seen once in 31 cuts).
        told = first + (worker.stdout.read() or b"")
        card.cut()
    finally:
        worker.kill()
        worker.wait(PATIENCE_S)
        worker.stdout.close()
    return dict(json.loads(line) for line in told.splitlines(keepends=True) if line[-1:] == b"\n")


def _look(card: Card, promised: dict[str, str]) -> Counter[str]:
    damage: Counter[str] = Counter()
    point = card.point()
    with point.database.reading() as connection:
        if connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
            damage["database"] += 1
        rows = connection.exec_driver_sql("SELECT id, dossier_id FROM page")
        owners: dict[str, str] = {row[0]: row[1] for row in rows}
    for name, expected in promised.items():
        if name.startswith("answers-"):
            view = dossiers.look_at(point, name.removeprefix("answers-"))
            damage["answers lost"] += int(view.dossier.answers_revision) < int(expected)
            damage["answers unreadable"] += view.locked or not view.answers
        elif name not in owners:
            damage["page row lost"] += 1
        else:
            damage["page lost"] += not _is_whole(point, owners[name], name, expected)
    found = upkeep.run(point)
    damage["row without file"] += len(found.rows_without_file)
    point.database.close()
    return +damage


def _is_whole(point: Point, dossier_id: str, page_id: str, expected: str) -> bool:
    try:
        plain = scanning.page_image(point, dossier_id, page_id, scanning.PageImage.MASTER)
    except ApplianceError:
        return False
    return hashlib.sha256(plain).hexdigest() == expected


def _work(home: Path, weaken: str, seed: int) -> None:
    """Pages and answers for ever; a line only after the call that promises."""
    if weaken == "fsync":
        os.fsync = lambda _file: None  # type: ignore[assignment]
    dice = random.Random(seed)
    point = open_point(point_config(home, WardKeys()))
    _begin(point)
    while True:
        dossier_id = dossiers.open_dossier(point, "khai-sinh", 1)
        request = scanning.press(point, scanning.AskedBy.PANEL)
        scanning.start_request(point, request)
        for number in range(1, 6):
            jpeg = dice.randbytes(dice.choice((2_000, 60_000, 400_000)))
            side = point.spool / f"{number}.jpg"
            side.parent.mkdir(parents=True, exist_ok=True)
            side.write_bytes(jpeg)
            page = ScannedPage(number, side, 620, 877, 75, ColorMode.COLOR)
            page_id = scanning.save_page(point, request, OnDesk(dossier_id, SLOT), page)
            _tell(page_id, hashlib.sha256(jpeg).hexdigest())
            revision = dossiers.save_answers(point, dossier_id, {"child_name": f"An {number}"})
            _tell(f"answers-{dossier_id}", str(revision))
        scanning.end_request(point, request, None)


def _begin(point: Point) -> None:
    """As the station: no batch runs any more. One that was only asked for is not started here."""
    scanning.fail_interrupted(point, ScanCancelled.code, point.clock())
    with point.database.reading() as connection:
        asked = scan_requests.open_request(connection)
    if asked is not None:
        scanning.refuse_request(point, asked.id, ScanCancelled.code)


def _tell(name: str, proof: str) -> None:
    os.write(1, json.dumps([name, proof]).encode() + b"\n")


def main() -> None:
    """A campaign, or its worker."""
    parser = asks(__doc__, cuts=40, seed=1)
    parser.add_argument("--weaken", choices=("nothing", "fsync"), default="nothing")
    parser.add_argument("--worker", type=Path)
    asked = parser.parse_args()
    if asked.worker:
        _work(asked.worker, asked.weaken, asked.seed)
    run(
        parser,
        lambda home, asked: campaign(home, asked.cuts, asked.weaken, asked.seed),
        mounts=True,
    )


if __name__ == "__main__":
    main()
