"""A newer release on a box that runs: taken when it runs, given up when it does not."""

from __future__ import annotations

import pytest

from tests.boot.machine import Machine
from tests.boot.test_boot_install import SERVICES, SETUP, TRAMHOSO, installed

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(1800)]

NEXT = "/root/next/setup_pi.sh"
BROKEN = "/root/next/appliance/services/web.py"


def next_release(machine: Machine, version: str) -> None:
    """A clone beside the first, with another version in it."""
    machine.shell("rm -rf /root/next; cp -r /src /root/next")
    place = "/root/next/appliance/__init__.py"
    machine.shell(f"sed -i 's/__version__ = .*/__version__ = \"{version}\"/' {place}")


def version(machine: Machine) -> str:
    return machine.run(TRAMHOSO, "--version").stdout.split()[-1]


def all_run(machine: Machine) -> None:
    for unit in SERVICES:
        assert machine.run("systemctl", "is-active", unit, check=False).stdout == "active\n"


def test_a_release_that_does_not_run_gives_way_and_one_that_runs_stays(machine):
    machine.write("/root/box.toml", "[point]\ncode = 'KV-0007'\n[web]\n"
                  "listen = 'unix:/run/tramhoso-web/page.sock'\nhttps = true\n")  # fmt: skip
    installed(machine)
    first = version(machine)
    machine.run(TRAMHOSO, "volunteer", "add", "Lê Thị Mẫu", user="tramhoso")
    people = machine.run(TRAMHOSO, "volunteer", "list", user="tramhoso").stdout
    unit = machine.shell("cat /etc/systemd/system/tramhoso-web.service")

    next_release(machine, "9.0.0")
    good = machine.shell(f"cat {BROKEN}")
    machine.shell(f"sed -i 's/^THREADS = 4/raise SystemExit(\"broken on purpose\")/' {BROKEN}")
    machine.shell("echo '# newer' >>/root/next/systemd/tramhoso-web.service")
    answer = machine.run(NEXT, "install", "--offline", "/bundle", check=False)
    assert answer.returncode == 71
    assert answer.stderr.splitlines()[-1].endswith(f"release {first} runs again")
    assert machine.shell("cat /etc/systemd/system/tramhoso-web.service") == unit
    assert version(machine) == first
    all_run(machine)

    machine.write(BROKEN, good)
    machine.run(NEXT, "install", "--offline", "/bundle")
    assert version(machine) == "9.0.0"
    all_run(machine)
    assert machine.run(TRAMHOSO, "volunteer", "list", user="tramhoso").stdout == people

    older = machine.run(SETUP, "install", "--offline", "/bundle", check=False)
    assert older.returncode == 74
    assert "an older one cannot read its tables" in older.stderr
    all_run(machine)
