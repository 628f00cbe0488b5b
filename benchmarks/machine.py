"""What every bench has in common: its options, its table, and the machine it ran on."""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

NO_BUDGET = "—"
DEBIAN = ("libsane1", "sane-airscan", "libjpeg-turbo-progs", "curl")


class Row(NamedTuple):
    """One line of a table."""

    what: str
    budget: str
    measured: str
    how: str


def counts(about: str | None, **often: int) -> argparse.Namespace:
    """The command line: how often each thing is measured, as ``--name N``, at least once."""
    return options(about, **often).parse_args()


def options(about: str | None, **often: int) -> argparse.ArgumentParser:
    """``counts`` for a bench that asks for more than counts."""
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, number in often.items():
        parser.add_argument(
            f"--{name}", type=_at_least_once, default=number, help=f"default: {number}"
        )
    return parser


def report(rows: Iterable[Row], packages: Sequence[str] = ()) -> None:
    """Print the table as Markdown, then the machine and the versions that matter for it."""
    print("| what | budget | measured | how |\n|---|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)
    versions = [f"Python {platform.python_version()}"]
    versions += [f"{name} {metadata.version(name)}" for name in packages]
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"\n- machine: {processor()}, {memory_gib():.0f} GiB; {platform.platform()}")
    print(f"- versions: {', '.join(versions)}; Debian's {', '.join(debian_versions())}")
    print(f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; load over 1, 5 and 15 minutes: {busy}")


def middle(values: Sequence[float], unit: str, digits: int = 0) -> str:
    """The median with its span: ``12 ms (10 to 19)``."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} {unit} ({low:.{digits}f} to {high:.{digits}f})"


def peak_mb(pid: int) -> float:
    """The most memory a process ever held, in million bytes; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found.group(1)) * 1.024e-3 if found else 0.0


def processor() -> str:
    """How many of which."""
    said = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^(?:model name|Model)\s*:\s*(.+)$", said, re.MULTILINE)
    return f"{os.cpu_count()} × {model.group(1) if model else platform.machine()}"


def memory_gib() -> float:
    """What the machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def debian_versions() -> list[str]:
    """Of the programs the benches run; those not installed are left out."""
    listed = subprocess.run(
        ["dpkg-query", "-W", "-f", "${binary:Package} ${Version}\n", *DEBIAN],
        capture_output=True,
        text=True,
        check=False,
    )
    return [line.replace(":amd64", "").replace(":arm64", "") for line in listed.stdout.splitlines()]


def _at_least_once(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
