"""Makes a release bundle: source, wheels, Debian's packages, a manifest, and who vouches for it."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from appliance.setup.debs import fetch_debs, own_mirror
from appliance.setup.manifest import MANIFEST, PUBLIC_KEY, SIGNATURE, Manifest, digests
from appliance.setup.places import SOURCE, SYSTEM_PYTHON
from appliance.setup.release import LOCK, version_of
from appliance.setup.shipped import copy_shipped
from appliance.setup.signature import public_half, signed
from appliance.setup.steps import Exit, Refused, ran, say
from appliance.setup.trust import MACHINES

PYTHONS = {"bookworm": "3.11", "trixie": "3.13"}
GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux_2_5", "manylinux1")
NEWER_GLIBC = {"bookworm": (36, 28), "trixie": (41, 28)}


def make_bundle(asked: argparse.Namespace) -> Manifest:
    """A bundle in *asked*.folder, for all kinds of machines that are not left out.

    Without a manifest, which is written last, a folder is no bundle.

    Raises:
        Refused: something else lies there; it is kept. Or something could not be had.
    """
    folder = asked.folder
    if folder.exists() and any(folder.iterdir()):
        raise Refused(Exit.USAGE, f"{folder} is not empty: a bundle begins with an empty folder")
    if asked.sign:
        public_half(asked.sign)  # a wrong key is told before an hour of fetching
    mirror = asked.mirror or ("" if asked.wheels_only else own_mirror())
    copy_shipped(SOURCE, folder / "source")
    machines = []
    for suite in asked.suite or sorted(PYTHONS):
        for architecture in asked.architecture or sorted(MACHINES):
            fetch_wheels(folder / "wheels", suite, architecture)
            machines.append(f"{suite}-{architecture}")
            if not asked.wheels_only:
                debs = folder / "debs" / machines[-1]
                fetch_debs(debs, suite, architecture, asked.packages.split(), mirror)
    return sealed(
        folder,
        tuple(machines),
        asked.sign,
        tuple(asked.updates_from),
        tuple(asked.goes_back_from),
    )


def sealed(
    folder: Path,
    machines: tuple[str, ...],
    key: Path | None,
    updates_from: tuple[str, ...] = (),
    goes_back_from: tuple[str, ...] = (),
) -> Manifest:
    """Write down what lies in *folder*, and sign it with *key*; the last step."""
    for name in (MANIFEST, SIGNATURE):
        (folder / name).unlink(missing_ok=True)
    if key:
        (folder / PUBLIC_KEY).write_bytes(public_half(key))
    version = version_of(folder / "source")
    manifest = Manifest(version, machines, updates_from, goes_back_from)
    manifest = replace(manifest, files=digests(folder))
    (folder / MANIFEST).write_bytes(manifest.as_bytes())
    if key:
        (folder / SIGNATURE).write_bytes(signed(manifest.as_bytes(), key))
    return manifest


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

    What *folder* holds already is not fetched again.

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
