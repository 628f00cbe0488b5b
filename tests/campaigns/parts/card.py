"""An SD card of our own: a real ext4 in a file, and its plug."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EXT4_IOC_SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2  # linux/fs/ext4/ext4.h
PATIENCE_S = 60.0
# commit=600: nothing reaches the card by itself while we look.
MOUNT_OPTIONS = "loop,commit=600"


def can_run() -> bool:
    """Whether this machine lets us: root, loop devices, ext4's tools."""
    tools = all(shutil.which(tool) for tool in ("mkfs.ext4", "fsck.ext4", "mount"))
    return os.geteuid() == 0 and Path("/dev/loop-control").exists() and tools


def make_ext4(image: Path, size: int) -> None:
    """An empty file system of *size* bytes, laid out wholly now."""
    with image.open("wb") as file:
        file.truncate(size)
    now = "lazy_itable_init=0,lazy_journal_init=0"  # no writes of the kernel's own later
    run_tool("mkfs.ext4", "-qF", "-E", now, str(image))


@contextmanager
def mounted(image: Path, folder: Path) -> Iterator[None]:
    """*image* at *folder*; whoever is inside must be gone when it ends."""
    mount(image, folder)
    try:
        yield
    finally:
        unmount(folder)


def mount(image: Path, folder: Path) -> None:
    """*image* at *folder*, through a loop device."""
    folder.mkdir(parents=True, exist_ok=True)
    run_tool("mount", "-o", MOUNT_OPTIONS, str(image), str(folder))


def unmount(folder: Path, patience_s: float = 30.0) -> None:
    """Until nothing of it is left: children of killed services need a moment, the loop device too.

    A loop device that is still there would be used again by the next mount, with blocks in its
    cache from before the repair in between.
    """
    command = ("findmnt", "-no", "SOURCE", str(folder))
    source = subprocess.run(command, capture_output=True, check=False, text=True).stdout.strip()
    backing = Path("/sys/block") / Path(source).name / "loop/backing_file"
    ours = _text_of(backing)  # another campaign may get the same device a moment later
    end = time.monotonic() + patience_s
    while True:
        try:
            run_tool("umount", str(folder))
            break
        except subprocess.CalledProcessError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
    while ours is not None and _text_of(backing) == ours:
        if time.monotonic() > end:
            raise RuntimeError(f"{source} is still there after umount")
        time.sleep(0.02)


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None


def pull_the_plug(folder: Path) -> None:
    """What was not synced is gone, and every later write fails."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.ioctl(handle, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
    finally:
        os.close(handle)


def turn_read_only(folder: Path) -> None:
    """As ext4 does by itself when it finds a fault; only a fresh mount makes it writable again."""
    command = ("findmnt", "-no", "SOURCE", str(folder))
    source = subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
    run_tool("mount", "-o", "remount,errors=remount-ro", str(folder))
    (Path("/sys/fs/ext4") / Path(source).name / "trigger_fs_error").write_text("a test's")


def replay(image: Path) -> bool:
    """What the next start does first; whether the file system is sound."""
    command = ("fsck.ext4", "-fy", str(image))
    return subprocess.run(command, capture_output=True, check=False).returncode <= 1


def run_tool(*command: str) -> None:
    """To its end, or a CalledProcessError."""
    subprocess.run(command, check=True, timeout=PATIENCE_S, capture_output=True)
