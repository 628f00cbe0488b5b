"""This machine's own Debian, over which a test may install a box: what is written goes with it.

An overlay in memory, seen by the programs of one test only, without a network and without a systemd
that runs: units are switched on and not started. A release's venv is this machine's, lent. One such
root may lie over another, which then stays as it is: what took seconds to make is made once.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

from appliance.setup.shipped import copy_shipped
from tests.setup.trees import Tree, what_changed

PROJECT = Path(__file__).parents[2]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MADE = """
mount -t tmpfs tmpfs "$1" && cd "$1" && mkdir upper work merged
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" merged
mount -t proc proc merged/proc && mount --rbind /dev merged/dev && mount -t tmpfs tmpfs merged/run
mount -t tmpfs tmpfs merged/var/lib/apt/lists
shift 2; for folder; do mkdir -p "merged$folder"; mount --bind "$folder" "merged$folder"; done
printf 'Filename Type Size Used Priority\\n' >swaps && mount --bind swaps merged/proc/swaps
echo ready; exec sleep infinity
"""
RELEASE_NAME = "from appliance.setup.release import Release; print(Release(None).name)"
Said = subprocess.CompletedProcess[str]


def cannot_be_made() -> str:
    """Why this machine lends no such root; empty when it does."""
    if os.geteuid() != 0:
        return "install is root's"
    words = ["unshare", "--mount", "--net", "--pid", "--fork", "true"]
    return "" if subprocess.run(words, check=False).returncode == 0 else "no namespaces here"


class ThrownAway:
    """*shown* are folders of this machine that are seen inside at the same place."""

    def __init__(self, folder: Path, *shown: Path, over: ThrownAway | None = None) -> None:
        folder.mkdir(parents=True)
        self._folder, self._over = folder, over
        lower = [*over.layers, "/"] if over else ["/"]
        self.layers = [f"{folder}/upper", *lower[:-1]]
        places = [str(place) for place in (PROJECT, Path(sys.prefix).resolve(), *shown)]
        within = ["nsenter", "-t", str(over.holder), "-m", "--"] if over else []
        self._running = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *within,
             "unshare", "--mount", "--propagation", "private", "--net", "--",
             "bash", "-euc", MADE, "bash", str(folder), ":".join(lower), *places],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._running.stdout is not None
        assert self._running.stdout.readline() == "ready\n"
        if over is None:
            self._pretend_packages()

    @property
    def holder(self) -> int:
        """The process whose mounts these are."""
        return self._running.pid

    def close(self) -> None:
        """All of it is gone."""
        self._running.kill()
        self._running.wait()
        if self._running.stdout:
            self._running.stdout.close()

    def run(self, *words: str, **environment: str) -> Said:
        """A program inside, as root."""
        return subprocess.run(
            self._inside(words, environment),
            capture_output=True, text=True, check=False, timeout=110, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def cut(self, after: int | str, delay_s: float, *words: str) -> tuple[int, list[str]]:
        """As *run*, killed with all its children *delay_s* after its line *after* was said.

        A number, or words of the line. Returns the exit code, which tells whether it died of that,
        and the lines. The pipe holds one line: whoever is told late, on a busy machine, finds the
        program waiting to say the next.
        """
        lines: list[str] = []
        said, heard = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        fcntl.fcntl(heard, fcntl.F_SETPIPE_SZ, 4096)
        with subprocess.Popen(
            self._inside(words, {}), stdin=subprocess.DEVNULL, stdout=heard, stderr=heard,
            start_new_session=True,
        ) as running:  # fmt: skip
            os.close(heard)
            while packet := os.read(said, 4096):
                lines.append(packet.decode().strip())
                if len(lines) == after or (isinstance(after, str) and after in lines[-1]):
                    time.sleep(delay_s)
                    os.killpg(running.pid, signal.SIGKILL)
                    break
            os.close(said)
        return running.returncode, lines

    def shell(self, script: str) -> str:
        """What a line of bash prints."""
        done = self.run("bash", "-euc", script)
        assert done.returncode == 0, f"{script}: {done.stderr}"
        return done.stdout

    def tree(self) -> Tree:
        """What differs here from the machine, or the root, over which it lies; no times."""
        here = Path(f"/proc/{self.holder}/root{self._folder}")
        was = Path("/")
        if self._over:
            was = Path(f"/proc/{self._over.holder}/root{self._over._folder}/merged")
        return what_changed(here / "upper", here / "merged", was)

    def lacks(self, *packages: str) -> None:
        """They count as not installed, whatever this machine has."""
        names = "|".join(packages)
        status = "/var/lib/dpkg/status"
        kept = f'awk \'BEGIN {{ RS=""; ORS="\\n\\n" }} !/^Package: ({names})\\n/\' {status}'
        self.shell(f"{kept} >/tmp/status && cp /tmp/status {status}")

    def lend_release(self, source: Path, name: str = "") -> str:
        """The release of *source*, built as far as the set-up can tell; returns its name."""
        name = name or self._name_of(source)
        folder = f"/opt/tramhoso/releases/{name}"
        self.shell(
            f"mkdir -p {folder}/bin {folder}/source && touch {folder}/whole\n"
            f"cat >{folder}/bin/python <<'END'\n"
            f"#!/bin/sh\nexport PYTHONPATH={source}\n"
            f"export PYTHONPYCACHEPREFIX={self._folder.parent}/bytecode\n"
            f'exec {sys.executable} "$@"\nEND\n'
            f"chmod 755 {folder}/bin/python"
        )
        return name

    def _name_of(self, source: Path) -> str:
        words = ("/usr/bin/python3", "-P", "-c", RELEASE_NAME)
        named = self.run(*words, PYTHONPATH=str(source), PYTHONDONTWRITEBYTECODE="1")
        assert named.stdout, named.stderr
        return named.stdout.strip()

    def _inside(self, words: tuple[str, ...], environment: dict[str, str]) -> list[str]:
        spoken = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8"} | environment
        return ["nsenter", "-t", str(self.holder), "-m", "-n", "chroot", f"{self._folder}/merged",
                "env", "-i", "-C", "/", *(f"{key}={value}" for key, value in spoken.items()),
                *words]  # fmt: skip

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
        unit = "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n"
        there = "/usr/lib/systemd/system/nginx.service"  # Debian's runs from the first day
        self.shell(f"printf {shlex.quote(unit)} >{there} && systemctl enable --quiet nginx")


def a_source(place: Path, version: str) -> Path:
    """What a release carries, with another version in it."""
    copy_shipped(PROJECT, place)
    there = place / "appliance/__init__.py"
    text = there.read_text("utf-8").splitlines()
    lines = [f'__version__ = "{version}"' if "__version__ = " in line else line for line in text]
    there.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place
