"""A disk that remembers every write and every flush it was given, and what a cut leaves of them.

A FUSE file in memory under a loop device, served by a process of its own: whoever uses a disk that
it serves itself can wait for its own answer for ever (a page fault under the interpreter's lock).
A real card may have done, of what came after the last flush, all, some in any order, or some
halves: ``images`` makes such cards.
"""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import stat
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import mfusepy

SECTOR = 512  # what a card writes wholly or not at all
FLUSH = None
Step = tuple[int, bytes] | None  # offset and bytes, or FLUSH
_HEAD = struct.Struct("<qI")  # offset (below nought: a flush) and length


class Log:
    """Every step in its order; written by the process that serves, read by the one that asks."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._steps: Any = multiprocessing.get_context("fork").Value("Q", 0)

    def append(self, step: Step) -> None:
        """Counted once it lies there whole."""
        offset, data = (-1, b"") if step is FLUSH else step
        self._file.write(_HEAD.pack(offset, len(data)) + data)
        self._file.flush()
        self._steps.value += 1

    def __len__(self) -> int:
        return int(self._steps.value)

    def __iter__(self) -> Iterator[Step]:
        with Path(f"/proc/self/fd/{self._file.fileno()}").open("rb") as file:
            for _ in range(len(self)):
                offset, length = _HEAD.unpack(file.read(_HEAD.size))
                yield FLUSH if offset < 0 else (offset, file.read(length))


class Disk(mfusepy.Operations):  # type: ignore[misc]  # the library has no types
    """One file, ``disk``, that the kernel takes for a block device."""

    use_ns = True

    def __init__(self, base: bytes, log: Log) -> None:
        self._now, self._lock = bytearray(base), threading.Lock()
        self.log = log

    def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:
        if path == "/":
            return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}
        if path == "/disk":
            return {"st_mode": stat.S_IFREG | 0o600, "st_nlink": 1, "st_size": len(self._now)}
        raise mfusepy.FuseOSError(errno.ENOENT)

    def readdir(self, path: str, fh: int) -> list[str]:
        return [".", "..", "disk"]

    def open(self, path: str, flags: int) -> int:
        return 1

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        with self._lock:
            return bytes(self._now[offset : offset + size])

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        with self._lock:
            self._now[offset : offset + len(data)] = data
            self.log.append((offset, bytes(data)))
        return len(data)

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        with self._lock:
            self.log.append(FLUSH)
        return 0

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        return 0


@contextmanager
def recording(base: bytes, folder: Path) -> Iterator[tuple[Disk, Path]]:
    """The disk and its file, while the FUSE file system at *folder* is up (root, /dev/fuse)."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryFile(dir="/dev/shm") as file:
        yield from _served(Disk(base, Log(file)), folder)


def _served(disk: Disk, folder: Path) -> Iterator[tuple[Disk, Path]]:
    def serve() -> None:
        mfusepy.FUSE(disk, str(folder), foreground=True, direct_io=True)
        os._exit(0)

    server = multiprocessing.get_context("fork").Process(target=serve, daemon=False)
    server.start()
    file = folder / "disk"
    end = time.monotonic() + 20
    while not file.exists():
        if time.monotonic() > end:
            raise RuntimeError("FUSE did not come up")
        time.sleep(0.05)
    try:
        yield disk, file
    finally:
        subprocess.run(("fusermount3", "-uq", str(folder)), check=False)
        server.join(20)
        server.kill()


def images(
    base: bytes, log: list[Step], cuts: Iterable[int], dice: random.Random
) -> Iterator[tuple[int, bytes]]:
    """For each of *cuts* (steps of *log*) that number and a card as a cut there may leave it."""
    held, done = bytearray(base), 0  # what the last flush before the cut made sure of
    for cut in sorted(cuts):
        flushed = max((i for i in range(done, cut) if log[i] is FLUSH), default=done)
        for step in log[done:flushed]:
            if step is not FLUSH:
                held[step[0] : step[0] + len(step[1])] = step[1]
        done = flushed
        image = bytearray(held)
        how = dice.choice(("all", "some", "some", "torn"))
        for step in log[flushed:cut]:
            if step is FLUSH or (how == "some" and dice.random() < 0.5):
                continue
            offset, data = step
            for at in range(0, len(data), SECTOR) if how == "torn" else (0,):
                piece = data[at : at + SECTOR] if how == "torn" else data
                if how != "torn" or dice.random() < 0.5:
                    image[offset + at : offset + at + len(piece)] = piece
        yield cut, bytes(image)
