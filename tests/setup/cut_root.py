"""An install in a root of its own that is killed on the way, and then asked for again.

Runs as ``unshare --mount python -m tests.setup.cut_root LINE DELAY_MS FOLDER``: what install writes
lies in memory over this machine's own folders and goes with the process. LINE is its number, or
words of it; empty: nothing is killed. Prints JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

SETUP = ("/usr/bin/python3", "-P", "-m", "appliance.setup")
OVER = ("/etc", "/opt", "/var/lib")  # everything of a box but /run lies there
OURS = ("/etc", "/opt/tramhoso", "/var/lib/tramhoso")
MADE_BY_CHANCE = {"ca.crt", "ca.key", "page.pem", "tramhoso.crt", "trust.html", ".updated"}


def lay_over(folder: Path) -> None:
    """From here on this process writes into memory."""
    _ran("mount", "--make-rprivate", "/")
    _ran("mount", "-t", "tmpfs", "tmpfs", str(folder))
    for number, place in enumerate(OVER):
        upper, work = folder / f"upper{number}", folder / f"work{number}"
        upper.mkdir()
        work.mkdir()
        words = f"lowerdir={place},upperdir={upper},workdir={work}"
        _ran("mount", "-t", "overlay", "overlay", "-o", words, place)


def lay_a_release() -> None:
    """A venv that knows this project, in place of the minute in which pip makes one."""
    said = "from appliance.setup.release import Release; print(Release(None).folder)"
    folder = Path(_ran("/usr/bin/python3", "-P", "-c", said).strip())
    _ran("/usr/bin/python3", "-m", "venv", "--without-pip", "--system-site-packages", str(folder))
    (site,) = folder.glob("lib/python3*/site-packages")
    libraries = sysconfig.get_paths()["purelib"]
    (site / "project.pth").write_text(f"{os.environ['PYTHONPATH']}\n{libraries}\n")
    (folder / "whole").touch()


def install(kill_at: str = "", delay_s: float = 0.0) -> tuple[int, list[str]]:
    """Ends with the exit code and what was said; killed with its children after that line."""
    words = [*SETUP, "install"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True) as run:
        assert run.stdout is not None
        lines: list[str] = []
        for line in run.stdout:
            lines.append(line.strip())
            if kill_at and (kill_at == str(len(lines)) or kill_at in line):
                time.sleep(delay_s)
                os.killpg(run.pid, signal.SIGKILL)
        return run.wait(), lines


def tree() -> dict[str, str]:
    """Each file below with what it is; keys differ from box to box and are named only."""
    found = {}
    for top in OURS:
        for path in sorted(Path(top).rglob("*")):
            name, about = str(path), path.lstat()
            if "/releases/" in name:
                continue
            what = f"{about.st_mode:o} {about.st_uid}:{about.st_gid}"
            if path.is_symlink():
                what += f" {path.readlink()}"
            elif path.is_file() and path.name not in MADE_BY_CHANCE:
                what += f" {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
            found[name] = what
    return found


def main() -> None:
    kill_at, delay_ms, folder = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])
    os.umask(0o022)
    lay_over(folder)
    lay_a_release()
    died, first = install(kill_at, delay_ms / 1000) if kill_at else (0, [])
    code, second = install()
    again, third = install()
    check = subprocess.run([*SETUP, "check"], capture_output=True, text=True, check=False)
    said = {
        "died": died, "code": code, "again": again, "third": third, "lines": len(second),
        "check": check.returncode, "told": check.stdout + check.stderr, "tree": tree(),
        "first": first,
    }  # fmt: skip
    sys.stdout.write(json.dumps(said))


def _ran(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main()
