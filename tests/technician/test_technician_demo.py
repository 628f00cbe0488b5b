"""`tramhoso demo` ended from outside leaves nothing: no process, no folder, no plain paper."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.technician.conftest import PATIENCE_S, PROGRAM


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (signal.SIGINT, "starting station"),
        (signal.SIGHUP, "starting station"),
        (signal.SIGTERM, "is on the desk"),
    ],
)
def test_a_demo_told_to_end_in_the_middle_leaves_nothing(
    tmp_path: Path, number: signal.Signals, moment: str
):
    (tmp_path / "made").mkdir()
    with (tmp_path / "said").open("w") as said:
        demo = subprocess.Popen(
            [str(PROGRAM), "demo", "--once"],
            env=os.environ | {"TMPDIR": str(tmp_path / "made"), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            start_new_session=True,
        )
    assert demo.stdout is not None
    try:
        heard = any(moment in line for line in demo.stdout)
        assert heard, (tmp_path / "said").read_text()
        runtime = told_runtime(tmp_path / "made")
        demo.send_signal(number)
        assert demo.wait(PATIENCE_S) == 128 + number
        assert list((tmp_path / "made").iterdir()) == []
        assert runtime is None or not runtime.exists()
        assert of_session(demo.pid) == {}
    finally:
        for pid in of_session(demo.pid):
            os.kill(pid, signal.SIGKILL)
        demo.stdout.close()


@pytest.mark.parametrize("option", ["--web-port", "--panel-port", "--ward-port"])
def test_a_port_that_is_taken_is_told_with_the_way_out(tmp_path: Path, option: str):
    ports = {"--web-port": "0", "--panel-port": "0", "--ward-port": "0"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports[option] = str(taken.getsockname()[1])
        done = subprocess.run(
            [str(PROGRAM), "demo", *(word for pair in ports.items() for word in pair)],
            env=os.environ | {"TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    assert done.returncode == 1
    assert f"127.0.0.1:{ports[option]}" in done.stderr
    assert "takes free ports" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def told_runtime(folder: Path) -> Path | None:
    """Where this demo keeps plain papers, once it wrote that down."""
    for config in folder.glob("*/config.toml"):
        found = re.search(r'^runtime = "(.+)"', config.read_text(), re.MULTILINE)
        return Path(found[1]) if found else None
    return None


def of_session(leader: int) -> dict[int, str]:
    """Living processes that the demo started, and the demo: their command lines by pid."""
    alive = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended between two looks
        if int(words[3]) == leader and words[0] != "Z":
            alive[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
    return alive
