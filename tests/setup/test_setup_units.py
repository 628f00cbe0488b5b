"""The unit files, read by systemd itself."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
SERVICES = sorted(path.stem for path in UNITS.glob("*.service"))
ONE_SHOTS = ["tramhoso-certificates", "tramhoso-upkeep"]
AT_BOOT = ["tramhoso-firewall"]  # done once, and stays done
DAEMONS = [name for name in SERVICES if name not in ONE_SHOTS + AT_BOOT]
FOREIGN = {"tramhoso-nginx", "tramhoso-names"}  # programs of Debian's, which know no watchdog
OURS = [name for name in DAEMONS if name not in FOREIGN]
# systemd's own exposure figure, 0 (shut) to 10 (open): what is reached today, as a ceiling
CEILING = {
    "tramhoso-certificates": 1.8,
    "tramhoso-firewall": 1.6,
    "tramhoso-names": 1.3,
    "tramhoso-nginx": 1.8,
    "tramhoso-station": 1.8,
    "tramhoso-uploader": 1.4,
    "tramhoso-upkeep": 0.5,
    "tramhoso-ward": 1.3,
    "tramhoso-web": 0.5,
}

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not on this machine"
)


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A root folder as setup leaves it: units, a program to start, systemd's own units."""
    units = tmp_path / "etc/systemd/system"
    shutil.copytree(UNITS, units)
    for name in (
        "opt/tramhoso/venv/bin/tramhoso",
        "opt/tramhoso/venv/bin/python",
        "usr/sbin/nginx",
        "usr/sbin/nft",
        "bin/sh",
    ):
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    return tmp_path


def verified(root: Path) -> subprocess.CompletedProcess[str]:
    files = [
        str(p) for p in sorted((root / "etc/systemd/system").glob("*tramhoso*")) if p.is_file()
    ]
    return subprocess.run(
        ["systemd-analyze", "verify", f"--root={root}", *files],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def read(name: str) -> dict[str, list[str]]:
    """The assignments of a unit, each key with all its values in order."""
    assignments: dict[str, list[str]] = {}
    for line in (UNITS / f"{name}.service").read_text().splitlines():
        if match := re.fullmatch(r"(\w+)=(.*)", line):
            assignments.setdefault(match[1], []).append(match[2])
    return assignments


def test_systemd_finds_nothing_to_say_about_the_units(box):
    verdict = verified(box)
    assert verdict.returncode == 0, verdict.stderr
    assert "tramhoso" not in verdict.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_lays_out_a_dev_of_its_own_while_tmp_is_being_emptied(name):
    """As /tmp/namespace-dev-…: 226/NAMESPACE at a busy start, when forced 4 times of 150."""
    unit = read(name)
    early = unit.get("DefaultDependencies") == ["no"]
    if early and unit["PrivateDevices"] == ["yes"]:
        assert "systemd-tmpfiles-setup.service" in " ".join(unit["After"]).split()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("WatchdogSec=60s", "WatchdogSecs=60s"), ("/venv/bin/tramhoso", "/venv/bin/trmhoso")],
)
def test_systemd_would_have_noticed_a_typo(box, right, wrong):
    unit = box / "etc/systemd/system/tramhoso-web.service"
    unit.write_text(unit.read_text().replace(right, wrong))
    verdict = verified(box)
    assert verdict.returncode != 0 or "tramhoso-web" in verdict.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_stays_as_shut_as_it_was(name):
    table = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager",
         f"--threshold={CEILING[name] * 10:.0f}", str(UNITS / f"{name}.service")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )  # fmt: skip
    print(table.stdout.strip().splitlines()[-1])  # noqa: T201 (shown by pytest -s)
    assert table.returncode == 0, table.stdout.splitlines()[-1]


@pytest.mark.parametrize("name", DAEMONS)
def test_every_daemon_is_watched_and_started_again(name):
    unit = read(name)
    assert unit["Restart"] == ["always"]
    if name in OURS:
        assert unit["Type"] == ["notify"]
        assert unit["WatchdogSec"]


@pytest.mark.parametrize("name", ONE_SHOTS)
def test_what_runs_once_is_timed_without_a_calendar(name):
    assert read(name)["Type"] == ["oneshot"]
    assert "OnCalendar" not in (UNITS / f"{name}.timer").read_text()


def test_what_cleans_pages_may_step_back_behind_the_scan():
    """Without it the children of the station ended at once, and no page became clean."""
    assert read("tramhoso-station")["SystemCallFilter"][-1] == "setpriority"


def test_each_secret_is_handed_to_the_one_service_that_needs_it():
    handed = {
        name: read(name)["LoadCredential"] for name in SERVICES if "LoadCredential" in read(name)
    }
    assert handed == {
        "tramhoso-nginx": ["page.pem:/etc/tramhoso/tls/page.pem"],
        "tramhoso-uploader": ["ward.token:/etc/tramhoso/ward.token"],
    }


def test_only_the_station_sees_devices():
    open_devices = [name for name in SERVICES if read(name)["PrivateDevices"] == ["no"]]
    assert open_devices == ["tramhoso-station"]


def test_page_and_upkeep_have_no_network_at_all():
    for name in ("tramhoso-web", "tramhoso-upkeep"):
        assert read(name)["PrivateNetwork"] == ["yes"]
        assert read(name)["RestrictAddressFamilies"] == ["AF_UNIX"]


def test_the_station_reaches_loopback_only():
    unit = read("tramhoso-station")
    assert (unit["IPAddressDeny"], unit["IPAddressAllow"]) == (["any"], ["localhost"])


def test_plain_papers_are_out_of_reach_of_whoever_does_not_need_them():
    for name in ("tramhoso-uploader", "tramhoso-upkeep"):
        assert read(name)["InaccessiblePaths"] == ["-/run/tramhoso"]


def test_no_service_leaves_a_memory_image_on_the_card():
    assert all(read(name)["LimitCORE"] == ["0"] for name in SERVICES)


def test_plain_papers_lie_in_ram():
    mount = configparser.ConfigParser(interpolation=None)
    mount.optionxform = str  # type: ignore[assignment,method-assign]
    mount.read(UNITS / "run-tramhoso.mount")
    assert mount["Mount"]["Type"] == "tmpfs"
    assert mount["Mount"]["Where"] == "/run/tramhoso"
    noswap = (UNITS / "kernel-6.4/run-tramhoso.mount.d/noswap.conf").read_text()
    assert f"Options={mount['Mount']['Options']},noswap\n" in noswap


def test_what_a_technician_enables_can_be_enabled():
    enabled = sorted(p.name for p in UNITS.glob("tramhoso*") if "[Install]" in p.read_text())
    assert enabled == ["tramhoso-ward.service", "tramhoso.target"]


def test_the_target_starts_every_unit_of_the_box():
    wanted = re.search(r"^Wants=(.*)$", (UNITS / "tramhoso.target").read_text(), re.MULTILINE)
    assert wanted
    daemons = {f"{name}.service" for name in DAEMONS if name != "tramhoso-ward"}
    daemons |= {f"{name}.service" for name in AT_BOOT}
    begun = {f"{name}.timer" for name in ONE_SHOTS} | {path.name for path in UNITS.glob("*.path")}
    assert set(wanted[1].split()) == daemons | begun


def test_upkeep_comes_at_once_when_the_file_is_written_that_a_new_pin_writes():
    told = (UNITS / "tramhoso-upkeep.path").read_text()
    assert "\nPathChanged=/var/lib/tramhoso/upkeep-wanted\n" in told
