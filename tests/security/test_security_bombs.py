"""Small files that grow without end, as a phone could send them, cost bounded room and time.

What the child took is read from the kernel, which counts the memory of the process that began
it too. Two thousand refinements took 17 s of a core before they were refused; a file of the
largest size could hold fifteen times as many.
"""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from appliance.imaging.child.photographs import MEMORY_MB
from tests.phone.test_phone_photos import png_chunk

CPU_S = 8.0  # each takes less than one here
SIGNATURE = b"\x89PNG\r\n\x1a\n"
SOS = b"\xff\xda"


def png(width: int, height: int, bits: int, colour: int, *chunks: bytes) -> bytes:
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return SIGNATURE + head + b"".join(chunks) + png_chunk(b"IEND", b"")


def zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes))
    return packed + packer.flush()


def jpeg(width: int, height: int, **how: object) -> bytes:
    out = io.BytesIO()
    Image.new("L", (width, height), 200).save(out, "JPEG", **how)
    return out.getvalue()


def resized(image: bytes, width: int, height: int) -> bytes:
    """The head tells a size that the file does not have."""
    at = next(image.index(mark) for mark in (b"\xff\xc0", b"\xff\xc2") if mark in image)
    return image[: at + 5] + struct.pack(">HH", height, width) + image[at + 9 :]


def many_scans(count: int) -> bytes:
    """A progressive picture that begins to be refined again and again."""
    image = jpeg(4000, 3000, progressive=True)
    last = image.rindex(SOS)
    return image[:-2] + image[last:-2] * count + b"\xff\xd9"


def heic(width: int, height: int) -> bytes:
    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body) + 8) + kind + body

    ispe = box(b"ispe", struct.pack(">III", 0, width, height))
    return box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(
        b"meta", b"\0\0\0\0" + box(b"iprp", box(b"ipco", ispe))
    )


BOMBS = {
    "a PNG of nine hundred million pixels in a few kilobytes": lambda: png(
        30_000, 30_000, 8, 2, png_chunk(b"IDAT", zeros(8))
    ),
    "a PNG whose pixels never end": lambda: png(1000, 1000, 8, 2, png_chunk(b"IDAT", zeros(600))),
    "a PNG of one bit a pixel, as large as allowed": lambda: png(
        8900, 8900, 1, 0, png_chunk(b"IDAT", zeros(10))
    ),
    "a PNG with words that unpack without end": lambda: png(
        1000, 1000, 8, 0, png_chunk(b"zTXt", b"Comment\0\0" + zeros(900))
    ),
    "a PNG with a colour profile that unpacks without end": lambda: png(
        1000, 1000, 8, 2, png_chunk(b"iCCP", b"x\0\0" + zeros(900))
    ),
    "a JPEG that says it is 65 535 wide and high": lambda: resized(jpeg(800, 800), 65_535, 65_535),
    "a JPEG as large as allowed with nothing in it": lambda: resized(jpeg(800, 800), 8900, 8900),
    "a progressive JPEG as large as allowed": lambda: resized(
        jpeg(800, 800, progressive=True), 8900, 8900
    ),
    "a progressive JPEG that is refined two thousand times": lambda: many_scans(2000),
    "a HEIC of four billion pixels": lambda: heic(65_535, 65_535),
}

# What the child reads no further than the picture's own size is a picture like any other.
PICTURES = {
    "a PNG whose pixels never end",
    "a PNG of one bit a pixel, as large as allowed",
    "a progressive JPEG as large as allowed",
}


# The kernel counts the room of whoever began a process as that process's own until it is another
# program: so a small one begins it, for a test run may hold a gigabyte.
MEASURED = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL)
_, _, used = os.wait4(child.pid, 0)
child.returncode = 0
print(used.ru_maxrss / 1024, used.ru_utime + used.ru_stime, file=sys.stderr)
"""


def look_at(path: Path) -> tuple[dict[str, object], float, float]:
    """What the station's own child says; megabytes at its peak, CPU seconds."""
    child = ["-m", "appliance.imaging.child.photo", str(path), str(MEMORY_MB)]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, sys.executable, *child], capture_output=True, check=True
    )
    megabytes, seconds = map(float, done.stderr.split())
    line = done.stdout.partition(b"\n")[0]
    return json.loads(line) if line else {"refused": "crashed"}, megabytes, seconds


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_bounded_room_and_time(tmp_path: Path, name: str) -> None:
    path = tmp_path / "IMG_0001"
    path.write_bytes(BOMBS[name]())
    assert path.stat().st_size < 2_000_000, "a bomb is small"
    said, megabytes, seconds = look_at(path)
    assert megabytes < MEMORY_MB
    assert seconds < CPU_S
    assert ("refused" in said) == (name not in PICTURES)
