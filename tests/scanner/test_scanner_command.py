"""``tramhoso scan`` as a technician types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from appliance.pretend.scanner import VirtualScanner
from appliance.pretend.scanner_tray import Fault
from tests.scanner.conftest import until


def tramhoso(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "appliance.cli", "scan", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_explain_tells_what_the_settings_become_and_moves_no_paper(
    virtual: VirtualScanner,
) -> None:
    words = ["--explain", "--device", virtual.sane_device]
    told = tramhoso(*words, "--source", "duplex", "--mode", "gray")
    assert told.returncode == 0, told.stderr
    lines = [" ".join(line.split()) for line in told.stdout.splitlines()]
    assert "source ADF Duplex of Flatbed | ADF | ADF Duplex" in lines
    assert any(line.startswith("mode Gray of") for line in lines)
    assert not [line for line in virtual.jobs.log if "POST" in line]
    refused = tramhoso(*words, "--dpi", "240")
    assert refused.returncode == 1
    assert "scanner-refused-setting: " in refused.stderr
    assert tramhoso().returncode == 2  # neither a file nor a question


def test_where_no_scanner_is_one_line_says_so_with_an_exit_of_its_own(tmp_path: Path) -> None:
    for words in ([tmp_path / "out.pdf"], ["--explain"]):
        told = tramhoso(*words, "--device", "airscan:e9:Nobody")
        assert told.returncode == 5, told.stderr
        (line,) = told.stderr.splitlines()
        assert line.startswith("scanner-absent: ")
    assert not list(tmp_path.iterdir())


def test_a_tray_becomes_a_pdf_true_to_size(virtual: VirtualScanner, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    done = tramhoso(out, "--device", virtual.sane_device, "--dpi", "100", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [page["number"] for page in told["pages"]] == [1, 2, 3, 4, 5]
    assert told["bytes"] == out.stat().st_size
    assert told["error"] is None
    assert 0 < told["seconds"]["scan"] <= told["seconds"]["total"]
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == 5
        width, height = (float(edge) / 72 * 25.4 for edge in pdf.pages[0].mediabox[2:])
    assert abs(width - 210) < 0.5
    assert abs(height - 297) < 0.5


def test_pages_mode_and_source_are_obeyed(virtual: VirtualScanner, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    asked = ["--dpi", "75", "--mode", "gray", "--source", "feeder", "--pages", "2"]
    done = tramhoso(out, "--device", virtual.sane_device, *asked, "--json")
    pages = json.loads(done.stdout)["pages"]
    assert [(page["mode"], page["dpi"]) for page in pages] == [("gray", 75)] * 2


def test_a_jam_writes_the_pages_before_it_and_says_so(
    virtual: VirtualScanner, tmp_path: Path
) -> None:
    virtual.misbehave(Fault.JAM, at_page=3)
    out = tmp_path / "out.pdf"
    done = tramhoso(out, "--device", virtual.sane_device, "--dpi", "75")
    assert done.returncode == 3
    assert done.stderr.startswith("paper-jam: A sheet is stuck")
    assert len(done.stderr.splitlines()) == 1
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == 2


def test_nothing_scanned_leaves_the_old_file_alone(virtual: VirtualScanner, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    out.write_bytes(b"yesterday's")
    virtual.load_tray([])
    done = tramhoso(out, "--device", virtual.sane_device, "--source", "feeder")
    assert (done.returncode, out.read_bytes()) == (1, b"yesterday's")
    assert done.stderr.startswith("feeder-empty: ")
    assert sorted(path.name for path in tmp_path.glob("*.p*")) == ["out.pdf"]


def test_a_folder_that_is_not_there_is_told_before_any_paper_moves(
    virtual: VirtualScanner, tmp_path: Path
) -> None:
    out = tmp_path / "nowhere" / "out.pdf"
    done = tramhoso(out, "--device", virtual.sane_device, "--dpi", "75", "--pages", "1")
    assert done.returncode == 4
    assert f"there is no folder {out.parent}" in done.stderr
    assert len(virtual.tray.left()) == 5


def test_what_a_killed_run_left_goes_with_the_next_one(
    virtual: VirtualScanner, tmp_path: Path
) -> None:
    out, temp = tmp_path / "out.pdf", tmp_path / "temp"
    temp.mkdir()
    virtual.pace_s = 60.0
    command = [sys.executable, "-m", "appliance.cli", "scan", str(out)]
    command += ["--device", virtual.sane_device, "--dpi", "75"]
    env = dict(os.environ, TMPDIR=str(temp))
    with subprocess.Popen(command, env=env) as killed:
        until(lambda: bool(list(temp.glob("tramhoso-scan-*/*"))))
        killed.kill()
    left = tmp_path / f".out.pdf.{killed.pid}.part"
    left.write_bytes(b"%PDF-")
    mine = temp / f"tramhoso-scan-{os.getpid()}-x"  # of a run that goes on
    mine.mkdir()
    virtual.pace_s = 0.0
    done = subprocess.run([*command, "--pages", "1"], env=env, check=False, timeout=60)
    assert done.returncode == 0
    assert not left.exists()
    assert list(temp.glob("tramhoso-scan-*")) == [mine]


def test_a_run_that_is_told_to_end_leaves_nothing(virtual: VirtualScanner, tmp_path: Path) -> None:
    virtual.pace_s = 60.0
    command = [sys.executable, "-m", "appliance.cli", "scan", str(tmp_path / "out.pdf")]
    command += ["--device", virtual.sane_device, "--dpi", "75"]
    with subprocess.Popen(command, env=dict(os.environ, TMPDIR=str(tmp_path))) as told:
        until(lambda: bool(list(tmp_path.glob("tramhoso-scan-*/*"))))
        told.terminate()
        assert told.wait(20) == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [["--dpi", "50"], ["--mode", "lineart"], ["--pages", "0"]])
def test_settings_outside_our_range_are_usage_errors(tmp_path: Path, wrong: list[str]) -> None:
    assert tramhoso(tmp_path / "out.pdf", *wrong).returncode == 2
