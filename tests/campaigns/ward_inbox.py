"""How long an officer waits for a page of an inbox of fifty thousand dossiers.

``python -m tests.campaigns.ward_inbox [--dossiers 50000] [--pages 200] [--waiting 0.02]
[--database sqlite|postgres]``  A real ward process, asked over HTTP as a browser asks. Prints one
JSON object: for each kind of page milliseconds of the clock (half, 95 of 100) and of the processor
(ward and database). The clock's depend on what else the machine does; its load stands beside.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import select

from tests.campaigns.parts.command import asks, run
from tests.campaigns.ward_stress import Watch
from tests.ward.conftest import RunningWard
from tests.ward.many import fill
from tests.ward.officer import Officer
from tests.ward.papers import pdf, sealed_dossier
from tests.ward.postgres import database_url, postgres_bin, running_postgres
from web.ward.database import reading
from web.ward.init import init_ward
from web.ward.settings import WardSettings
from web.ward.tables import dossier


@contextmanager
def _database(kind: str) -> Iterator[tuple[str | None, int | None]]:
    """The URL and the postmaster's process, if there is one."""
    if kind == "sqlite":
        yield None, None
        return
    binaries = postgres_bin()
    assert binaries, "PostgreSQL's server is not installed (apt install postgresql)"
    with tempfile.TemporaryDirectory(prefix="ward-pg-") as folder:
        Path(folder).chmod(0o755)
        with running_postgres(binaries, Path(folder) / "pg") as running:
            with psycopg.connect(database_url(running, "postgres"), autocommit=True) as conn:
                conn.execute("CREATE DATABASE ward")
            pid = int((Path(running) / "data/postmaster.pid").read_text().split()[0])
            yield database_url(running, "ward"), pid


def campaign(home: Path, kind: str, dossiers: int, pages: int, waiting: float) -> dict[str, object]:
    """Fill, ask, and say what it took."""
    with _database(kind) as (url, postmaster):
        settings = WardSettings(home / "ward", url)
        ward = RunningWard(settings, init_ward(settings))
        ids = fill(ward.engine, dossiers, seed=1, waiting=waiting)
        ward.start()
        try:
            papers = {f"giay_{n}": pdf(str(n), 100_000) for n in range(3)}
            real = sealed_dossier(ward.made.recipient, papers=papers)
            ward.box.deliver(real)
            officer = Officer(ward.site)
            assert ward.made.password
            officer.sign_in(ward.made.officer, ward.made.password)
            watch = Watch([ward], postmaster)
            kinds = _kinds(ward, ids, real.id)
            return {
                "dossiers": dossiers,
                "database": kind,
                "asked each": pages,
                "milliseconds": {
                    name: _asked(officer, watch, path, pages) for name, path in kinds.items()
                },
                "load": [round(one, 1) for one in os.getloadavg()],
            }
        finally:
            ward.kill()


def _kinds(ward: RunningWard, ids: list[str], real: str) -> dict[str, Callable[[], str]]:
    die = random.Random(1)
    with reading(ward.engine) as conn:
        codes = list(conn.execute(select(dossier.c.code)).scalars())
        slips = [one for one in conn.execute(select(dossier.c.follow_number)).scalars() if one]
    return {
        "what waits": lambda: "/inbox",
        "all, newest": lambda: "/inbox?show=all",
        "all, anywhere in the middle": lambda: f"/inbox?show=all&older={die.choice(ids)}",
        "what waits, anywhere in the middle": lambda: f"/inbox?older={die.choice(ids)}",
        "back towards the newest": lambda: f"/inbox?show=all&newer={die.choice(ids)}",
        "found by receipt code": lambda: f"/inbox?number={die.choice(codes)}",
        "found by the slip's number": lambda: f"/inbox?number={die.choice(slips)}",
        "found by part of a code": lambda: f"/inbox?number={die.choice(codes)[-5:]}",
        "a number that is not there": lambda: f"/inbox?number=BD-{die.randrange(10**9)}",
        "a dossier, decrypted and written down": lambda: f"/inbox/{real}",
        "the journal": lambda: "/office/audit",
    }


def _asked(officer: Officer, watch: Watch, path: Callable[[], str], pages: int) -> dict[str, float]:
    officer.get(path())  # once unmeasured: templates are compiled
    ward_s, database_s, took = watch.ward_s(), watch.database_s(), []
    for _ in range(pages):
        began = time.perf_counter()
        assert officer.get(path()).status_code == 200
        took.append(1000 * (time.perf_counter() - began))
    return {
        "half": round(statistics.median(took), 1),
        "95 of 100": round(statistics.quantiles(took, n=20)[-1], 1),
        "processor, ward": round(1000 * (watch.ward_s() - ward_s) / pages, 1),
        "processor, database": round(1000 * (watch.database_s() - database_s) / pages, 1),
    }


def main() -> None:
    """The campaign, once."""
    parser = asks(__doc__, dossiers=50_000, pages=200, waiting=0.02)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="postgres")
    run(
        parser,
        lambda home, asked: campaign(
            home, asked.database, asked.dossiers, asked.pages, asked.waiting
        ),
        bad=(),
    )


if __name__ == "__main__":
    main()
