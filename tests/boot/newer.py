"""What a box of the release before goes through when newer ones come on a stick."""

from __future__ import annotations

import subprocess

from tests.boot.installed import TRAMHOSO, all_run, asked, visited
from tests.boot.machine import Machine

OWN = "/opt/tramhoso/venv/source/setup_pi.sh"
BEFORE = "/media/before/source/setup_pi.sh"
SHAPE = "SELECT version_num FROM alembic_version"
NEWEST = "ls /src/appliance/store/migrations/versions | grep -o '^[0-9]*' | sort | tail -n 1"
LAID_DOWN = (
    "find /etc /usr/local -path /etc/tramhoso/tls -prune -o -name '*tramhoso*' -type f -print0"
    " | sort -z | xargs -0 sha256sum"
)


def newer_releases_come(machine: Machine, pin: str, dossiers: list[str]) -> None:
    """One that does not run gives way, one that runs stays, the one before is refused then.

    What people gave is looked at in store and page before, between and after.
    """
    there = seen(machine, pin, dossiers)
    delivered, unfinished = (there[dossier] for dossier in dossiers)
    assert delivered["receipt"]
    assert len(unfinished["pages"]) == 1
    assert unfinished["answers"]["child_name"]
    people = machine.run(TRAMHOSO, "volunteer", "list", user="tramhoso").stdout
    release, shape, laid_down = runs(machine), asked(machine, SHAPE), machine.shell(LAID_DOWN)

    cut = update(machine, "broken", TRAMHOSO_DIE_AT="setup-before-Started")
    assert cut.returncode == 137, cut.stderr
    machine.run("systemctl", "start", "tramhoso-upkeep")  # as the timer would, of either release
    failed = update(machine, "broken")
    assert failed.returncode == 71, failed.stderr
    assert failed.stderr.splitlines()[-1].endswith("runs again")
    assert "broken on purpose" in failed.stderr
    assert (runs(machine), asked(machine, SHAPE)) == (release, shape)
    assert machine.shell(LAID_DOWN) == laid_down
    all_run(machine, "tramhoso-uploader")
    assert seen(machine, pin, dossiers) == there

    taken = update(machine, "next")
    assert taken.returncode == 0, taken.stderr
    assert runs(machine) != release
    assert asked(machine, SHAPE) == machine.shell(NEWEST).strip()
    all_run(machine, "tramhoso-uploader")
    machine.run("systemctl", "restart", "tramhoso-ward")  # the same programs, the ward's tables
    assert seen(machine, pin, dossiers) == there
    assert machine.run(TRAMHOSO, "volunteer", "list", user="tramhoso").stdout == people

    older = update(machine, "before")
    assert older.returncode == 74, older.stderr
    assert "nothing was changed" in older.stderr
    all_run(machine, "tramhoso-uploader")


def seen(machine: Machine, pin: str, dossiers: list[str]) -> dict[str, dict[str, object]]:
    """What store and page tell whoever signs in."""
    found = visited(machine, pin, "8085", "look", *dossiers)["found"]
    assert isinstance(found, dict)
    assert all(told["is on its page"] for told in found.values())
    return found


def runs(machine: Machine) -> str:
    """The folder of the release that runs."""
    return machine.run("readlink", "/opt/tramhoso/venv").stdout


def update(machine: Machine, stick: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """As a technician types it."""
    return machine.run(OWN, "update", "--from", f"/media/{stick}", check=False, **environment)
