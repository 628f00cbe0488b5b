"""Raw rows into a JPEG that was decoded once before it counts, while the next page is read.

Debian's cjpeg and djpeg (libjpeg-turbo-progs) do it in 2 MB each; Pillow would hold the page
again at four bytes a pixel.
"""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
import struct
import subprocess
import threading
from pathlib import Path

from appliance.core.errors import (
    OutOfMemory,
    ScanChildCrashed,
    ScannerError,
    ScannerRefusedSetting,
    ShortPage,
)
from appliance.core.paper.scan import ColorMode, ScannedPage, ScanSettings
from appliance.devices.sane_device import RawPage
from appliance.devices.scan_wire import Page, Tell
from appliance.failpoints import passing

QUALITY = 90
_GREY_ROWS = 16  # one row of JPEG blocks with halved colour: the least a cut image leaves grey
_GREY = 0x80  # what libjpeg puts where a JPEG was cut off
_PIPE_BYTES = 1 << 20
_FRAMES = range(0xC0, 0xC3)  # baseline, extended, progressive: what cjpeg may write
_JFIF_DENSITY = slice(13, 18)


class PageWriter:
    """Takes pages one after another; tells of each as soon as its file is whole."""

    def __init__(self, spool: Path, settings: ScanSettings, tell: Tell) -> None:
        self._spool, self._settings, self._tell = spool, settings, tell
        self._thread: threading.Thread | None = None
        self._error: ScannerError | None = None
        self._rows_gone = threading.Event()
        self.done = 0

    @property
    def failed(self) -> bool:
        """Whether a page went wrong; ``wait`` says how."""
        return self._error is not None

    def take(self, raw: RawPage) -> None:
        """Start on the next page; first waits for the one before.

        Raises what went wrong with either; the pages told of stay good.
        """
        self.wait()
        check_whole(raw)
        gray = self._settings.mode is ColorMode.GRAY
        if raw.samples == 1 and not gray:
            raise ScannerRefusedSetting("asked for colour, the scanner sent grey")
        self._rows_gone.clear()
        held = [raw]  # the thread lets the rows go as soon as they are encoded
        self._thread = threading.Thread(target=self._write, args=(held,), name="page-writer")
        self._thread.start()

    def wait(self) -> None:
        """Return when the last page taken is told of. Raises what went wrong with it."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._error is not None:
            raise self._error

    def wait_for_memory(self) -> None:
        """Return when the rows of the last page taken are encoded and freed."""
        if self._thread is not None:
            self._rows_gone.wait()

    def _write(self, held: list[RawPage]) -> None:
        number = self.done + 1
        path = self._spool / f"page-{number:04d}.jpg"
        part = path.with_suffix(".part")
        try:
            raw = held.pop()
            size = raw.width, raw.height
            gray = self._settings.mode is ColorMode.GRAY
            encode(raw, part, gray=gray, dpi=self._settings.resolution_dpi)
            del raw
            self._rows_gone.set()
            check_decodes(part, size)
            if __debug__:
                passing("scanned-before-its-name")
            part.replace(path)
        except ScannerError as error:
            self._error = error
        except OSError as error:
            self._error = ScanChildCrashed(f"page {number}: {error}")
        else:
            self.done = number
            settings = self._settings
            page = ScannedPage(number, path, *size, settings.resolution_dpi, settings.mode)
            if __debug__:
                passing("scanned-before-word")
            self._tell(Page(page))
        finally:
            self._rows_gone.set()
            part.unlink(missing_ok=True)


def check_whole(raw: RawPage) -> None:
    """Raise ShortPage unless every announced row came, and from paper.

    A cut JPEG comes through sane-airscan as a full page whose rest is exactly mid-grey; real
    grey paper has grain and never is that for sixteen whole rows.
    """
    if raw.height == 0 or raw.width == 0:
        raise ShortPage("no rows at all")
    expected = raw.announced_rows
    if raw.bytes_per_row > raw.row_bytes:
        # The last padded row may be missing its end; see SaneDevice.read_page.
        expected -= 1
    if raw.announced_rows > 0 and raw.height < expected:
        raise ShortPage(f"{raw.height} of {raw.announced_rows} rows")
    grey = bytes([_GREY]) * raw.row_bytes
    last = range(max(0, raw.height - _GREY_ROWS), raw.height)
    starts = (row * raw.bytes_per_row for row in last)
    if all(raw.rows[start : start + raw.row_bytes] == grey for start in starts):
        raise ShortPage("the lower part is grey that nobody scanned: the image was cut")


def encode(raw: RawPage, path: Path, *, gray: bool, dpi: int) -> None:
    """Write *raw* as a JPEG with its true density."""
    command = ["cjpeg", "-quality", str(QUALITY), *(["-grayscale"] if gray else [])]
    with (
        path.open("w+b") as file,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=file, stderr=subprocess.PIPE, bufsize=0
        ) as cjpeg,
    ):
        assert cjpeg.stdin is not None and cjpeg.stderr is not None  # noqa: S101, PT018
        with contextlib.suppress(BrokenPipeError):  # cjpeg says why
            _pour(raw, cjpeg.stdin.fileno())
        cjpeg.stdin.close()
        said = cjpeg.stderr.read().decode(errors="replace").strip()
        if cjpeg.wait() != 0 or said:
            raise _failure(path, f"cjpeg: {said or cjpeg.returncode}")
        _set_density(file.fileno(), dpi)


def check_decodes(path: Path, size: tuple[int, int]) -> None:
    """Decode the whole file once. Raises ShortPage unless it is all there and *size* large.

    djpeg reads every bit but keeps one pixel in 64, which halves the time; of 85 files with
    cuts, flipped bits and holes that it complained of in full, it missed none (measured).
    """
    done = subprocess.run(
        ["djpeg", "-grayscale", "-scale", "1/8", "-pnm", str(path)],
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode(errors="replace").strip()
    width, height = (math.ceil(side / 8) for side in size)
    head = b"P5\n%d %d\n255\n" % (width, height)
    small = done.stdout.startswith(head) and len(done.stdout) == len(head) + width * height
    if done.returncode != 0 or said or not small or _stated_size(path) != size:
        raise ShortPage(f"the page does not decode to {size[0]}x{size[1]}: {said}")


def _stated_size(path: Path) -> tuple[int, int]:
    """Width and height as the file's own frame header says; (0, 0) without one."""
    with path.open("rb") as file:
        file.seek(2)
        while len(head := file.read(4)) == 4 and head[0] == 0xFF:
            if head[1] in _FRAMES:
                _depth, height, width = struct.unpack(">BHH", file.read(5))
                return width, height
            file.seek(int.from_bytes(head[2:], "big") - 2, os.SEEK_CUR)
    return 0, 0


