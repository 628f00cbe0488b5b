"""How fast a sealed file reaches the ward, beside curl; and what a cut costs.

Run from the repository: ``python benchmarks/upload.py``. Both send the same 20 MB to the same
ward (its own process, on loopback), curl in one PATCH, ours as the box does: hashing first,
growing chunks, commit not counted. Paired: one after the other, five times, the order turned
round each time.
"""

from __future__ import annotations

import hashlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from appliance.destinations.http import Wire
from appliance.destinations.line import Line
from appliance.destinations.tus import Tus
from appliance.pretend.bad_network import BadNetwork, Trouble
from tests.delivery.ward_process import WardProcess

SIZE = 20_000_000
PAIRS = 5
CUTS_AT = (1_000_000, 5_000_000, 11_000_000, 18_000_000)


class Cut(NamedTuple):
    again: int  # bytes, measured at the proxy
    chunk: int  # what was on its way when the line was cut


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        sealed = Path(folder) / "sealed.age"
        sealed.write_bytes(os.urandom(SIZE))
        ward = WardProcess(Path(folder) / "ward")
        try:
            _speeds(sealed, ward)
            _cuts(sealed, ward)
        finally:
            ward.kill()
    _machine()


def _speeds(sealed: Path, ward: WardProcess) -> None:
    ours, curls, grown = [], [], Line()
    _by_us(sealed, ward, Line())  # both ends warm
    for pair in range(PAIRS):
        runs = [
            lambda: ours.append(_by_us(sealed, ward, Line())),
            lambda: curls.append(_by_curl(sealed, ward)),
        ]
        for run in runs if pair % 2 else reversed(runs):
            run()
    steady = [_by_us(sealed, ward, grown) for _ in range(PAIRS)]
    print(f"20 MB on loopback, median (and span) of {PAIRS}\n")
    print("| sender | seconds | MB/s | of curl's speed |")
    print("|---|---|---|---|")
    base = statistics.median(curls)
    for name, runs_s in (
        ("curl, one PATCH", curls),
        ("ours, from 128 KiB", ours),
        ("ours, line known to hold", steady),
    ):
        middle = statistics.median(runs_s)
        span = f"{min(runs_s):.2f}–{max(runs_s):.2f}"
        print(
            f"| {name} | {middle:.3f} ({span}) | {SIZE / 1e6 / middle:.0f} | {base / middle:.2f} |"
        )
    ratio = statistics.median(c / o for c, o in zip(curls, ours, strict=True))
    print(f"\nPaired ratio of speeds: {ratio:.2f} (goal ≥ 0.5)\n")


def _cuts(sealed: Path, ward: WardProcess) -> None:
    print("| cut after | chunk on its way | bytes sent again | within one chunk |")
    print("|---|---|---|---|")
    for at in CUTS_AT:
        cut = _cut_at(sealed, ward, at)
        fits = "yes" if cut.again <= cut.chunk else "NO"
        print(f"| {at:,} | {cut.chunk:,} | {cut.again:,} | {fits} |")
    print()


def _by_us(sealed: Path, ward: WardProcess, line: Line, port: int | None = None) -> float:
    wire = Wire(ward.made.token or "")
    began = time.monotonic()
    with sealed.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    tus = Tus(wire, _files(port or ward.port), line, pause=lambda seconds: None)
    tus.upload(sealed, {"sha256": digest})
    took_s = time.monotonic() - began
    wire.close()
    return took_s


def _by_curl(sealed: Path, ward: WardProcess) -> float:
    wire = Wire(ward.made.token or "")
    url = Tus(wire, _files(ward.port)).create(SIZE, {"sha256": "0" * 64})
    wire.close()
    command = ["curl", "--silent", "--show-error", "--fail", "--request", "PATCH", url]
    command += ["--header", f"Authorization: Bearer {ward.made.token}"]
    command += ["--header", "Tus-Resumable: 1.0.0", "--header", "Upload-Offset: 0"]
    command += ["--header", "Content-Type: application/offset+octet-stream"]
    command += ["--header", "Expect:", "--data-binary", f"@{sealed}"]
    began = time.monotonic()
    subprocess.run(command, check=True, timeout=120)
    return time.monotonic() - began


def _cut_at(sealed: Path, ward: WardProcess, at: int) -> Cut:
    """Cut once, when *at* bytes have come through in all; a run without a cut is the measure."""
    line, on_its_way = Line(), [0]

    def trouble(_number: int) -> Trouble:
        rest = at - network.traffic.up
        if on_its_way[0] or rest >= line.chunk:
            return Trouble()
        on_its_way[0] = line.chunk
        return Trouble(cut_up_after=max(rest, 1))

    with BadNetwork(ward.port, trouble) as network:
        _by_us(sealed, ward, line, network.port)
        assert network.traffic.cuts == 1, "nothing was cut, so nothing was measured"
        with BadNetwork(ward.port) as good:
            _by_us(sealed, ward, Line(), good.port)
            again = network.traffic.up - good.traffic.up
    return Cut(max(again, 0), on_its_way[0])


def _files(port: int) -> str:
    return f"http://127.0.0.1:{port}/intake/v1/files"


def _machine() -> None:
    curl = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True)
    packages = ("requests", "urllib3", "waitress", "resumable-upload")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith(("model name", "Model"))
        ),
        platform.machine(),
    )
    print(f"Machine: {os.cpu_count()} × {processor}; {platform.system()} {platform.release()}")
    print(f"Versions: Python {platform.python_version()}, {versions}")
    print(f"          {' '.join(curl.stdout.split()[:2])}")


if __name__ == "__main__":
    main()
