"""The card of an emulated Pi: an installed box, a kernel, and what looks around inside.

QEMU lacks the Pi's firmware: it is handed kernel, device tree and a first file system itself.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from appliance.pretend.sample_pages import write_sample_pages
from appliance.setup.debs import fetch_debs, own_mirror
from tests.boot.roots import CACHE, PROJECT

# Raspberry Pi OS runs a kernel of this age on Debian 12 too
KERNEL_SUITE = "trixie"
PAGES = 3  # in the tray of the virtual scanner
# of the drivers only what such a board has: each that is tried costs seconds
DRIVERS = ("block", "gpio", "mmc", "pinctrl", "watchdog")
DISKS = ("ext4", "bcm2835", "sdhci-iproc", "bcm2835_wdt")
INIT = """#!/bin/busybox sh
b=/bin/busybox; $b mount -t proc p /proc; $b mount -t sysfs s /sys; $b mount -t devtmpfs d /dev
for m in /mod/*; do $b insmod $m; done
for i in 1 2 3 4 5 6 7 8 9; do
  d=/dev/mmcblk0
  [ -b $d ] && $b mount -t ext4 $d /mnt && exec $b switch_root /mnt /lib/systemd/systemd
  $b sleep 1
done
"""
LOOK = """[Unit]
After=tramhoso.target
[Service]
ExecStart=/opt/tramhoso/venv/bin/python -m tests.boot.pi_inside
WorkingDirectory=/run
Environment=PYTHONPATH=/opt/looks HOME=/root
"""
SCANNER = """[Unit]
Before=tramhoso-station.service
[Service]
ExecStart=/opt/tramhoso/venv/bin/python -m appliance.pretend.scanner --pages /opt/papers --port 8085
"""
# armed, QEMU's copy of the watchdog resets the board at once; all else takes its time here
SLOW = "[Manager]\nRuntimeWatchdogSec=off\nDefaultTimeoutStartSec=3600s\n"
SLOW_UNIT = "[Service]\nTimeoutStartSec=3600s\n"  # the firewall's: its modules are unpacked first
NOT_LOOKED_AT = ("apt-daily.timer", "apt-daily-upgrade.timer", "unattended-upgrades.service")
WANTS = "etc/systemd/system/multi-user.target.wants"


@dataclass(frozen=True)
class Card:
    """What QEMU is given."""

    kernel: Path
    tree: Path  # of a Raspberry Pi 3B
    first_files: Path
    image: Path


def make_card(root: Path, folder: Path) -> Card:
    """Write the installed box in *root*, which is changed, as a card into *folder*."""
    parts = _kernel()
    (kernel,) = parts.glob("boot/vmlinuz-*")
    version = kernel.name.removeprefix("vmlinuz-")
    (modules,) = (path for path in parts.rglob(version) if path.parent.name == "modules")
    shutil.copytree(modules, root / "lib/modules" / version, symlinks=True)
    for drivers in (root / "lib/modules" / version / "kernel/drivers").iterdir():
        if drivers.is_dir() and drivers.name not in DRIVERS:
            shutil.rmtree(drivers)
    _run("depmod", "-b", str(root), version)
    _lay_looks(root)
    image = folder / "card.img"
    with image.open("wb") as file:
        file.truncate(2 << 30)  # QEMU's reader takes powers of two only
    _run("mkfs.ext4", "-qF", "-d", str(root), str(image))
    (found,) = parts.rglob("bcm2837-rpi-3-b.dtb")
    tree = folder / "pi.dtb"
    shutil.copy(found, tree)
    sign_as_pi(tree)
    first = folder / "first.gz"
    _first_files(parts, root, version, first, folder / "first")
    return Card(kernel, tree, first, image)


def sign_as_pi(tree: Path) -> None:
    """The board's revision, a Pi 3B: the firmware's job; gpiozero asks for it."""
    _run("fdtput", "-p", "-t", "x", str(tree), "/system", "linux,revision", "a02082")


def _kernel() -> Path:
    """Debian's kernel and a busybox for arm64, taken apart; kept."""
    place = CACHE / f"kernel-{KERNEL_SUITE}-arm64"
    if not place.exists():
        half = place.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        wanted = ["linux-image-arm64", "busybox-static"]
        fetch_debs(half / "debs", KERNEL_SUITE, "arm64", wanted, own_mirror())
        for name in ("linux-image-[0-9]*.deb", "busybox-static_*.deb"):
            (deb,) = half.glob(f"debs/pool/{name}")
            _run("dpkg-deb", "-x", str(deb), str(half))
        shutil.rmtree(half / "debs")
        half.rename(place)
    return place


def _lay_looks(root: Path) -> None:
    looks = root / "opt/looks/tests/boot"
    looks.mkdir(parents=True)
    shutil.copy(PROJECT / "tests/__init__.py", looks.parent)
    for name in ("__init__.py", "pi_inside.py"):
        shutil.copy(PROJECT / "tests/boot" / name, looks)
    for name, text in (("look", LOOK), ("scanner", SCANNER)):
        (root / f"etc/systemd/system/emulated-{name}.service").write_text(text)
        (root / WANTS / f"emulated-{name}.service").symlink_to(f"../emulated-{name}.service")
    patient = root / "etc/systemd/system/tramhoso-firewall.service.d"
    patient.mkdir()
    (patient / "emulated.conf").write_text(SLOW_UNIT)
    for name in NOT_LOOKED_AT:
        (root / "etc/systemd/system" / name).symlink_to("/dev/null")
    write_sample_pages(root / "opt/papers", count=PAGES)
    (root / "etc/systemd/system.conf.d/99-emulated.conf").write_text(SLOW)
    (root / "usr/sbin/policy-rc.d").unlink(missing_ok=True)


def _first_files(parts: Path, root: Path, version: str, made: Path, place: Path) -> None:
    """The few modules that reach the card, and a busybox that hands over to systemd."""
    for name in ("bin", "proc", "sys", "dev", "mnt", "mod"):
        (place / name).mkdir(parents=True)
    (busybox,) = (path for path in parts.rglob("busybox") if path.parent.name == "bin")
    shutil.copy(busybox, place / "bin/busybox")
    order: list[str] = []
    for module in DISKS:
        asked = ("modprobe", "-d", str(root), "-S", version, "--show-depends", module)
        lines = _run(*asked).splitlines()
        order += [line.split()[1] for line in lines if line.startswith("insmod")]
    for number, name in enumerate(dict.fromkeys(order)):
        plain = place / "mod" / f"{number:02}-{Path(name).name.removesuffix('.xz')}"
        with plain.open("wb") as file:
            subprocess.run(["xz", "-dc", name], stdout=file, check=True)
    (place / "init").write_text(INIT)
    (place / "init").chmod(0o755)
    pack = f"find . | cpio -o -H newc --quiet | gzip -1 >{made}"
    subprocess.run(["bash", "-o", "pipefail", "-c", pack], cwd=place, check=True)


def _run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr[-2000:]}"
    return done.stdout
