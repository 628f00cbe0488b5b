"""A card fresh from the shop, a stick, no network: installed, updated, cut, given up, taken.

The bundle is the whole one that `setup_pi.sh bundle` makes for this kind of machine.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.setup.bundle import sealed
from appliance.setup.manifest import read_manifest
from appliance.setup.shipped import copy_shipped
from tests.boot.installed import SERVICES, TRAMHOSO
from tests.boot.machine import DidNotBoot, Machine, cannot_boot
from tests.boot.releases import clean_clone, linked
from tests.boot.roots import NoDebian, debian_root, whole_bundle
from tests.setup.bundles import new_key

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(3000)]

OWN = "/opt/tramhoso/venv/source/setup_pi.sh"
MINE_NOT_OURS = (
    r"find /etc/apt/sources.list* /etc/apt/trusted.gpg.d /var/lib/apt/lists /var/cache/apt/archives"
    r" -printf '%p %s %T@\n' | sort"
)
CUTS = ["setup-source-copied", "setup-before-Switched", "setup-services-stopped"]


@pytest.fixture(params=["bookworm", "trixie"])
def suite(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sticks(tmp_path: Path, suite: str) -> dict[str, Path]:
    """Three bundles: this tree, a newer release that cannot run, and a newer one that can."""
    key, first, kept = new_key(tmp_path), tmp_path / "first", whole_bundle(suite)
    copy_shipped(clean_clone(tmp_path / "clone"), first / "source")
    for name in ("wheels", "debs"):
        shutil.copytree(kept / name, first / name, copy_function=linked)
    machines = read_manifest(kept, (kept / "manifest.json").read_bytes()).machines
    sealed(first, machines, key)
    found = {"first": first}
    for name, version in (("broken", "8.0.0"), ("next", "9.0.0")):
        found[name] = tmp_path / name
        shutil.copytree(first, found[name], copy_function=linked)
        replaced(found[name] / "source/appliance/__init__.py", "__version__ = ", version)
        if name == "broken":
            web = found[name] / "source/appliance/services/web.py"
            text = web.read_text("utf-8").replace("THREADS = 4", "raise SystemExit('on purpose')")
            web.unlink()
            web.write_text(text, encoding="utf-8")
        sealed(unlinked(found[name]), machines, key)
    return found


def replaced(place: Path, begins: str, version: str) -> None:
    lines = place.read_text("utf-8").splitlines()
    place.unlink()  # it is the first bundle's file as well
    lines = [f'{begins}"{version}"' if line.startswith(begins) else line for line in lines]
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")


def unlinked(folder: Path) -> Path:
    for name in ("manifest.json", "manifest.sig", "release.pub"):
        (folder / name).unlink()
    return folder


@pytest.fixture
def bare(tmp_path: Path, suite: str, sticks: dict[str, Path]) -> Iterator[Machine]:
    if why := cannot_boot():
        pytest.skip(f"no container boots here: {why}")
    try:
        root = debian_root(suite, bare=True)
    except NoDebian as error:
        pytest.skip(f"no Debian can be made here: {error}")
    box = Machine(root, tmp_path / "machine", {at: f"/media/{name}" for name, at in sticks.items()})
    try:
        box.boot()
    except DidNotBoot as error:
        box.off()
        pytest.skip(f"no container boots here: {error}")
    try:
        yield box
    finally:
        box.off()


def version(machine: Machine) -> str:
    return machine.run(TRAMHOSO, "--version").stdout.split()[-1]


def all_run(machine: Machine) -> None:
    for unit in SERVICES:
        assert machine.run("systemctl", "is-active", unit, check=False).stdout == "active\n"


def update(machine: Machine, stick: str, **environment: str) -> subprocess.CompletedProcess[str]:
    words = (OWN, "update", "--from", f"/media/{stick}")
    return machine.run(*words, check=False, **environment)


def test_a_box_without_a_network_is_installed_and_kept_new_from_sticks(bare):
    assert bare.run("getent", "hosts", "example.org", check=False).returncode != 0
    assert bare.run("dpkg", "-s", "nginx-light", check=False).returncode != 0
    apt = bare.shell(MINE_NOT_OURS)
    said = bare.run("bash", "/media/first/source/setup_pi.sh", "install").stdout
    assert "release key SHA-256" in said
    assert bare.shell(MINE_NOT_OURS) == apt
    first = version(bare)
    all_run(bare)
    checked = bare.run(OWN, "check", check=False)
    assert checked.returncode == 0, checked.stdout

    bare.run(TRAMHOSO, "volunteer", "add", "Lê Thị Mẫu", user="tramhoso")
    people = bare.run(TRAMHOSO, "volunteer", "list", user="tramhoso").stdout
    failed = update(bare, "broken")
    assert failed.returncode == 71, failed.stderr
    assert failed.stderr.splitlines()[-1].endswith(f"release {first} runs again")
    assert version(bare) == first
    all_run(bare)

    for step in CUTS:
        assert update(bare, "next", TRAMHOSO_DIE_AT=step).returncode == 137, step
        bare.pull_the_plug()
        all_run(bare)  # with either release, nobody has typed anything yet
    taken = update(bare, "next")
    assert taken.returncode == 0, taken.stderr
    assert version(bare) == "9.0.0"
    all_run(bare)
    assert bare.run(TRAMHOSO, "volunteer", "list", user="tramhoso").stdout == people
    assert bare.run(OWN, "check", check=False).returncode == 0
    back = update(bare, "first")
    assert back.returncode == 74
    assert "nothing was changed" in back.stderr
    assert set(bare.shell("ls -A /opt/tramhoso").split()) == {
        "announce", "releases", "venv", "previous", "undo.json"
    }  # fmt: skip
