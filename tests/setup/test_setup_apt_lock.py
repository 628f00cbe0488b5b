"""A first start installs packages by itself: the set-up waits, says for whom, and gives up."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.setup import apt_lock

HOLD = "import fcntl,sys; f=open(sys.argv[1],'w'); fcntl.lockf(f, fcntl.LOCK_EX); print(flush=True)"


@contextmanager
def held(place: Path, more: str = "sys.stdin.read()") -> Iterator[subprocess.Popen[str]]:
    """By a process of its own, as apt's is."""
    command = [sys.executable, "-c", f"{HOLD}; {more}", str(place)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        yield holder
        holder.kill()


def test_nobody_is_waited_for_where_nothing_is_installed(tmp_path: Path) -> None:
    free = tmp_path / "free"
    free.touch()
    assert apt_lock.holder((tmp_path / "not there", free)) is None
    assert apt_lock.wait(60, (free,)) is None


def test_who_installs_is_named(tmp_path: Path) -> None:
    with held(tmp_path / "lock") as holder:
        named = apt_lock.holder((tmp_path / "lock",))
    name = Path(os.path.realpath(sys.executable)).name[:15]  # as the kernel shortens it
    assert named in {f"{name} ({holder.pid})", f"{Path(sys.executable).name} ({holder.pid})"}


def test_it_waits_until_the_other_one_has_ended(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apt_lock, "LOOK_S", 0.02)
    with held(tmp_path / "lock", "import time; time.sleep(0.3)"):
        assert apt_lock.wait(60, (tmp_path / "lock",)) is None
    assert capfd.readouterr().err.count("installs packages: waiting, 1 minutes at most") == 1


def test_who_never_ends_is_told_in_one_line_and_nothing_is_changed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with held(tmp_path / "lock"):
        assert apt_lock.main(["0"], (tmp_path / "lock",)) == 69
    told = capfd.readouterr().err.splitlines()
    assert len(told) == 1
    assert "still installs packages, nothing was changed" in told[0]


def test_our_own_look_takes_no_lock(tmp_path: Path) -> None:
    place = tmp_path / "lock"
    place.touch()
    apt_lock.holder((place,))
    with place.open("w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # would raise
