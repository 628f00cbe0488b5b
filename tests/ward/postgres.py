"""Debian's PostgreSQL in a temporary folder, as an unprivileged user, on a Unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


def postgres_bin() -> Path | None:
    """The newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


def unprivileged() -> dict[str, int]:
    """PostgreSQL refuses to run as root; the package's user, or nobody, may."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid}
    raise LookupError("no unprivileged user")


@contextmanager
def running_postgres(binaries: Path, folder: Path) -> Iterator[str]:
    """Yield a URL prefix to which ``/NAME?host=…`` belongs; see ``database_url``."""
    who = unprivileged()
    folder.mkdir(mode=0o755)
    if who:
        os.chown(folder, who["user"], who["group"])
    data = folder / "data"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

    def pg(program: str, *words: str, timeout_s: float) -> None:
        # No pipes: the server would inherit them and keep them open for ever.
        with (folder.parent / "out").open("ab") as out:
            subprocess.run(
                [binaries / program, "-D", data, *words],
                cwd=folder,
                env=environment,
                stdout=out,
                stderr=out,
                timeout=timeout_s,
                check=True,
                **who,
            )

    pg("initdb", "-U", "ward", "-A", "trust", "-E", "UTF8", "-N", timeout_s=110)
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=60"
    pg("pg_ctl", "-w", "-t", "60", "-l", f"{folder}/log", "-o", options, "start", timeout_s=90)
    try:
        yield str(folder)
    finally:
        pg("pg_ctl", "-w", "-m", "immediate", "stop", timeout_s=60)
        shutil.rmtree(data, ignore_errors=True)


def database_url(folder: str, name: str) -> str:
    """The URL an operator would write."""
    return f"postgresql://ward@/{name}?host={quote(folder, safe='')}"
