"""A folder with everything that `install --offline` needs: wheels, and Debian's packages."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path

from appliance.setup.places import SYSTEM_PYTHON
from appliance.setup.release import LOCK
from appliance.setup.steps import Exit, Refused, ran, say

SUMS = "SHA256SUMS"
PYTHONS = {"bookworm": "3.11", "trixie": "3.13"}
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux_2_5", "manylinux1")
NEWER_GLIBC = {"bookworm": (36, 28), "trixie": (41, 28)}


def platforms(suite: str, architecture: str) -> list[str]:
    """The wheel platforms that run there, newest first."""
    newest, oldest = NEWER_GLIBC[suite]
    names = [f"manylinux_2_{minor}" for minor in range(newest, oldest, -1)]
    return [f"{name}_{MACHINES[architecture]}" for name in (*names, *GLIBC)]


# pip weighs "; python_full_version < …" by the Python it runs on, not by the one asked for
_FOR_THAT_PYTHON = """
import sys
from pip._vendor.packaging.markers import Marker
lock, python, machine = sys.argv[1:]
there = {"python_version": python, "python_full_version": f"{python}.0"}
there["platform_machine"] = machine
for entry in open(lock).read().replace("\\\\\\n", " ").splitlines():
    package, _, rest = entry.partition(" --hash")
    wanted, _, marker = package.partition(" ; ")
    if wanted.strip() and wanted[0] != "#" and (not marker or Marker(marker).evaluate(there)):
        print(wanted, "--hash" + rest)
"""


def fetch_wheels(folder: Path, suite: str, architecture: str) -> None:
    """Every wheel of the lock for the Python of *suite*, checked against the lock's hashes.

    Raises:
        Refused: one could not be had, or there is no wheel for that machine.
    """
    folder.mkdir(parents=True, exist_ok=True)
    python = PYTHONS[suite]
    words = ["--quiet", "--no-input", "--disable-pip-version-check", "--retries", "5"]
    words += ["--only-binary", ":all:", "--require-hashes"]
    words += ["--dest", str(folder), "--python-version", python, "--implementation", "cp"]
    for abi in (f"cp{python.replace('.', '')}", "abi3", "none"):
        words += ["--abi", abi]
    for platform in platforms(suite, architecture):
        words += ["--platform", platform]
    with tempfile.TemporaryDirectory() as venv:
        ran(SYSTEM_PYTHON, "-m", "venv", venv)
        wanted = Path(venv) / "wanted.txt"
        asked = (str(LOCK), python, MACHINES[architecture])
        wanted.write_text(ran(f"{venv}/bin/python", "-c", _FOR_THAT_PYTHON, *asked))
        words += ["--requirement", str(wanted)]
        say("fetch", f"wheels for Python {python} on {architecture}")
        try:
            ran(f"{venv}/bin/python", "-m", "pip", "download", *words)
        except subprocess.CalledProcessError as error:
            raise Refused(
                Exit.UNAVAILABLE, "pip could not fetch every wheel; is the network there?"
            ) from error


def must_be_whole(folder: Path) -> None:
    """Every file is there as it was written, and none besides.

    Raises:
        Refused: it is not; asked before anything is changed.
    """
    place = folder / SUMS
    try:
        said = dict(line.split("  ", 1)[::-1] for line in place.read_text("utf-8").splitlines())
    except (OSError, ValueError, UnicodeDecodeError) as error:
        raise _not_whole(folder, f"no {SUMS} that can be read") from error
    there = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    there.pop(SUMS, None)
    if odd := sorted(there.keys() ^ said.keys()):
        raise _not_whole(folder, f"{odd[0]} is {'missing' if odd[0] in said else 'not of it'}")
    for name, path in sorted(there.items()):
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != said[name]:
                raise _not_whole(folder, f"{name} has other bytes")


def _not_whole(folder: Path, why: str) -> Refused:
    again = "nothing was changed; make it again with `setup_pi.sh bundle`"
    return Refused(Exit.BAD_BUNDLE, f"{folder} is no whole bundle: {why}; {again}")


def write_sums(folder: Path) -> Path:
    """SHA256SUMS of everything below *folder*, as sha256sum -c reads it."""
    place = folder / SUMS
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != place)
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n"
        for path in files
    ]
    place.write_text("".join(lines), encoding="utf-8")
    return place
