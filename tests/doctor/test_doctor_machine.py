"""Card, board, clock, services and USB, told from files as the kernel writes them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.core.diagnosis import Finding, Level, note, person, well
from appliance.doctoring.board import look_at_board
from appliance.doctoring.clock import look_at_clock
from appliance.doctoring.disk import look_at_disk, mount_of
from appliance.doctoring.examining import Check, examine
from appliance.doctoring.keeping import look_at_release
from appliance.doctoring.machine import Machine
from appliance.doctoring.units import SERVICES, look_at_units
from appliance.doctoring.usb import scanners_on_usb
from appliance.doctoring.way_to_ward import has_way_out

ROOT = Path(__file__).parents[2]
NO_PROGRAM = ("/no/such/program",)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAYS_UP = 10


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A Pi whose card is /dev/mmcblk0p2, up for ten days."""
    lay(
        tmp_path / "proc/self/mountinfo",
        f"36 1 179:2 / {tmp_path} rw,noatime - ext4 /dev/mmcblk0p2 rw\n",
    )
    lay(tmp_path / "proc/uptime", f"{DAYS_UP * 86400}.5 100.0\n")
    lay(tmp_path / "sys/devices/card/mmcblk0p2/stat", sectors(mb=500))
    lay(tmp_path / "sys/fs/ext4/mmcblk0p2/errors_count", "0\n")
    (tmp_path / "sys/dev/block").mkdir(parents=True)
    (tmp_path / "sys/dev/block/179:2").symlink_to(tmp_path / "sys/devices/card/mmcblk0p2")
    return Machine.below(tmp_path)


