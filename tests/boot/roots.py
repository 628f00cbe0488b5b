"""Debian as it comes, with the packages of a box: a folder made once on a machine and kept.

What a fresh machine pays for it stands in docs/box_by_hand.md.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
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
    name = "-".join(filter(None, [suite, foreign, _short(packages)]))
    with _made_once(CACHE / name) as (root, half):
        if not root.exists():
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


def wheels(suite: str, clone: Path = PROJECT) -> Path:
    """Every wheel that the lock of *clone* names, for the Python of *suite*."""
    lock = (clone / "appliance/requirements/run.lock").read_text()
    with _made_once(CACHE / f"bundle-{suite}-{_short(lock)}") as (folder, half):
        if not folder.exists():
            asked = ("--suite", suite, "--architecture", architecture(), "--wheels-only")
            _run(str(clone / "setup_pi.sh"), "bundle", str(half), *asked)
            half.rename(folder)
    return folder


def whole_bundle(suite: str, clone: Path = PROJECT) -> Path:
    """Wheels and Debian's packages, as `setup_pi.sh bundle` of *clone* brings them; not signed.

    Its source is of the day on which it was made.
    """
    names = ("requirements/run.lock", "setup/bundle.py", "setup/debs.py")
    made_of = [(clone / "appliance" / name).read_text("utf-8") for name in names]
    name = f"whole-{suite}-{_short(','.join([*made_of, *box_packages()]))}"
    with _made_once(CACHE / name) as (folder, half):
        if not folder.exists():
            asked = ("--suite", suite, "--architecture", architecture())
            _run(str(clone / "setup_pi.sh"), "bundle", str(half), *asked)
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


@contextlib.contextmanager
def _made_once(place: Path) -> Iterator[tuple[Path, Path]]:
    """*place* and where to make it; whoever wants the same meanwhile waits."""
    CACHE.mkdir(parents=True, exist_ok=True)
    half = place.with_suffix(".half")
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            shutil.rmtree(half, ignore_errors=True)
        yield place, half


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr[-2000:]}"
    return done.stdout
