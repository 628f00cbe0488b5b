"""How fast a sealed file reaches the ward, beside curl; and what a cut costs.

.venv/bin/python -m benchmarks.upload [--pairs 5]

Both send the same 20 MB to the same ward, a process of its own on loopback: curl in one PATCH,
ours as the box does, hashing first and in growing chunks; the commit is not counted. In turn, the
order turned round each time; a ratio is the median of the ratios of the pairs.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from appliance.destinations.http import Wire
from appliance.destinations.line import Line
from appliance.destinations.tus import Tus
from appliance.pretend.bad_network import BadNetwork, Trouble
from benchmarks.machine import NO_BUDGET, Row, counts, middle, report
from tests.delivery.ward_process import WardProcess

SIZE = 20_000_000
CUTS_AT = (1_000_000, 5_000_000, 11_000_000, 18_000_000)
PACKAGES = ("requests", "urllib3", "waitress", "resumable-upload")


class Cut(NamedTuple):
    """What a cut cost, measured at the proxy."""

    again: int  # bytes that had to be sent a second time
    chunk: int  # what was on its way when the line was cut


def main() -> None:
    """Measure and print."""
    pairs = counts(__doc__, pairs=5).pairs
    with tempfile.TemporaryDirectory(prefix="bench-upload-") as folder:
        sealed = Path(folder) / "sealed.age"
        sealed.write_bytes(os.urandom(SIZE))
        ward = WardProcess(Path(folder) / "ward")
        try:
            report([*speed_rows(sealed, ward, pairs), *cut_rows(sealed, ward)], PACKAGES)
        finally:
            ward.kill()


def speed_rows(sealed: Path, ward: WardProcess, pairs: int) -> Iterator[Row]:
    """Ours on a line it does not know yet, and on one that held before."""
    by_us(sealed, ward, Line())  # once unmeasured: both ends warm
    known = Line()
    by_us(sealed, ward, known)
    for what, budget, line in (
        ("from 128 KiB on", "≥ 0.5 ×", None),
        ("on a line known to hold", NO_BUDGET, known),
    ):
        ours: list[float] = []
        curls: list[float] = []
        for number in range(pairs):
            if number % 2:
                ours.append(by_us(sealed, ward, line or Line()))
            curls.append(by_curl(sealed, ward))
            if not number % 2:
                ours.append(by_us(sealed, ward, line or Line()))
        ratio = statistics.median(curl / our for our, curl in zip(ours, curls, strict=True))
        speed = SIZE / 1e6 / statistics.median(ours)
        yield Row(
            f"speed of sending 20 MB over loopback, {what}",
            budget,
            f"{ratio:.2f} × curl in one PATCH",
            f"{speed:.0f} MB/s: ours {middle(ours, 's', 3)}, curl {middle(curls, 's', 3)}; "
            f"{pairs} pairs",
        )


def cut_rows(sealed: Path, ward: WardProcess) -> Iterator[Row]:
    """One cut in one upload, early to late."""
    for at in CUTS_AT:
        cut = cut_at(sealed, ward, at)
        yield Row(
            f"bytes sent again after a cut at {at:,}",
            "≤ one chunk",
            f"{cut.again / cut.chunk:.2f} of a chunk",
            f"{cut.again:,} bytes while a chunk of {cut.chunk:,} was on its way",
        )


def by_us(sealed: Path, ward: WardProcess, line: Line, port: int | None = None) -> float:
    """Seconds to send it as the box does."""
    wire = Wire(ward.made.token or "")
    began = time.monotonic()
    with sealed.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    tus = Tus(wire, files_url(port or ward.port), line, pause=lambda seconds: None)
    tus.upload(sealed, {"sha256": digest})
    took_s = time.monotonic() - began
    wire.close()
    return took_s


def by_curl(sealed: Path, ward: WardProcess) -> float:
    """Seconds of the whole curl command; the upload was made beforehand."""
    wire = Wire(ward.made.token or "")
    url = Tus(wire, files_url(ward.port)).create(SIZE, {"sha256": "0" * 64})
    wire.close()
    command = ["curl", "--silent", "--show-error", "--fail", "--request", "PATCH", url]
    command += ["--header", f"Authorization: Bearer {ward.made.token}"]
    command += ["--header", "Tus-Resumable: 1.0.0", "--header", "Upload-Offset: 0"]
    command += ["--header", "Content-Type: application/offset+octet-stream"]
    command += ["--header", "Expect:", "--data-binary", f"@{sealed}"]
    began = time.monotonic()
    subprocess.run(command, check=True, timeout=120)
    return time.monotonic() - began


def cut_at(sealed: Path, ward: WardProcess, at: int) -> Cut:
    """Cut once, when *at* bytes have come through in all; a run without a cut is the measure."""
    line, on_its_way = Line(), [0]

    def trouble(_number: int) -> Trouble:
        rest = at - network.traffic.up
        if on_its_way[0] or rest >= line.chunk:
            return Trouble()
        on_its_way[0] = line.chunk
        return Trouble(cut_up_after=max(rest, 1))

    with BadNetwork(ward.port, trouble) as network:
        by_us(sealed, ward, line, network.port)
        assert network.traffic.cuts == 1, "nothing was cut, so nothing was measured"
        with BadNetwork(ward.port) as good:
            by_us(sealed, ward, Line(), good.port)
            again = network.traffic.up - good.traffic.up
    return Cut(max(again, 0), on_its_way[0])


def files_url(port: int) -> str:
    """Where the ward takes uploads."""
    return f"http://127.0.0.1:{port}/intake/v1/files"


if __name__ == "__main__":
    main()
