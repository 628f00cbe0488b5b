"""A real ward: its own process, its own database (SQLite and PostgreSQL), real sockets."""

from __future__ import annotations

import itertools
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from tests.ward.box import Box
from tests.ward.officer import Officer
from tests.ward.postgres import database_url, postgres_bin, running_postgres
from web.ward.database import open_database
from web.ward.init import WardMade, init_ward
from web.ward.settings import WardSettings

READY_S = 60


@dataclass
class RunningWard:
    """`ward serve` as a process that can be killed and started again."""

    settings: WardSettings
    made: WardMade
    process: subprocess.Popen[str] | None = None
    base: str = ""
    port: int = 0  # 0: a free one
    environment: dict[str, str] = field(default_factory=dict)
    module: str = "appliance.commands.ward"
    under: tuple[str, ...] = ()  # a command that runs the ward, say strace

    @property
    def box(self) -> Box:
        assert self.made.token
        return Box(self.base, self.made.token)

    @property
    def site(self) -> str:
        return self.base.removesuffix("/intake/v1")

    @property
    def engine(self) -> Engine:
        return open_database(self.settings.database_url)

    @property
    def command(self) -> list[str]:
        command = [*self.under, sys.executable, "-m", self.module, "serve"]
        command += [str(self.settings.home), "--listen", f"127.0.0.1:{self.port}"]
        return command + (["--database", self.settings.database] if self.settings.database else [])

    def refused(self) -> str:
        """What it says on its way out when it may not serve."""
        done = subprocess.run(
            self.command, capture_output=True, text=True, timeout=READY_S, check=False
        )
        assert (done.returncode, done.stdout) == (1, "")
        return done.stderr

    def start(self) -> RunningWard:
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, text=True, env=os.environ | self.environment
        )
        assert self.process.stdout
        ready, _, _ = select.select([self.process.stdout], [], [], READY_S)
        assert ready, "the ward did not start"
        line = self.process.stdout.readline().strip()
        assert line.startswith("http://127.0.0.1:"), line
        self.base = f"{line}/intake/v1"
        return self

    def kill(self) -> None:
        """As hard as a power cut is for a process."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(READY_S)

    def stop(self) -> int:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(READY_S)


@pytest.fixture(scope="session")
def postgres_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    binaries = postgres_bin()
    if binaries is None:
        pytest.skip("PostgreSQL's server is not installed (apt install postgresql)")
    # Its own short path: a Unix socket's name has 107 letters at most, and the unprivileged
    # user must be able to enter every folder above it.
    import tempfile

    with tempfile.TemporaryDirectory(prefix="ward-pg-") as folder:
        Path(folder).chmod(0o755)
        with running_postgres(binaries, Path(folder) / "pg") as running:
            yield running


_names = itertools.count()


@pytest.fixture(scope="module")
def new_database(postgres_folder: str) -> str:
    """An empty PostgreSQL database for a file of tests."""
    name = f"ward_{os.getpid()}_{next(_names)}"
    with psycopg.connect(database_url(postgres_folder, "postgres"), autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}")
    return database_url(postgres_folder, name)


@pytest.fixture(
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], scope="module"
)
def database(request: pytest.FixtureRequest) -> str | None:
    """An operator's --database: None is SQLite in the home."""
    return None if request.param == "sqlite" else request.getfixturevalue("new_database")


@pytest.fixture(scope="module")
def ward(database: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWard]:
    """One served ward for a file of tests; ids are random, so they do not meet."""
    settings = WardSettings(tmp_path_factory.mktemp("ward") / "home", database)
    running = RunningWard(settings, init_ward(settings)).start()
    yield running
    if running.process and running.process.poll() is None:
        running.kill()


@pytest.fixture
def box(ward: RunningWard) -> Box:
    return ward.box


@pytest.fixture
def officer(ward: RunningWard) -> Officer:
    """Signed in with the password `ward init` told."""
    assert ward.made.password
    signed_in = Officer(ward.site)
    signed_in.sign_in(ward.made.officer, ward.made.password)
    return signed_in


@pytest.fixture
def recipient(ward: RunningWard) -> str:
    return ward.made.recipient


def until(true: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait for a condition, and say which one never came."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
