"""A newer release is looked at while the page is closed: no typing into tables that may go."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.boot.conftest import SUITE, booted
from tests.boot.installed import TRAMHOSO, all_run, installed
from tests.boot.machine import Machine

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(1800)]

NEXT = "/root/next/setup_pi.sh"
BOX = """
[point]
code = 'KV-0007'
[web]
listen = 'unix:/run/tramhoso-web/page.sock'
https = true
"""
NEWER_TABLES = """
from alembic import op


def upgrade():
    op.execute("CREATE TABLE newer (text TEXT)")
"""
TYPE = """
import http.client, sqlite3, ssl

def shape():
    try:
        there = sqlite3.connect("file:/var/lib/tramhoso/point.db?mode=ro", uri=True)
        return there.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    except sqlite3.Error:
        return "none"

def typed():
    any_certificate = ssl._create_unverified_context()
    door = http.client.HTTPSConnection("127.0.0.1", timeout=20, context=any_certificate)
    try:
        door.request("POST", "/dossiers", "procedure=khai-sinh", {"Host": "kv-0007.local"})
        return door.getresponse().status
    except OSError:
        return "nobody"

print(shape(), typed(), shape())
"""
TYPED = ("python3", "-c", TYPE)
NOBODY_LISTENS = {"nobody", "502"}
STATION = "/root/next/appliance/services/station.py"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    yield from booted(SUITE, tmp_path)


def next_release(machine: Machine, version: str) -> None:
    """A clone beside the first, with another version in it."""
    machine.shell("rm -rf /root/next; cp -r /src /root/next")
    place = "/root/next/appliance/__init__.py"
    machine.shell(f"sed -i 's/__version__ = .*/__version__ = \"{version}\"/' {place}")


def with_newer_tables(machine: Machine) -> None:
    """That release changes the shape of the tables before its services start."""
    folder = "/root/next/appliance/store/migrations/versions"
    newest = machine.shell(f"ls {folder} | sort | grep -o '^[0-9]*' | tail -1").strip()
    text = f"revision, down_revision = '9999', '{newest}'\n" + NEWER_TABLES
    machine.write(f"{folder}/9999_newer.py", text)
    needs = 's/^REVISION = .*/REVISION = "9999"/'
    machine.shell(f"sed -i '{needs}' /root/next/appliance/store/card/database.py")


def version(machine: Machine) -> str:
    return machine.run(TRAMHOSO, "--version").stdout.split()[-1]


def test_nobody_types_into_tables_that_may_go_back(machine):
    machine.write("/root/box.toml", BOX)
    installed(machine)
    first = version(machine)
    tables, asked, _ = typed = machine.run(*TYPED).stdout.split()
    assert asked not in NOBODY_LISTENS | {"503"}

    next_release(machine, "9.1.0")
    with_newer_tables(machine)
    slow = "import time; time.sleep(10); raise SystemExit(1)"  # so that the page is there meanwhile
    machine.shell(f"sed -i 's/^LOOK_EVERY_S = .*/{slow}/' {STATION}")
    update = machine.start(NEXT, "install", "--offline", "/bundle")
    answers = set()
    while update.poll() is None:
        before, answer, after = machine.run(*TYPED).stdout.split()
        if before == after == "9999":
            answers.add(answer)
        time.sleep(0.3)
    assert update.returncode == 71
    said = machine.shell("journalctl -o short-monotonic -u 'tramhoso-*' -n 300 --no-pager")
    assert "503" in answers, f"{answers} {said}"  # the page was there, and closed
    assert answers <= NOBODY_LISTENS | {"503"}
    assert version(machine) == first
    all_run(machine)
    assert machine.run(*TYPED).stdout.split() == typed
    assert tables != "9999"
