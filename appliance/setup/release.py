"""A release: a venv of its own with everything compiled, and the link that says which one runs."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from appliance.failpoints import passing
from appliance.setup.places import COMING, PREVIOUS, RELEASES, SOURCE, SYSTEM_PYTHON, VENV
from appliance.setup.shipped import copy_shipped, shipped
from appliance.setup.steps import PLAIN, Exit, Refused, on_the_card, ran

LOCK = SOURCE / "appliance/requirements/run.lock"
WHOLE = "whole"  # written last: a folder without it was left by a cut


class Release:
    """The release that this source makes, built with wheels from *wheels* or from the index."""

    def __init__(self, wheels: Path | None) -> None:
        self._wheels = wheels
        self.version = version_of(SOURCE)
        self.folder = RELEASES / f"{self.version}-{_digest()}"

    @property
    def name(self) -> str:
        """Version and digest of the code, as the folder is called."""
        return self.folder.name

    def is_whole(self) -> bool:
        """Whether it was built to the end."""
        return is_whole(self.folder)

    def build(self) -> None:
        """Make the venv; one that a cut left half made is made anew."""
        if self.is_whole():
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        try:
            self._fill()
        except subprocess.CalledProcessError as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise Refused(
                Exit.UNAVAILABLE,
                "the Python packages could not be installed; is the network there? "
                "Without one: install --offline FOLDER, made by `setup_pi.sh bundle`",
            ) from error
        # first: a cut must not leave the mark beside files that are still empty
        on_the_card(self.folder)
        (self.folder / WHOLE).touch()
        on_the_card(self.folder)

    def _fill(self) -> None:
        python = str(self.folder / "bin/python")
        ran(SYSTEM_PYTHON, "-m", "venv", "--system-site-packages", str(self.folder))
        where = ("--no-index", "--find-links", str(self._wheels)) if self._wheels else ()
        quiet = ("--quiet", "--no-input", "--no-compile", "--disable-pip-version-check")
        pip = (python, "-m", "pip", "install", *quiet, "--retries", "5", *where)
        ran(*pip, "--only-binary", ":all:", "--require-hashes", "--requirement", str(LOCK))
        copy_shipped(SOURCE, self.folder / "source")  # its own set-up, for the next update
        copy = self.folder / "build"  # a build writes beside what it builds
        copy_shipped(SOURCE, copy)
        ran(*pip, "--no-build-isolation", "--no-deps", str(copy))
        shutil.rmtree(copy)
        self._compile(python)

    def _compile(self, python: str) -> None:
        """Once here, and never again on a box: its services may not write where code lies.

        Debian's library too, which comes compiled with docstrings only: 4 MB less a service.
        """
        paths = ran(python, "-c", "import sys; print(*(p for p in sys.path if p), sep='\\n')")
        folders = [path for path in paths.splitlines() if Path(path).is_dir()]
        env = PLAIN | {
            "PYTHONOPTIMIZE": "2",
            "PYTHONNODEBUGRANGES": "1",  # no columns for carets: half a megabyte a service
            "PYTHONPYCACHEPREFIX": str(self.folder / "bytecode"),
        }
        left_out = r"/(tests?|testing|idlelib|lib2to3|turtledemo|ensurepip|bytecode)/"
        subprocess.run(
            [python, "-m", "compileall", "-q", "-q", "-j", "0", "-x", left_out, *folders],
            env=env,
            stdout=subprocess.DEVNULL,
            check=False,  # a library may carry a file that no Python reads; nothing imports it
        )


class Built:
    """The release's venv, beside the one that runs."""

    def __init__(self, release: Release, runs: Path = VENV) -> None:
        self._release, self._runs = release, runs

    def changes(self) -> list[str]:
        if self._release.is_whole():
            return []
        lost = lost_python(self._runs)
        lines = [f"what runs was made for Python {lost}, which is no longer here"] if lost else []
        return [*lines, f"{self._release.folder}: a venv with this release"]

    def apply(self) -> None:
        self._release.build()


class Switched:
    """The link that says which release runs."""

    def __init__(self, release: Release, first: Callable[[], None]) -> None:
        self._release, self._first = release, first

    def changes(self) -> list[str]:
        there = running() == self._release.folder
        return [] if there else [f"{VENV} leads to release {self._release.name}"]

    def apply(self) -> None:
        self._first()
        switch_to(self._release.folder)


def running() -> Path | None:
    """The folder of the release that runs."""
    return VENV.parent / VENV.readlink() if VENV.is_symlink() else None


def lost_python(venv: Path, here: str = "{}.{}".format(*sys.version_info[:2])) -> str:
    """The Python of *venv*, where Debian's is another one now; empty where all is as it was.

    Debian 13 brings 3.13 in place of 3.11; what was installed for that is not seen any more.
    """
    try:
        said = re.search(r"(?m)^version = (\d+\.\d+)", (venv / "pyvenv.cfg").read_text("utf-8"))
    except FileNotFoundError:
        return ""
    return said[1] if said and said[1] != here else ""


def switch_to(folder: Path) -> None:
    """From the next start of a service on, *folder* runs; what ran until now is remembered."""
    if (before := running()) and before != folder:
        _link(PREVIOUS, before)
    if __debug__:
        passing("setup-previous-linked")
    _link(VENV, folder)


def go_back_to(folder: Path) -> None:
    """*folder* runs again; what did not run is nothing to go back to."""
    _link(VENV, folder)


def _link(place: Path, folder: Path) -> None:
    fresh = place.with_name(f".{place.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder.relative_to(place.parent))
    fresh.rename(place)


def is_whole(folder: Path) -> bool:
    """Whether the release in *folder* was built to the end."""
    return (folder / WHOLE).exists()


def releases() -> list[Path]:
    """Their folders, whole or not."""
    return sorted(RELEASES.iterdir()) if RELEASES.is_dir() else []


def forget_old() -> None:
    """Room on the card: releases that nobody goes back to are removed."""
    keep = {link.parent / link.readlink() for link in (VENV, PREVIOUS) if link.is_symlink()}
    for folder in releases():
        if folder not in keep:
            shutil.rmtree(folder)
    if SOURCE != COMING:
        shutil.rmtree(COMING, ignore_errors=True)


def version_of_release(folder: Path) -> str:
    """The version in the name of a release's folder."""
    return folder.name.rpartition("-")[0]


def is_older(ours: str, theirs: str) -> bool:
    """Whether version *ours* came before *theirs*; what is no version is never too old.

    >>> is_older("0.9.1", "0.10.0"), is_older("0.1.0", "0.1.0"), is_older("0.1.0", "soon")
    (True, False, False)
    """
    try:
        parts = [[int(part) for part in text.split(".")] for text in (ours, theirs)]
    except ValueError:
        return False
    return parts[0] < parts[1]


def version_of(source: Path) -> str:
    """The version that stands in the code of *source*."""
    found = re.search(r'__version__ = "([^"]+)"', (source / "appliance/__init__.py").read_text())
    return found[1] if found else "0"


def _digest() -> str:
    """Of everything that a release is made of."""
    made_of = hashlib.sha256(sys.version.encode())
    for path in sorted(shipped(SOURCE)):
        made_of.update(f"{path.relative_to(SOURCE)}\0".encode() + path.read_bytes())
    return made_of.hexdigest()[:12]
