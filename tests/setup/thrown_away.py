"""This machine's own Debian, over which a test may install a box: what is written goes with it.

An overlay in memory, seen by the programs of one test only, without a network and without a systemd
that runs: units are switched on and not started. A release's venv is this machine's, lent.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from appliance.setup.shipped import copy_shipped

PROJECT = Path(__file__).parents[2]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MADE = """
mount -t tmpfs tmpfs "$1" && cd "$1" && mkdir upper work merged
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" merged
mount -t proc proc merged/proc && mount --rbind /dev merged/dev && mount -t tmpfs tmpfs merged/run
shift; for folder; do mkdir -p "merged$folder"; mount --bind "$folder" "merged$folder"; done
printf 'Filename Type Size Used Priority\\n' >swaps && mount --bind swaps merged/proc/swaps
echo ready; exec sleep 900
"""
RELEASE_NAME = "from appliance.setup.release import Release; print(Release(None).name)"


def cannot_be_made() -> str:
    """Why this machine lends no such root; empty when it does."""
    if os.geteuid() != 0:
        return "install is root's"
    words = ["unshare", "--mount", "--net", "--pid", "--fork", "true"]
    return "" if subprocess.run(words, check=False).returncode == 0 else "no namespaces here"


class ThrownAway:
    """*shown* are folders of this machine that are seen inside at the same place."""

    def __init__(self, folder: Path, *shown: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        places = [str(place) for place in (PROJECT, Path(sys.prefix).resolve(), *shown)]
        self._holder = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "--net", "--",
             "bash", "-euc", MADE, "bash", str(folder), *places],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == "ready\n"
        self._pretend_packages()

    def close(self) -> None:
        """All of it is gone."""
        self._holder.kill()
        self._holder.wait()
        if self._holder.stdout:
            self._holder.stdout.close()

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A program inside, as root."""
        spoken = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8"} | environment
        merged = f"{self._folder}/merged"
        inside = ["nsenter", "-t", str(self._holder.pid), "-m", "-n", "chroot", merged]
        return subprocess.run(
            [*inside, "env", "-i", "-C", "/", *(f"{k}={v}" for k, v in spoken.items()), *words],
            capture_output=True, text=True, check=False, timeout=110, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def shell(self, script: str) -> str:
        """What a line of bash prints."""
        done = self.run("bash", "-euc", script)
        assert done.returncode == 0, f"{script}: {done.stderr}"
        return done.stdout

    def tree(self) -> str:
        """Every file that was written here, with owner, mode, size, digest; no times."""
        upper = f"/proc/{self._holder.pid}/root{self._folder}/upper"
        script = (
            r"find . -path ./tmp -prune -o -path ./var/tmp -prune -o -printf '%p %y %m %u %g %l\n'"
            r"; find . -path ./tmp -prune -o -path ./var/tmp -prune -o -type f -print0"
            r" | xargs -0 sha256sum"
        )
        said = subprocess.run(
            ["bash", "-c", f"cd {shlex.quote(upper)} && {{ {script}; }} | LC_ALL=C sort"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return said.stdout

    def lend_release(self, source: Path, name: str = "") -> str:
        """The release of *source*, built as far as the set-up can tell; returns its name."""
        name = name or self._name_of(source)
        folder = f"/opt/tramhoso/releases/{name}"
        self.shell(
            f"mkdir -p {folder}/bin {folder}/source && touch {folder}/whole\n"
            f"printf '#!/bin/sh\\nexec {sys.executable} \"$@\"\\n' >{folder}/bin/python\n"
            f"chmod 755 {folder}/bin/python"
        )
        return name

    def _name_of(self, source: Path) -> str:
        words = ("/usr/bin/python3", "-P", "-c", RELEASE_NAME)
        named = self.run(*words, PYTHONPATH=str(source), PYTHONDONTWRITEBYTECODE="1")
        assert named.stdout, named.stderr
        return named.stdout.strip()

    def _pretend_packages(self) -> None:
        """Debian's packages of a box count as installed: none of them runs here."""
        lists = '"${RUN_PACKAGES[@]}" "${BOX_PACKAGES[@]}"'
        absent = self.shell(f"source {PROJECT}/setup_pi.sh; missing {lists}").split()
        stanzas = "".join(
            f"Package: {name}\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n"
            "Maintainer: nobody\nDescription: of a test\n\n"
            for name in absent
        )
        self.shell(f"printf %s {shlex.quote(stanzas)} >>/var/lib/dpkg/status")


def a_source(place: Path, version: str) -> Path:
    """What a release carries, with another version in it."""
    copy_shipped(PROJECT, place)
    there = place / "appliance/__init__.py"
    text = there.read_text("utf-8").splitlines()
    lines = [f'__version__ = "{version}"' if "__version__ = " in line else line for line in text]
    there.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place
