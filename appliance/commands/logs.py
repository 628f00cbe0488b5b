"""`tramhoso logs`: what somebody far away needs to help, without a person in it."""

from __future__ import annotations

import contextlib
import io
import re
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterable
from pathlib import Path

import click

from appliance import __version__
from appliance.commands.who import must_be_root
from appliance.commands.whole_file import write_whole
from appliance.config import read_config
from appliance.core.errors import ConfigWrong

DAYS = 14
LONGEST_S = 60
LONGEST = 20 << 20  # of one file
# Logs hold no names and no numbers of people by the rules of this house; this is the second net.
_DIGITS = re.compile(r"(?<![0-9A-Za-z])(?:\+84|0)?\d[\d .]{7,13}\d(?![0-9A-Za-z])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_SECRET = re.compile(r"tht_[A-Za-z0-9_-]{20,}|AGE-SECRET-KEY-1[0-9A-Z]+|(?<=secret=)\S+", re.I)
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(\.\d{1,3}){3}(?![\d.])")
_CLOCK = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*")


@click.command("logs", short_help="The journal and the state of the box for support; no persons.")
@click.argument("place", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_obj
def logs(config_path: Path, place: Path) -> None:
    """Write tramhoso-logs-….tar.gz into PLACE: look into it before you send it."""
    must_be_root(config_path)
    names: list[str] = []
    code = "unknown"
    with contextlib.suppress(ConfigWrong):
        config = read_config(config_path)
        names, code = _people(config.paths.state / "point.db"), config.point.code
    doctor = (
        sys.executable,
        "-m",
        "appliance.cli",
        "--config",
        str(config_path),
        "doctor",
        "--json",
    )
    since = f"-{DAYS}d"
    told = {
        "version.txt": __version__ + "\n",
        "journal.txt": _said(
            "journalctl", "--no-pager", "-o", "short-iso", f"--since={since}", "-u", "tramhoso-*"
        ),
        "units.txt": _said("systemctl", "--no-pager", "--all", "list-units", "tramhoso*"),
        "kernel.txt": _said(
            "journalctl", "--no-pager", "-k", "-p", "warning", "-o", "short-iso", "-n", "400"
        ),
        "disk.txt": _said("df", "-h"),
        "doctor.json": _said(*doctor),
    }
    folder = place / f"tramhoso-logs-{code}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.tar.gz"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, text in told.items():
            content = without_persons(text[-LONGEST:], names).encode()
            about = tarfile.TarInfo(name)
            about.size = len(content)
            tar.addfile(about, io.BytesIO(content))
    try:
        write_whole(folder, packed.getvalue())
    except OSError as error:
        raise click.ClickException(f"{folder}: {error.strerror}") from error
    click.echo(f"{folder}: {len(packed.getvalue()) >> 10} KiB")


def without_persons(text: str, names: Iterable[str]) -> str:
    """*text* with marks in place of names of volunteers, long numbers, addresses and secrets.

    >>> without_persons("2026-11-22T08:00:01+0000 Lan 001099012345 192.168.1.7", ["Lan"])
    '2026-11-22T08:00:01+0000 <person> <number> <address>'
    """
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "<person>", text, flags=re.I)
    text = _MAIL.sub("<mail>", _SECRET.sub("<secret>", text))
    kept: list[str] = []
    for line in text.splitlines(keepends=True):
        clock = _CLOCK.match(line)
        begins = clock[0] if clock else ""
        rest = _ADDRESS.sub("<address>", line[len(begins) :])
        kept.append(begins + _DIGITS.sub("<number>", rest))
    return "".join(kept)


def _people(database: Path) -> list[str]:
    try:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as known:
            return [str(row[0]) for row in known.execute("SELECT name FROM volunteer")]
    except sqlite3.Error:
        return []


def _said(*words: str) -> str:
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, errors="replace", check=False, timeout=LONGEST_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{words[0]}: {type(error).__name__}\n"
    return done.stdout + (f"\n[stderr]\n{done.stderr}" if done.stderr else "")
