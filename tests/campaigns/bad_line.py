"""Send sealed dossiers over a line that is cut half of the time; count what arrives, and how often.

``python -m tests.campaigns.bad_line [--dossiers 200] [--cut 0.5] [--seed 1]`` (two seconds a
dossier to seal, some minutes to send). The desk seals them, the real uploader sends them through a
proxy of ours to a real ward. Each connection draws its fate: cut after some bytes either way, the
answer swallowed, reset, held up, forgotten half open, a log-in page, 500, 502, 429 with
Retry-After. Rests are cut short, everything else is as it is at a point. Prints one JSON object;
ends with 1 when a dossier is missing, doubled, changed, set aside for a person, or when more was
sent again than what was on its way at the cuts.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image

from appliance.config import read_config
from appliance.desk.dossier import dossiers
from appliance.desk.pages import scanning
from appliance.desk.point import Point, open_point
from appliance.desk.sending import sealing
from appliance.destinations.line import LARGEST_CHUNK
from appliance.imaging.child.main import cleaned
from appliance.pretend.bad_network import (
    CAPTIVE_PORTAL,
    HALF_OPEN,
    SWALLOWED_ANSWER,
    BadNetwork,
    Trouble,
    answer_of,
)
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier.scan_requests import OnDesk
from appliance.store.people.volunteers import Role, add_volunteer
from tests.campaigns.parts.at_the_ward import against_the_ward
from tests.campaigns.parts.command import asks, run
from tests.delivery.ward_process import WardProcess
from tests.point.conftest import lay_page

SLOT = "giay_chung_sinh"
ROOT = Path(__file__).resolve().parents[2]
QUIET_S = 300.0  # without a receipt: then the campaign gives up
HEADS = 4096  # of the requests that one connection was opened for
GOOD_FIRST = 5  # dossiers over a good line: what each costs besides its files
ODD = 0.1  # of the connections: somebody else answers, or the line is slow
SWALLOWED, UPWARDS, RESET = 0.2, 0.6, 0.5  # of the cuts
FAR_UP, FAR_DOWN = 150_000, 600  # bytes; most dossiers weigh three times the first
OTHERS = (
    CAPTIVE_PORTAL,
    Trouble(portal=answer_of("500 Internal Server Error")),
    Trouble(portal=answer_of("502 Bad Gateway")),
    Trouble(portal=answer_of("429 Too Many Requests", "Retry-After: 3")),
    Trouble(portal=answer_of("503 Service Unavailable", "Retry-After: 3")),
    Trouble(portal=answer_of("404 Not Found")),
    Trouble(delay_s=0.05),
)


class Fate:
    """What happens to each connection. Also asked by several threads at once."""

    def __init__(self, cut: float, seed: int, half_open: float = 0.0) -> None:
        self._dice, self._cut, self._half_open = random.Random(seed), cut, half_open
        self.good = True  # nothing happens yet
        self.drawn: Counter[str] = Counter()

    def __call__(self, _number: int) -> Trouble:
        if self.good:
            return Trouble()
        dice = self._dice
        if dice.random() < self._half_open:
            return self._is("half open", HALF_OPEN)
        if dice.random() < self._cut:
            return self._cut_one()
        if dice.random() < ODD:
            return self._is("other answers, slow lines", dice.choice(OTHERS))
        return self._is("good", Trouble())

    def _cut_one(self) -> Trouble:
        dice = self._dice
        reset = dice.random() < RESET
        if dice.random() < SWALLOWED:
            return self._is("to be cut: answer swallowed", SWALLOWED_ANSWER)
        if dice.random() < UPWARDS:
            at = dice.randrange(FAR_UP)
            return self._is("to be cut: on the way up", Trouble(cut_up_after=at, reset=reset))
        at = dice.randrange(FAR_DOWN)
        return self._is("to be cut: on the way down", Trouble(cut_down_after=at, reset=reset))

    def _is(self, name: str, trouble: Trouble) -> Trouble:
        self.drawn[name] += 1
        return trouble


def campaign(
    home: Path,
    count: int,
    cut: float,
    seed: int,
    half_open: float = 0.0,
    good_first: int = GOOD_FIRST,
) -> dict[str, object]:
    """Seal *count* dossiers, send them, look at both ends."""
    began = time.monotonic()
    fate = Fate(cut, seed, half_open)
    ward = WardProcess(home / "ward")
    try:
        with BadNetwork(ward.port, fate) as network:
            config = _write_config(home, ward, network.port)
            point = open_point(read_config(config))
            try:
                return _campaign(point, config, ward, network, fate, (good_first, count), seed) | {
                    "seconds": round(time.monotonic() - began)
                }
            finally:
                point.database.close()
    finally:
        ward.kill()


def _campaign(
    point: Point,
    config: Path,
    ward: WardProcess,
    network: BadNetwork,
    fate: Fate,
    counts: tuple[int, int],
    seed: int,
) -> dict[str, object]:
    good_first, count = counts
    point.database.migrate()
    traffic = network.traffic
    seal_some(point, good_first, seed)
    with _uploader(config) as sender:
        deliver_all(point, sender)
        besides = (traffic.up - _weight(point)) / good_first
        before, weighed = traffic.up, _weight(point)
        asked = traffic.connections
    seal_some(point, count, seed + 1)
    fate.good = False
    with _uploader(config) as sender:
        deliver_all(point, sender)
    weight = _weight(point) - weighed
    again = traffic.up - before - weight - round(besides * count)
    arrived, damage = against_the_ward(ward.home, point.config.paths.state)
    damage["a person is needed"] += _one(point, _NEEDS_PERSON)
    opened = traffic.connections - asked
    bound = traffic.lost + HEADS * opened
    damage["more sent again than was on its way"] += again > bound
    damage["more than a chunk on its way"] += traffic.most_lost > LARGEST_CHUNK + HEADS
    return {
        "dossiers": count,
        "arrived once": arrived - good_first,
        "connections": opened,
        "drawn": dict(fate.drawn),
        "cuts": traffic.cuts,
        "bytes of the files": weight,
        "bytes sent again": max(again, 0),
        "on its way at the cuts": traffic.lost,
        "most at one cut": traffic.most_lost,
        "damage": dict(+damage),
    }


def seal_some(point: Point, count: int, seed: int) -> None:
    """*count* whole dossiers of one to three pages, answered, agreed to and sealed by the desk."""
    dice = random.Random(seed)
    with point.database.writing() as connection:
        person = add_volunteer(connection, f"Lan {seed}", "482915", Role.VOLUNTEER, point.clock())
    for _ in range(count):
        dossier_id = dossiers.open_dossier(point, "khai-sinh", person.id)
        dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
        request = scanning.press(point, scanning.AskedBy.PANEL)
        scanning.start_request(point, request)
        for number in range(1, dice.randint(1, 3) + 1):
            side = lay_page(point.spool / str(request), number, _paper(dice))
            scanning.save_page(point, request, OnDesk(dossier_id, SLOT), side)
        scanning.end_request(point, request, None)
        sealing.ask_to_seal(point, dossier_id, person.id, consented=True)
        assert sealing.grant_next(point, cleaned) == dossier_id


def deliver_all(point: Point, sender: subprocess.Popen[bytes]) -> None:
    """Until nothing waits; who rests is called at once, as if the time had passed."""
    left, since = -1, time.monotonic()
    while waiting := _one(point, _WAITING):
        if sender.poll() is not None:
            raise RuntimeError(f"the uploader ended with {sender.returncode}")
        if waiting != left:
            left, since = waiting, time.monotonic()
        if time.monotonic() - since > QUIET_S:
            return
        with point.database.writing() as connection:
            connection.exec_driver_sql(
                "UPDATE submission SET next_try_at = NULL "
                "WHERE state = 'waiting' AND held_by IS NULL AND next_try_at IS NOT NULL"
            )
        time.sleep(0.2)


_WAITING = "SELECT count(*) FROM submission WHERE state = 'waiting'"
_NEEDS_PERSON = "SELECT count(*) FROM submission WHERE state = 'needs-person'"


def _weight(point: Point) -> int:
    return _one(
        point,
        "SELECT coalesce(sum(f.bytes), 0) FROM submission_file f "
        "JOIN receipt r ON r.submission_id = f.submission_id",
    )


def _one(point: Point, question: str) -> int:
    with closing(sqlite3.connect(point.database.path, timeout=30)) as database:
        return int(database.execute(question).fetchone()[0])


@contextmanager
def _uploader(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    log = config.with_name("uploader.log").open("ab")
    command = [sys.executable, "-m", "appliance.cli", "--config", str(config), "uploader"]
    with log:
        sender = subprocess.Popen(command, cwd=ROOT, stderr=log)
    try:
        yield sender
    finally:
        sender.terminate()
        try:
            sender.wait(100)  # it may be in the middle of a wait for an answer
        except subprocess.TimeoutExpired:
            sender.kill()
            sender.wait()


def _paper(dice: random.Random) -> bytes:
    """A page of grey noise with a black bar: it weighs a few hundred thousand bytes when clean."""
    size = (dice.randint(500, 900), dice.randint(800, 1200))
    image = Image.effect_noise(size, 60).convert("RGB")
    image.paste((20, 20, 20), (60, 60, size[0] - 60, 90))
    out = BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def _write_config(home: Path, ward: WardProcess, port: int) -> Path:
    token = home / "token"
    token.write_text(str(ward.made.token))
    config = home / "config.toml"
    config.write_text(
        f'[point]\ncode = "KV-0007"\n[paths]\nstate = "{home / "state"}"\n'
        f'runtime = "{home / "run"}"\n[text]\nlayer = "off"\n'
        f'[ward]\nurl = "http://127.0.0.1:{port}/intake/v1"\nrecipient = "{ward.made.recipient}"\n'
        f'verify_key = "{ward.made.verify_key}"\ntoken_file = "{token}"\n',
        encoding="utf-8",
    )
    return config


def main() -> None:
    """The campaign, once."""
    parser = asks(__doc__, dossiers=200, cut=0.5, seed=1, half_open=0.005)
    run(
        parser,
        lambda home, asked: campaign(home, asked.dossiers, asked.cut, asked.seed, asked.half_open),
    )


if __name__ == "__main__":
    main()