def lay(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def sectors(mb: int) -> str:
    return f" 1 2 3 4 5 6 {mb * 2048} 8 0 9 10\n"


def codes(found: object) -> dict[str, Finding]:
    return {one.code: one for one in found}  # type: ignore[attr-defined]


def test_a_sound_card_tells_its_room_and_what_a_day_costs_it(
    machine: Machine, tmp_path: Path
) -> None:
    found = codes(look_at_disk(tmp_path, machine))
    assert set(found) <= {"disk-well", "disk-low", "wear-well"}
    assert found["wear-well"].blanks == {"mb_a_day": "50", "device": "/dev/mmcblk0p2"}


def test_errors_wear_and_a_card_that_is_read_only_are_told(
    machine: Machine, tmp_path: Path
) -> None:
    lay(tmp_path / "sys/fs/ext4/mmcblk0p2/errors_count", "7\n")
    lay(tmp_path / "sys/devices/card/mmcblk0p2/stat", sectors(mb=300_000))
    mountinfo = tmp_path / "proc/self/mountinfo"
    mountinfo.write_text(
        mountinfo.read_text().replace("ext4 /dev/mmcblk0p2 rw", "ext4 /dev/mmcblk0p2 ro")
    )
    found = codes(look_at_disk(tmp_path / "not/made/yet", machine))
    assert found["card-errors"].blanks["count"] == "7"
    assert found["card-read-only"].level is Level.OUT
    assert found["wear-high"].level is Level.NOTE


def test_a_box_just_started_does_not_judge_its_wear(machine: Machine, tmp_path: Path) -> None:
    lay(tmp_path / "proc/uptime", "120.0 100.0\n")
    assert not {"wear-well", "wear-high"} & set(codes(look_at_disk(tmp_path, machine)))


def test_the_innermost_mount_counts(machine: Machine, tmp_path: Path) -> None:
    with (tmp_path / "proc/self/mountinfo").open("a") as file:
        file.write(
            f"37 36 0:50 / {tmp_path}/run rw - tmpfs tmpfs rw\n37 36 8:1 / / rw - ext4 x rw\n"
        )
    mount = mount_of(tmp_path / "run/deep", machine)
    assert mount is not None
    assert mount.kind == "tmpfs"


def test_swap_on_the_card_is_told_and_compressed_memory_is_not(
    machine: Machine, tmp_path: Path
) -> None:
    head = "Filename\tType\tSize\tUsed\tPriority\n"
    lay(tmp_path / "proc/swaps", f"{head}/dev/zram0 partition 1 0 100\n")
    assert "swap-on-card" not in codes(look_at_disk(tmp_path, machine))
    lay(tmp_path / "proc/swaps", f"{head}/var/swap file 1 0 -2\n")
    assert codes(look_at_disk(tmp_path, machine))["swap-on-card"].blanks["place"] == "/var/swap"


def test_compressed_memory_that_is_written_back_to_a_file_is_swap_on_the_card(
    machine: Machine, tmp_path: Path
) -> None:
    head = "Filename\tType\tSize\tUsed\tPriority\n"
    lay(tmp_path / "proc/swaps", f"{head}/dev/zram0 partition 1 0 100\n")
    lay(tmp_path / "sys/block/zram0/backing_dev", "none\n")
    assert "swap-on-card" not in codes(look_at_disk(tmp_path, machine))
    lay(tmp_path / "sys/block/zram0/backing_dev", "/dev/loop0\n")
    assert codes(look_at_disk(tmp_path, machine))["swap-on-card"].blanks["place"] == "/dev/zram0"


def test_heat_and_a_weak_supply_are_told_by_the_kernel(machine: Machine, tmp_path: Path) -> None:
    assert list(look_at_board(machine, NO_PROGRAM)) == []  # a mini-PC says nothing of it
    lay(tmp_path / "sys/class/thermal/thermal_zone0/temp", "48312\n")
    lay(tmp_path / "sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    lay(tmp_path / "sys/class/hwmon/hwmon1/in0_lcrit_alarm", "0\n")
    assert [f.code for f in look_at_board(machine, NO_PROGRAM)] == ["heat-well", "power-well"]
    lay(tmp_path / "sys/class/thermal/thermal_zone0/temp", "83000\n")
    lay(tmp_path / "sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")
    assert [f.code for f in look_at_board(machine, NO_PROGRAM)] == ["too-hot", "under-voltage"]


@pytest.mark.parametrize(("flags", "code"), [("0x0", "power-well"), ("0x50000", "under-voltage")])
def test_the_firmware_remembers_a_sag(
    machine: Machine, tmp_path: Path, flags: str, code: str
) -> None:
    firmware = script(tmp_path, f"echo throttled={flags}")
    assert [f.code for f in look_at_board(machine, firmware)] == [code]


@pytest.mark.parametrize(
    ("percent", "status", "found"),
    [
        (31, "Discharging", well("battery-well", percent=31)),
        (30, "Discharging", note("battery-low", percent=30)),
        (10, "Discharging", person("battery-ends", percent=10)),
        (3, "Charging", well("battery-well", percent=3)),
    ],
)
def test_a_bags_battery_is_told_before_it_ends(
    machine: Machine, tmp_path: Path, percent: int, status: str, found: Finding
) -> None:
    for name, text in (("type", "Battery"), ("capacity", f"{percent}"), ("status", status)):
        lay(tmp_path / f"sys/class/power_supply/bag/{name}", f"{text}\n")
    lay(tmp_path / "sys/class/power_supply/mains/type", "Mains\n")
    assert list(look_at_board(machine, NO_PROGRAM)) == [found]


def script(folder: Path, text: str) -> tuple[str, ...]:
    file = folder / "program"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return (str(file),)


def test_a_clock_is_believed_only_when_somebody_told_the_time(
    machine: Machine, tmp_path: Path
) -> None:
    release = tmp_path / "release"
    release.write_text("")
    os.utime(release, (NOW.timestamp() - 86400,) * 2)

    def now_is(moment: datetime = NOW) -> list[str]:
        return [f.code for f in look_at_clock(None, machine, moment, NO_PROGRAM, release)]

    assert now_is() == ["clock-untrusted"]
    (tmp_path / "sys/class/rtc/rtc0").mkdir(parents=True)
    assert now_is() == ["clock-unproven"]
    assert now_is(datetime(2025, 1, 1, tzinfo=UTC)) == ["clock-in-the-past"]
    lay(tmp_path / "run/systemd/timesync/synchronized", "")
    assert now_is() == ["clock-well"]


UNIT = """Type={type}
NRestarts={restarts}
Result={result}
RemainAfterExit={stays}
Id=tramhoso-{name}.service
LoadState=loaded
ActiveState={state}
SubState={sub}
"""


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ({"name": "web", "state": "active"}, "units-well"),
        ({"name": "web", "state": "failed", "result": "exit-code"}, "unit-failed"),
        ({"name": "station", "state": "active", "restarts": "9"}, "unit-restarts"),
        ({"name": "uploader", "state": "activating", "sub": "auto-restart"}, "unit-restarts"),
        ({"name": "station", "state": "inactive"}, "unit-stopped"),
        ({"name": "uploader", "state": "inactive"}, "units-well"),
        ({"name": "upkeep", "state": "inactive", "type": "oneshot"}, "units-well"),
        ({"name": "firewall", "state": "failed", "type": "oneshot"}, "unit-failed"),
        ({"name": "firewall", "state": "active", "type": "oneshot", "stays": "yes"}, "units-well"),
        (
            {"name": "firewall", "state": "inactive", "type": "oneshot", "stays": "yes"},
            "unit-stopped",
        ),
        ({"name": "names", "state": "inactive", "type": "exec"}, "unit-stopped"),
        ({"name": "names", "state": "active", "type": "exec", "restarts": "40"}, "units-well"),
    ],
)
def test_each_service_is_told_by_what_systemd_says(
    machine: Machine, tmp_path: Path, unit: dict[str, str], code: str
) -> None:
    assert [f.code for f in look_at_units(machine, NO_PROGRAM)] == ["no-systemd"]
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    said = UNIT.format(
        **{"type": "notify", "restarts": "0", "result": "success", "sub": "running"}
        | {"stays": "no"}
        | unit
    )
    lay(tmp_path / "said", f"{said}\nId=tramhoso-nginx.service\nLoadState=not-found\n")
    systemctl = script(tmp_path, f"cat {tmp_path}/said")
    assert [f.code for f in look_at_units(machine, systemctl)] == [code]


