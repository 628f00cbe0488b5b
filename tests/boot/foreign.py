"""A Debian for the Pi's processor on this machine: its programs are run by qemu-user.

systemd does not come up under qemu-user, so nothing is booted here: the box is installed as into
the image of a card. What boots stands in ``emulator.py``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.boot.machine import PATH
from tests.boot.roots import PROJECT, debian_root

ARCHITECTURE = "arm64"
STICK, LOOKS = "/media/stick", "/looks"
TRAMHOSO = "/opt/tramhoso/venv/bin/tramhoso"
_BINFMT = Path("/proc/sys/fs/binfmt_misc")
_WHAT_RUNS_IT = Path("/usr/lib/binfmt.d/qemu-aarch64.conf")


def cannot_run() -> str:
    """Why no program for arm64 runs on this machine; empty when one does.

    Where no systemd did it, qemu-user is told to the kernel as systemd-binfmt would.
    """
    if os.geteuid() != 0:
        return "only root enters another Debian"
    for tool in ("systemd-nspawn", "mmdebstrap", "arch-test"):
        if shutil.which(tool) is None:
            return f"there is no {tool}"
    if not _WHAT_RUNS_IT.exists():
        return "there is no qemu-user-static"
    if not (_BINFMT / "register").exists():
        mount = ["mount", "-t", "binfmt_misc", "binfmt_misc", str(_BINFMT)]
        if subprocess.run(mount, check=False, capture_output=True).returncode:
            return "binfmt_misc cannot be mounted"
    if not (_BINFMT / "qemu-aarch64").exists():
        (_BINFMT / "register").write_text(_WHAT_RUNS_IT.read_text())
    return ""


class Foreign:
    """A folder with Debian for arm64, entered without a network; *stick* is seen inside."""

    def __init__(self, root: Path, stick: Path) -> None:
        self.root, self._stick = root, stick

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a program inside, as root. Whatever it leaves running ends with it."""
        nspawn = [
            "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network",
            "--timezone=off", "--as-pid2", "--pipe", f"--directory={self.root}",
            f"--bind-ro={self._stick}:{STICK}", f"--bind-ro={PROJECT / 'tests/boot'}:{LOOKS}",
            f"--setenv=PATH={PATH}", "--setenv=LANG=C.UTF-8", "--setenv=HOME=/root",
        ]  # fmt: skip
        done = subprocess.run(
            [*nspawn, *words],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if check:
            said = f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            assert done.returncode == 0, f"{' '.join(words)} → {done.returncode}\n{said}"
        return done


def fresh_card(suite: str, folder: Path, stick: Path, *more: str) -> Foreign:
    """A copy of what a fresh card has, in *folder*; *more* are packages besides.

    Raises:
        NoDebian: none can be made here.
    """
    root = debian_root(suite, *more, bare=True, foreign=ARCHITECTURE)
    subprocess.run(["cp", "--archive", "--reflink=auto", root, folder / "card"], check=True)
    card = folder / "card"
    deaf = card / "usr/sbin/policy-rc.d"  # as everybody who makes images does: start nothing
    deaf.write_text("#!/bin/sh\nexit 101\n")
    deaf.chmod(0o755)
    return Foreign(card, stick)


def release_for(suite: str, source: Path, folder: Path) -> Path:
    """The bundle that *source* makes for a Pi, in the empty *folder*."""
    words = ["bundle", str(folder), "--suite", suite, "--architecture", ARCHITECTURE]
    subprocess.run([source / "setup_pi.sh", *words], check=True)
    return folder


def install(card: Foreign, config: str) -> str:
    """Make *card* a box from the stick; what the set-up said."""
    (card.root / "root/box.toml").write_text(config, encoding="utf-8")
    words = ("bash", f"{STICK}/source/setup_pi.sh", "install", "--config", "/root/box.toml")
    return card.run(*words).stdout
