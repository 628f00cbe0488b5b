"""What a box lives through after its first day: enrolled, cut, backed up, reset, restored."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.boot.conftest import SUITE, booted
from tests.boot.installed import (
    CONFIG,
    SCANNER_PORT,
    SERVICES,
    SETUP,
    TRAMHOSO,
    a_ward,
    installed,
    nothing_failed,
)
from tests.boot.machine import Machine

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(3000)]

PYTHON, VISITOR = "/opt/tramhoso/venv/bin/python", "/src/tests/boot/visitor.py"
AROUND = {
    "SSL_CERT_FILE": "/etc/tramhoso/public/tramhoso.crt",
    "PYTHONDONTWRITEBYTECODE": "1",
}
POINT = "file:/var/lib/tramhoso/point.db?mode=ro"
WARD = "/var/lib/tramhoso-ward"
LAST = "SELECT id FROM dossier ORDER BY rowid DESC LIMIT 1"
CLEANED = "SELECT count(*) FROM page"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Machine]:
    yield from booted(SUITE, tmp_path)


def wait_for(so: Callable[[], bool], patience_s: float = 300) -> None:
    ends = time.monotonic() + patience_s
    while not so():
        assert time.monotonic() < ends
        time.sleep(0.5)


def asked(box: Machine, question: str) -> str:
    script = f"import sqlite3; print(sqlite3.connect('{POINT}', uri=True)"
    script += f".execute({question!r}).fetchone()[0])"
    return box.run("/usr/bin/python3", "-c", script).stdout.strip()


def is_active(box: Machine, unit: str) -> bool:
    return box.run("systemctl", "is-active", unit, check=False).stdout == "active\n"


def all_run(box: Machine) -> None:
    wait_for(lambda: all(is_active(box, unit) for unit in [*SERVICES, "tramhoso-uploader"]))
    nothing_failed(box)


def visit(box: Machine, pin: str, *going_on: str) -> dict[str, object]:
    said = box.run(PYTHON, VISITOR, pin, str(SCANNER_PORT), *going_on, **AROUND)
    told = json.loads(said.stdout.splitlines()[-1])
    assert told["ward_has_all_bytes"]
    return dict(told)


def started(box: Machine, unit: str) -> str:
    return box.run("systemctl", "show", "--value", "--property=InvocationID", unit).stdout


def a_code_makes_it_the_wards_and_starts_what_must_know(box: Machine, url: str) -> None:
    words = (TRAMHOSO, "ward", "enrol-code", WARD, "Hộp mẫu", "--url", url)
    said = box.run(*words, user="tramhoso-ward", HOME="/var/tmp").stdout
    code = re.search(r"\b\w{4}-\w{4}-\w{4}\b", said)
    assert code, said
    before = {unit: started(box, unit) for unit in ("tramhoso-station", "tramhoso-web")}
    assert not is_active(box, "tramhoso-uploader")
    box.run(TRAMHOSO, "enrol", code[0], "--url", url)
    all_run(box)
    assert all(started(box, unit) != one for unit, one in before.items())
    assert "# Every key is shown" in box.shell("cat /etc/tramhoso/config.toml")
    assert box.run(SETUP, "check").returncode == 0


def a_plug_pulled_in_the_middle_of_a_visit_costs_nothing(box: Machine, pin: str) -> None:
    running = box.start(PYTHON, VISITOR, pin, str(SCANNER_PORT), **AROUND)
    wait_for(lambda: running.poll() is not None or asked(box, CLEANED) == "3")
    dossier = asked(box, LAST)
    box.pull_the_plug()
    running.wait(60)
    all_run(box)
    assert asked(box, CLEANED) == "3"
    told = visit(box, pin, dossier)
    assert (told["dossier"], told["pages"]) == (dossier, 3)


def a_stick(box: Machine, folder: Path) -> str:
    """A file system of its own, as a stick is; ext4 on a loop device of this machine."""
    image = folder / "stick.img"
    subprocess.run(["truncate", "-s", "64M", image], check=True)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    loop = subprocess.run(["losetup", "--find", "--show", image], capture_output=True, check=True)
    name = loop.stdout.decode().strip()
    minor = name.removeprefix("/dev/loop")
    box.shell(f"mknod {name} b 7 {minor}; mkdir -p /media/usb && mount {name} /media/usb")
    return name


def all_stop(box: Machine) -> None:
    box.shell("systemctl stop 'tramhoso-*'; systemctl start tramhoso-ward")


def it_goes_onto_a_stick_is_reset_and_comes_back(box: Machine, people: str) -> None:
    said = box.run(TRAMHOSO, "backup", "/media/usb").stdout
    code = re.search(r"told once: (\S+)", said)
    assert code, said
    all_stop(box)
    box.run(TRAMHOSO, "factory-reset", "--yes")
    assert box.shell("ls -A /var/lib/tramhoso") == ""
    assert box.run(SETUP, "check", check=False).returncode == 3
    place = box.shell("ls -d /media/usb/tramhoso-backup-*").strip()
    box.run(SETUP, "install", "--offline", "/bundle")  # a card's first day
    all_stop(box)
    box.run(TRAMHOSO, "restore-backup", place, "--code", code[1])
    box.run(SETUP, "install", "--offline", "/bundle")
    all_run(box)
    assert box.run(TRAMHOSO, "volunteer", "list", user="tramhoso").stdout == people


def test_a_box_is_enrolled_cut_backed_up_reset_and_restored_and_works_each_time(box, tmp_path):
    box.write("/root/box.toml", commented(CONFIG))
    installed(box)
    box.shell("echo 127.0.0.1 tramhoso.local >>/etc/hosts")
    url = a_ward(box)["url"]
    a_code_makes_it_the_wards_and_starts_what_must_know(box, url)
    pin = box.run(TRAMHOSO, "volunteer", "add", "Lê Thị Mẫu", user="tramhoso").stdout.strip()
    a_plug_pulled_in_the_middle_of_a_visit_costs_nothing(box, pin)
    people = box.run(TRAMHOSO, "volunteer", "list", user="tramhoso").stdout
    loop = a_stick(box, tmp_path)
    try:
        it_goes_onto_a_stick_is_reset_and_comes_back(box, people)
        box.shell("umount /media/usb")
    finally:
        subprocess.run(["losetup", "--detach", loop], check=False)
    visit(box, pin)


def commented(config: str) -> str:
    return f"# Every key is shown: no, but this comment must stay.\n{config}"
