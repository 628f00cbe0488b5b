"""The virtual scanner's doors: orders over HTTP, the log, and Debian's own scanimage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from PIL import Image

from appliance.pretend.scanner import VirtualScanner
from tests.scanner.conftest import until


def door(virtual: VirtualScanner, order: object) -> requests.Response:
    address = virtual.url.replace("/eSCL/", "/_control")
    return requests.post(address, json=order, timeout=10)


def answers(virtual: VirtualScanner) -> bool:
    try:
        return requests.get(f"{virtual.url}ScannerStatus", timeout=10).ok
    except requests.ConnectionError:
        return False


def scanimage(
    virtual: VirtualScanner, folder: Path, *more: str
) -> subprocess.CompletedProcess[str]:
    config = virtual.sane_config(folder / "sane.d")
    command = ["scanimage", "-d", "airscan:e0:TramHoSo", "--format=png", *more]
    env = dict(os.environ, SANE_CONFIG_DIR=str(config))
    return subprocess.run(
        command, env=env, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_debians_scanimage_reads_the_whole_tray(virtual: VirtualScanner, tmp_path: Path) -> None:
    done = scanimage(virtual, tmp_path, "--source", "ADF", "--resolution", "75", "--batch=%d.png")
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("*.png"))) == 5


def test_orders_come_in_over_http(
    virtual: VirtualScanner, tmp_path: Path, papers: list[Path]
) -> None:
    assert door(virtual, {"load": [papers[0].name], "pace_s": 0.1}).json()["tray"] == 1
    assert door(virtual, {"load": [[papers[0].name, None]], "glass": papers[1].name}).ok
    assert door(virtual, {"fault": "jam", "at_page": 1}).ok
    jammed = scanimage(virtual, tmp_path, "--source", "ADF", "--batch=%d.png")
    assert jammed.returncode == 6  # SANE_STATUS_JAMMED
    assert door(virtual, {"fault": None, "load": "all"}).json()["tray"] == 5


def test_a_vanished_scanner_comes_back_by_itself(virtual: VirtualScanner) -> None:
    door(virtual, {"fault": "vanish", "at_page": 0, "seconds": 0.3})
    assert not answers(virtual)
    assert door(virtual, {}).ok, "the control door stays"
    until(lambda: answers(virtual))


@pytest.mark.parametrize(
    "order", [{"nonsense": 1}, {"fault": "fire"}, {"load": ["no-such.jpg"]}, {"pace_s": "slow"}, 7]
)
def test_an_order_that_makes_no_sense_is_refused(virtual: VirtualScanner, order: object) -> None:
    assert door(virtual, order).status_code == 400


def test_the_log_tells_what_was_asked(virtual: VirtualScanner, tmp_path: Path) -> None:
    scanimage(virtual, tmp_path, "-o", "one.png", "--resolution", "75")
    log = requests.get(virtual.url.replace("/eSCL/", "/_log"), timeout=10).json()
    assert any("POST /eSCL/ScanJobs" in line for line in log)


def test_a_page_without_dpi_is_taken_as_a4(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    Image.linear_gradient("L").resize((413, 584)).save(pages / "a4-at-50-dpi.pgm")
    with VirtualScanner(pages) as virtual:
        done = scanimage(virtual, tmp_path, "--resolution", "100", "-x", "210", "-o", "o.png")
        assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "o.png") as scan:
        column = scan.convert("L").resize((1, scan.height), Image.Resampling.BOX).tobytes()
    assert column[20] < 20
    assert column[-20] > 230


def test_it_runs_as_a_program_and_says_where_it_is(papers: list[Path]) -> None:
    command = [sys.executable, "-m", "appliance.pretend.scanner", "--pages", str(papers[0].parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            told = json.loads(program.stdout.readline())
            assert requests.get(f"{told['url']}ScannerCapabilities", timeout=10).ok
            assert told["device"].startswith("airscan:escl:")
        finally:
            program.kill()
