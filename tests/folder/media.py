"""USB sticks of our own: a real file system in a file, and a hand that pulls it out."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.campaigns.parts.card import make_ext4, pull_the_plug, run_tool

SIZE = 40 << 20
KINDS = ("ext4", "vfat", "exfat")


class Stick:
    """One stick of *kind*; mount it, pull it, look at it again."""

    def __init__(self, home: Path, kind: str, size: int = SIZE) -> None:
        self.kind, self.place = kind, home / "stick"
        self._image = home / "stick.img"
        self._loop = ""
        self.place.mkdir()
        if kind == "ext4":
            make_ext4(self._image, size)
        else:
            with self._image.open("wb") as file:
                file.truncate(size)
            run_tool(f"mkfs.{kind}", str(self._image))

    def plug_in(self, *, read_only: bool = False) -> None:
        options = "ro" if read_only else "rw"
        if self.kind == "exfat":
            loop = subprocess.run(
                ["losetup", "-f", "--show", str(self._image)],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
            self._loop = loop.stdout.strip()
            run_tool("mount.exfat-fuse", "-o", options, self._loop, str(self.place))
        else:
            # commit=600 where it is known: nothing reaches the stick by itself while we look
            more = ",commit=600" if self.kind == "ext4" else ""
            run_tool("mount", "-o", f"loop,{options}{more}", str(self._image), str(self.place))

    def pull(self) -> None:
        """Without asking: what was not synced is gone. Take it out when nobody has it open."""
        if self.kind == "ext4":
            pull_the_plug(self.place)
        elif self.kind == "exfat":
            for pid in self._drivers():
                os.kill(pid, signal.SIGKILL)

    def take_out(self) -> None:
        """As a careful person does."""
        until = time.monotonic() + 30
        while _is_dead(self.place) or self.place.is_mount():
            flags = ["-l"] if _is_dead(self.place) else []
            subprocess.run(["umount", *flags, str(self.place)], check=False, capture_output=True)
            assert time.monotonic() < until, "the stick stays mounted"
            time.sleep(0.02)
        if self._loop:
            while self._drivers() and time.monotonic() < until:
                time.sleep(0.02)
            run_tool("losetup", "-d", self._loop)
            self._loop = ""

    def mend(self) -> None:
        """What the next machine does with a stick that was pulled."""
        if self.kind == "ext4":
            subprocess.run(["fsck.ext4", "-fy", str(self._image)], check=False, capture_output=True)

    def fill(self) -> None:
        """Somebody's films."""
        room = os.statvfs(self.place)
        left = room.f_bavail * room.f_frsize - (1 << 20)
        (self.place / "phim.mp4").write_bytes(bytes(max(left, 0)))

    def _drivers(self) -> list[int]:
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if words[0].endswith("mount.exfat-fuse") and str(self.place) in words:
                found.append(int(path.parent.name))
        return found


def why_not(kind: str) -> str | None:
    """What this machine lacks for a stick of *kind*; None when it has everything."""
    if os.geteuid() != 0 or not Path("/dev/loop-control").exists():
        return "needs root and loop devices"
    if shutil.which(f"mkfs.{kind}") is None:
        return f"needs mkfs.{kind}"
    if kind == "exfat":
        has_driver = shutil.which("mount.exfat-fuse") and Path("/dev/fuse").exists()
        return None if has_driver else "needs exfat-fuse and /dev/fuse"
    known = Path("/proc/filesystems").read_text()
    return None if f"\t{kind}\n" in known else f"this kernel knows no {kind}"


def _is_dead(place: Path) -> bool:
    """A mount whose driver is gone."""
    try:
        place.stat()
    except OSError:
        return True
    return False