def _pour(raw: RawPage, pipe: int) -> None:
    """Rows without their padding; the largest pieces the pipe takes, nothing is copied."""
    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    kind = b"P6" if raw.samples == 3 else b"P5"
    os.write(pipe, b"%b\n%d %d\n255\n" % (kind, raw.width, raw.height))
    with memoryview(raw.rows) as rows:
        if raw.bytes_per_row == raw.row_bytes:
            _write_all(pipe, rows[: raw.height * raw.row_bytes])
            return
        for row in range(raw.height):
            start = row * raw.bytes_per_row
            _write_all(pipe, rows[start : start + raw.row_bytes])


def _write_all(pipe: int, rows: memoryview) -> None:
    sent = 0
    while sent < len(rows):
        sent += os.write(pipe, rows[sent:])


def _set_density(file: int, dpi: int) -> None:
    """cjpeg writes no density; without one a PDF shows A4 as 328 by 464 mm."""
    head = os.pread(file, 20, 0)
    if head[:4] != b"\xff\xd8\xff\xe0" or head[6:11] != b"JFIF\0":
        raise ShortPage("cjpeg wrote no JFIF header")
    per_inch = b"\x01" + dpi.to_bytes(2, "big") * 2
    os.pwrite(file, per_inch, _JFIF_DENSITY.start)


def _failure(path: Path, said: str) -> ScannerError:
    """A full spool (memory, for it is a tmpfs) is told apart from a broken encoder."""
    room = os.statvfs(path.parent)
    if "disk space" in said or room.f_bavail * room.f_frsize < _PIPE_BYTES:
        return OutOfMemory(f"no room left in the spool; {said}")
    return ScanChildCrashed(said)
