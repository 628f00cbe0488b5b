"""A hundred boxes bring twenty dossiers each to a ward of two processes; one is killed midway.

``python -m tests.campaigns.ward_stress [--devices 100] [--dossiers 20] [--kilobytes 300]
[--seed 1] [--no-kill]``  (PostgreSQL of Debian, a minute or two on two quiet cores). Both processes
share one folder and one database, as two machines would. Some dossiers are sent to both at once,
some once more. Afterwards every receipt, row and byte is compared. Prints one JSON object with
commits a second, processor seconds and memory; ends with 1 when anything is lost, doubled or left.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import func, select

from appliance.core.wire.manifest import Receipt
from tests.campaigns.parts.command import asks, run
from tests.campaigns.parts.ward_devices import Device, Tally
from tests.ward.conftest import RunningWard
from tests.ward.postgres import database_url, postgres_bin, running_postgres
from web.ward.boxes.devices import add_device
from web.ward.database import reading, writing
from web.ward.init import init_ward
from web.ward.office.reader import open_dossier
from web.ward.settings import WardSettings
from web.ward.tables import dossier, revision, sealed_file, upload

EVERY = 500  # commits between two looks at memory
TICK = os.sysconf("SC_CLK_TCK")


class Watch:
    """What the processes cost, also those that were killed meanwhile."""

    def __init__(self, wards: list[RunningWard], postmaster: int | None) -> None:
        self.wards, self._postmaster = wards, postmaster
        self._spent_before = 0.0
        self.memory_mb: list[tuple[int, ...]] = []

    def ward_s(self) -> float:
        return self._spent_before + sum(_spent_s(one) for one in self._alive())

    def database_s(self) -> float:
        if self._postmaster is None:
            return 0.0
        return sum(_spent_s(pid, children=True) for pid in _family(self._postmaster))

    def look(self) -> None:
        self.memory_mb.append(tuple(_memory_mb(pid) for pid in self._alive()))

    def kill(self, ward: RunningWard) -> None:
        assert ward.process
        self._spent_before += _spent_s(ward.process.pid)
        ward.kill()

    def _alive(self) -> list[int]:
        return [w.process.pid for w in self.wards if w.process and w.process.poll() is None]


def campaign(
    home: Path,
    devices: int,
    dossiers: int,
    *,
    size: int = 300_000,
    seed: int = 1,
    kill: bool = True,
) -> dict[str, object]:
    """Bring them all; what it cost and what does not fit afterwards."""
    binaries = postgres_bin()
    assert binaries, "PostgreSQL's server is not installed (apt install postgresql)"
    outbox = home / "outbox"
    outbox.mkdir()
    with tempfile.TemporaryDirectory(prefix="ward-pg-") as folder:
        Path(folder).chmod(0o755)
        with running_postgres(binaries, Path(folder) / "pg") as running:
            with psycopg.connect(database_url(running, "postgres"), autocommit=True) as conn:
                conn.execute("CREATE DATABASE ward")
            settings = WardSettings(home / "ward", database_url(running, "ward"))
            first = RunningWard(settings, init_ward(settings)).start()
            wards = [first, replace(first, process=None).start()]
            postmaster = int((Path(running) / "data/postmaster.pid").read_text().split()[0])
            try:
                return _brought(
                    Watch(wards, postmaster), outbox, devices, dossiers, size, seed, kill
                )
            finally:
                for ward in wards:
                    if ward.process and ward.process.poll() is None:
                        ward.kill()


def _brought(
    watch: Watch, outbox: Path, devices: int, dossiers: int, size: int, seed: int, kill: bool
) -> dict[str, object]:
    first, second = watch.wards
    for ward in watch.wards:  # where it comes back after the kill
        ward.port = int(ward.site.rsplit(":", 1)[1])
    total, tally, lock = devices * dossiers, Tally(), threading.Lock()
    deeds = {total * 2 // 5: "kill", total * 3 // 5: "start"} if kill else {}

    def came(count: int) -> None:
        with lock:
            if count % EVERY == 0 or count == total:
                watch.look()
            deed = deeds.pop(count, "")
            if deed == "kill":
                watch.kill(first)
            elif deed == "start":
                first.start()

    boxes = list(_devices(watch, outbox, devices, seed, tally))
    watch.look()
    began, ward_s, database_s = time.monotonic(), watch.ward_s(), watch.database_s()
    with ThreadPoolExecutor(devices) as pool:
        for done in [pool.submit(box.run, dossiers, size, came) for box in boxes]:
            done.result()
    took = time.monotonic() - began
    ward_s, database_s = watch.ward_s() - ward_s, watch.database_s() - database_s
    for ward in watch.wards:
        assert ward.stop() == 0
    damage = _against(second, tally, total)
    return {
        "dossiers": total,
        "bytes each": size,
        "seconds": round(took, 1),
        "commits a second": round(total / took, 1),
        "processor seconds a commit": {
            "ward": round(ward_s / total, 4),
            "database": round(database_s / total, 4),
        },
        "memory MB, at the start and each 500 commits": watch.memory_mb,
        "load": [round(one, 1) for one in os.getloadavg()],
        "seen": {what: count for what, count in sorted(tally.counts.items()) if count},
        "damage": dict(damage),
    }


def _devices(watch: Watch, outbox: Path, devices: int, seed: int, tally: Tally) -> Iterable[Device]:
    ward = watch.wards[0]
    urls = [one.base for one in watch.wards]
    verify_key, recipient = ward.made.verify_key, ward.made.recipient
    with writing(ward.engine) as conn:
        for number in range(devices):
            token = add_device(conn, f"hop-thu-{number}", datetime.now(UTC))
            die = random.Random(f"{seed}-{number}")
            yield Device(number, token, urls, verify_key, recipient, outbox, tally, die)


def _against(ward: RunningWard, tally: Tally, total: int) -> Counter[str]:
    """Receipts the devices hold, against rows and bytes at the ward."""
    damage: Counter[str] = Counter()
    damage["never delivered"] += total - len(tally.receipts)
    for what in ("receipts that differ", "a receipt for two"):
        damage[what] += tally.counts.pop(what, 0)
    with reading(ward.engine) as conn:
        rows = conn.execute(select(revision.c.dossier_id, revision.c.receipt)).all()
        codes = conn.execute(select(func.count(dossier.c.code.distinct()))).scalar_one()
        kept = dict(conn.execute(select(sealed_file.c.sha256, sealed_file.c.bytes)).all())
        left = conn.execute(select(upload.c.id, upload.c.metadata)).all()
    at_ward = {row.dossier_id: Receipt.model_validate_json(bytes(row.receipt)) for row in rows}
    damage["doubled"] += len(rows) - len(at_ward)
    damage["codes given twice"] += len(rows) - codes
    damage["lost or not asked for"] += len(at_ward.keys() ^ tally.receipts.keys())
    both = at_ward.keys() & tally.receipts.keys()
    damage["another receipt"] += sum(at_ward[one] != tally.receipts[one] for one in both)
    home = ward.settings.home
    found = {}
    for path in (home / "sealed").rglob("*/*"):
        data = path.read_bytes()
        found[path.name] = len(data)
        damage["other bytes"] += hashlib.sha256(data).hexdigest() != path.name
    damage["files without a row, or rows without a file"] += len(found.items() ^ kept.items())
    # Begun a second time, by a twin or after the kill, and of no use since the commit: swept.
    needless = {row.id for row in left if json.loads(row.metadata).get("sha256") in kept}
    tally.counts["uploads begun twice"] = len(needless)
    damage["uploads left behind"] += len(left) - len(needless)
    damage["bytes without an upload"] += len(
        {path.name for path in (home / "uploads").iterdir()} - needless
    )
    for one, paper in tally.plain.items():
        opened = open_dossier(home, one, database=ward.settings.database)
        damage["opens as something else"] += opened.by_slot != {"giay": paper}
    return +damage


def _spent_s(pid: int, *, children: bool = False) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11 : 15 if children else 13])) / TICK


def _family(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *map(int, children)]


def _memory_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def main() -> None:
    """The campaign, once."""
    parser = asks(__doc__, devices=100, dossiers=20, kilobytes=300, seed=1)
    parser.add_argument("--no-kill", action="store_true")
    run(parser, _asked)


def _asked(home: Path, asked: argparse.Namespace) -> dict[str, object]:
    size, kill = asked.kilobytes * 1000, not asked.no_kill
    return campaign(home, asked.devices, asked.dossiers, size=size, seed=asked.seed, kill=kill)


if __name__ == "__main__":
    main()