def test_every_service_of_a_box_is_looked_at() -> None:
    units = {path.stem for path in (ROOT / "systemd").glob("tramhoso-*.service")}
    assert {f"tramhoso-{name}" for name in SERVICES} == units - {"tramhoso-ward"}


def test_the_last_update_is_when_the_release_began_to_run_not_when_it_was_built(
    machine: Machine, tmp_path: Path
) -> None:
    assert [f.code for f in look_at_release(machine, "0.1.0")] == ["release-by-hand"]
    built = tmp_path / "opt/releases/0.1.0-abc"
    lay(built / "whole", "")
    os.utime(built / "whole", (NOW.timestamp() - 400 * 86400,) * 2)
    (tmp_path / "opt/venv").symlink_to("releases/0.1.0-abc")
    os.utime(tmp_path / "opt/venv", (NOW.timestamp() - 86400,) * 2, follow_symlinks=False)
    (found,) = look_at_release(machine, "0.1.0")
    assert (found.code, found.blanks["name"]) == ("release-well", "0.1.0-abc")
    yesterday = datetime.fromtimestamp(NOW.timestamp() - 86400, UTC).astimezone()
    assert found.blanks["since"] == f"{yesterday:%d/%m/%Y}"


def test_an_update_that_a_plug_cut_is_told_until_it_is_finished(
    machine: Machine, tmp_path: Path
) -> None:
    lay(tmp_path / "opt/releases/0.1.0-abc/whole", "")
    (tmp_path / "opt/venv").symlink_to("releases/0.1.0-abc")
    (tmp_path / "opt/before").mkdir(mode=0o700)
    codes = [f.code for f in look_at_release(machine, "0.1.0")]
    assert codes == ["update-broken-off", "release-well"]


def plug_in(root: Path, place: str, ids: tuple[str, str], *interfaces: str) -> Path:
    """A device on the kernel's list, and the node that programs open."""
    folder = root / "sys/bus/usb/devices" / place
    facts = {"idVendor": ids[0], "idProduct": ids[1], "busnum": "1", "devnum": "4"}
    for name, text in (facts | {"manufacturer": "Mẫu", "product": "ScanMaster"}).items():
        lay(folder / name, text + "\n")
    for number, interface in enumerate(interfaces):
        parts = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
        for at, part in enumerate(parts):
            lay(folder / f"{place}:1.{number}" / part, interface[2 * at : 2 * at + 2] + "\n")
    lay(root / "dev/bus/usb/001/004", "")
    return folder


def test_what_may_scan_is_told_from_sticks_and_keyboards(machine: Machine, tmp_path: Path) -> None:
    plug_in(tmp_path, "1-1", ("04b8", "0001"), "080650")  # a stick of a maker of scanners
    plug_in(tmp_path, "1-2", ("046d", "c31c"), "030101")  # a keyboard
    assert scanners_on_usb(machine) == []
    plug_in(tmp_path, "1-3", ("04c5", "132b"), "ffffff")
    plug_in(tmp_path, "1-4", ("03f0", "0c2a"), "070104", "ffcc00")
    found = scanners_on_usb(machine)
    assert [one.speaks_ipp for one in found] == [False, True]
    assert 'ATTR{idVendor}=="04c5", ATTR{idProduct}=="132b"' in found[0].udev_line


def test_a_route_to_elsewhere_is_told_from_loopback_alone(machine: Machine, tmp_path: Path) -> None:
    head = "Iface\tDestination\tGateway\tFlags\n"
    lay(tmp_path / "proc/net/route", head)
    lay(tmp_path / "proc/net/ipv6_route", f"{'0' * 32} 00 {'0' * 32} 00 x 1 1 1 1       lo\n")
    assert not has_way_out(machine)
    lay(tmp_path / "proc/net/route", f"{head}eth0\t00000000\t0101A8C0\t0003\n")
    assert has_way_out(machine)


def test_a_check_that_hangs_or_falls_over_holds_up_no_other() -> None:
    import threading

    never = threading.Event()

    def hangs() -> list[Finding]:
        never.wait(30)
        return []

    def falls() -> list[Finding]:
        raise ZeroDivisionError("by zero")

    found = examine(
        [
            Check("slow", hangs, limit_s=0.2),
            Check("broken", falls),
            Check("sound", lambda: [well("power-well")]),
        ]
    )
    never.set()
    assert [one.code for one in found] == ["check-late", "check-failed", "power-well"]
    assert found[0].blanks["check"] == "slow"
