"""A machine that boots: systemd-nspawn over a folder, with a network of its own."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import time
from pathlib import Path

BOOT_S = 60.0
RESTARTED = 133  # what systemd-nspawn --keep-unit ends with when the machine asked to restart
MEMORY, PLENTY_KB = Path("/dev/shm"), 8_000_000  # a life writes 1.3 GB
_COUNT = itertools.count()
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class DidNotBoot(AssertionError):
    """systemd did not come up; the text is the end of the console."""


def cannot_boot() -> str:
    """Why this machine boots no container; empty when it does."""
    if os.geteuid() != 0:
        return "only root boots a container"
    for tool in ("systemd-nspawn", "mmdebstrap", "nsenter"):
        if shutil.which(tool) is None:
            return f"there is no {tool}"
    allowed = ["unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "true"]
    return "" if subprocess.run(allowed, check=False).returncode == 0 else "no namespaces here"


class Machine:
    """*root* stays as it is: what the machine writes lies in *folder*, or in memory.

    Several run at the same time: each has a name and a control group of its own.
    """

    def __init__(self, root: Path, folder: Path, shown: dict[Path, str] | None = None) -> None:
        self._root, self._folder = root, folder
        self._shown = shown or {}  # folders of this machine, read-only inside
        self._running: subprocess.Popen[bytes] | None = None
        self._leader = 0
        self._name = f"box-{os.getpid()}-{next(_COUNT)}"
        self._group = _control_group(self._name)
        self._written = _room_to_write(folder, self._name)
        for place in (self._written / "upper", self._written / "work", folder / "merged"):
            place.mkdir(parents=True, exist_ok=True)

    def boot(self) -> float:
        """Switch it on; returns the seconds until systemd said that everything is started."""
        began = time.monotonic()
        lower, merged = str(self._root), str(self._folder / "merged")
        upper, work = str(self._written / "upper"), str(self._written / "work")
        nspawn = [
            "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network",
            f"--machine={self._name}",
            "--timezone=off",  # or /etc/localtime is a mount, and tzdata cannot replace it
            "--capability=all", "--drop-capability=CAP_SYS_TIME",  # the clock is everybody's
            "--system-call-filter=bpf",  # or device lists are not enforced
            "--boot", "--console=pipe", f"--directory={merged}",
            *(f"--bind-ro={here}:{there}" for here, there in self._shown.items()),
        ]  # fmt: skip
        mount = f"lowerdir={lower},upperdir={upper},workdir={work}"
        script = 'if [ -n "$1" ]; then echo $$ >"$1/cgroup.procs"; fi && '
        script += 'mount -t overlay overlay -o "$2" "$3" && shift 3 && exec "$@"'
        # the mount is seen by the machine alone and goes with it
        alone = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]
        if self._group is not None:
            self._group.mkdir(exist_ok=True)
        alone.append(str(self._group or ""))
        with (self._folder / "console.log").open("ab") as console:
            self._running = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", *alone, mount, merged, *nspawn],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env=os.environ | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            )
        self._leader = self._find_leader(began + BOOT_S)
        self.run("systemctl", "is-system-running", "--wait", check=False)
        return time.monotonic() - began

    def run(
        self, *words: str, check: bool = True, user: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program inside, as root or as *user*."""
        done = subprocess.run(
            self._inside_words(words, user, environment),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if check:
            said = f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            assert done.returncode == 0, f"{' '.join(words)} → {done.returncode}\n{said}"
        return done

    def start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        """Begin a program inside, as root, and do not wait for it."""
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            self._inside_words(words, "", environment), stdin=quiet, stdout=quiet, stderr=quiet
        )

    def _inside_words(
        self, words: tuple[str, ...], user: str, environment: dict[str, str]
    ) -> list[str]:
        if user:
            words = ("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *words)
        spoken = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8"} | environment
        return ["nsenter", "-t", str(self._leader), "-m", "-u", "-i", "-n", "-p", "-C", "--",
                "env", "-i", "-C", "/", *(f"{key}={value}" for key, value in spoken.items()),
                *words]  # fmt: skip

    def shell(self, script: str, check: bool = True) -> str:
        """What a line of bash prints."""
        return self.run("bash", "-c", script, check=check).stdout

    def write(self, place: str, text: str, mode: int = 0o644) -> None:
        """Put a file inside."""
        there = self.inside(place)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(text, encoding="utf-8")
        there.chmod(mode)

    def inside(self, place: str) -> Path:
        """A file of the running machine, seen from here."""
        return Path(f"/proc/{self._leader}/root") / place.lstrip("/")

    def cable(self, outside: str, end: str = "eth0") -> None:
        """A network card, eth0; its other end is *end* of this machine's network *outside*."""
        words = ["link", "add", end, "type", "veth", "peer", "name", "eth0", "netns"]
        subprocess.run(["ip", "-n", outside, *words, str(self._leader)], check=True)

    def restart(self) -> float:
        """As `reboot` does; returns the seconds of the boot."""
        self.run("systemctl", "reboot", "--no-block", check=False)
        assert self._ended() == RESTARTED
        return self.boot()

    def pull_the_plug(self) -> float:
        """Everything dies at once, then the power is back."""
        os.kill(self._leader, 9)
        self._ended()
        return self.boot()

    def off(self) -> None:
        """Shut down; whatever refuses is killed."""
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()
            self._ended()
        if self._written != self._folder:
            shutil.rmtree(self._written, ignore_errors=True)
        if self._group is not None and self._group.exists():
            inside_first = sorted(self._group.rglob("*/"), key=lambda at: -len(at.parts))
            for group in (*inside_first, self._group):
                with contextlib.suppress(OSError):  # somebody dies a moment later
                    group.rmdir()

    def console(self) -> str:
        """What it printed while it booted."""
        return (self._folder / "console.log").read_text(errors="replace")

    def _ended(self) -> int:
        assert self._running is not None
        try:
            return self._running.wait(60)
        except subprocess.TimeoutExpired:
            self._running.kill()
            return self._running.wait()

    def _find_leader(self, deadline: float) -> int:
        assert self._running is not None
        children = Path(f"/proc/{self._running.pid}/task/{self._running.pid}/children")
        while time.monotonic() < deadline and self._running.poll() is None:
            for pid in map(int, children.read_text().split()):
                if Path(f"/proc/{pid}/root/run/systemd/private").exists():
                    return pid
            time.sleep(0.05)
        raise DidNotBoot(f"it did not boot: {self.console()[-2000:]}")


def _room_to_write(folder: Path, name: str) -> Path:
    """In memory where there is plenty: to remove a release from a disk takes half a minute."""
    facts = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    plenty = int(facts["MemAvailable"].split()[0]) >= PLENTY_KB
    for left in MEMORY.glob("tramhoso-box-*"):  # by a run that was killed
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    if MEMORY.is_dir() and plenty and shutil.disk_usage(MEMORY).free >= PLENTY_KB * 512:
        return MEMORY / f"tramhoso-{name}"
    return folder


def _control_group(name: str) -> Path | None:
    """Where systemd-nspawn may keep one machine's groups; None: where this process has its own.

    Two machines in one group would be one tree of units: whoever stops a service in the first
    kills its namesake in the second.
    """
    mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    unified = [words[4] for words in mounts if words[words.index("-") + 1] == "cgroup2"]
    groups = Path("/proc/self/cgroup").read_text().splitlines()
    mine = [line.removeprefix("0::/") for line in groups if line.startswith("0::/")]
    if not unified or not mine:
        return None
    here = Path(unified[0]) / mine[0]
    return here / name if os.access(here, os.W_OK) else None
