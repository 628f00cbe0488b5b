"""Debian as it comes, with the packages of a box: a folder made once on a machine and kept.

What a fresh machine pays for it stands in docs/technician.md.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from appliance.setup.trust import architecture

PROJECT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("TRAMHOSO_TEST_CACHE", "/var/tmp/tramhoso-boot"))
# What Raspberry Pi OS Lite has and the smallest Debian has not.
LITE = ("systemd-sysv", "dbus", "python3", "ca-certificates", "iproute2", "procps", "openssl")
PYTHONS = {"bookworm": "3.11", "trixie": "3.13"}


class NoDebian(Exception):
    """mmdebstrap could not make one here; the text is what it said."""


def debian_root(suite: str, *more: str, bare: bool = False, foreign: str = "") -> Path:
    """The folder with *suite*; made when there is none for today's list of packages.

    *more* are packages that a technician may have besides. A *bare* one has nothing that a box
    needs, only what a fresh card has. *foreign* is another kind of machine, ``arm64``: qemu-user
    runs its programs then.

    Raises:
        NoDebian: no mirror can be reached, say.
    """
    packages = ",".join([*LITE, *([] if bare else box_packages()), *more])
    root = CACHE / "-".join(filter(None, [suite, foreign, _short(packages)]))
    if not root.exists():
        half = root.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        words = ["--variant=apt", "--quiet", f"--include={packages}", suite, str(half)]
        words += [f"--architecture={foreign}"] if foreign else []
        try:
            _run("mmdebstrap", *words, *mirrors(suite))
        except AssertionError as error:
            raise NoDebian(str(error)) from error
        shutil.rmtree(half / "var/cache/apt", ignore_errors=True)
        (half / "etc/machine-id").write_text("")  # each boot is another machine
        half.rename(root)
    return root


def wheels(suite: str) -> Path:
    """Every wheel that the lock names, for the Python of *suite*."""
    lock = PROJECT / "appliance/requirements/run.lock"
    folder = CACHE / f"bundle-{suite}-{_short(lock.read_text())}"
    if not folder.exists():
        half = folder.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        asked = ("--suite", suite, "--architecture", architecture(), "--wheels-only")
        _run(str(PROJECT / "setup_pi.sh"), "bundle", str(half), *asked)
        half.rename(folder)
    return folder


def box_packages() -> list[str]:
    """The packages that setup_pi.sh would ask apt for."""
    lists = '"${RUN_PACKAGES[@]%%:*}" "${BOX_PACKAGES[@]%%:*}"'
    said = _run("bash", "-c", f"source {PROJECT}/setup_pi.sh; printf '%s\\n' {lists}")
    return sorted(said.split())


def mirrors(suite: str) -> list[str]:
    """This machine's own mirror, for *suite*; none where it has no list of the newer kind.

    mmdebstrap then takes the one it knows.
    """
    said = Path("/etc/apt/sources.list.d/debian.sources")  # where Debian itself keeps it
    lines = said.read_text().splitlines() if said.exists() else []
    found = [line.split()[1] for line in lines if line.startswith("URIs:")]
    return [f"deb {uri} {suite} main" for uri in found if "security" not in uri][:1]


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr[-2000:]}"
    return done.stdout
