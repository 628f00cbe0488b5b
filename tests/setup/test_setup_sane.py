"""The box's own SANE folder: every driver a point may need, and no call into the network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from appliance.devices.sane_scanner import list_devices
from appliance.pretend.sample_pages import write_sample_pages
from appliance.pretend.scanner import VirtualScanner
from appliance.setup.sane import DRIVERS, FOLDER, sane_files

ROOT = Path(__file__).parents[2]
LIST = "import os, sane; sane.init(); print(sane.get_devices(False), flush=True); os._exit(0)"
NOT_USB = {"escl", "kodak"}  # airscan speaks eSCL better; kodak's are on SCSI


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As install lays it down, elsewhere."""
    for file in sane_files():
        (tmp_path / file.place.relative_to(FOLDER)).write_bytes(file.content)
    return tmp_path


def test_every_family_of_usb_scanners_that_we_know_has_its_driver_there():
    models = tomllib.loads((ROOT / "tests/scanner/models.toml").read_text())["model"]
    families = {model["device"].partition(":")[0] for model in models}
    assert families - NOT_USB <= set(DRIVERS)
    assert not {"test", "net", "escl", "v4l", "pnm"} & set(DRIVERS)


@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here")
def test_a_look_for_scanners_calls_nobody_in_the_network(folder):
    words = ["strace", "-f", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "/usr/bin/python3"]
    said = subprocess.run(
        [*words, "-c", LIST],
        env=os.environ | {"SANE_CONFIG_DIR": str(folder)},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert said.stdout.strip() == "[]"
    called = re.findall(r"^.*sa_family=AF_INET6?\b.*$", said.stderr, re.MULTILINE)
    assert called == []


def test_what_a_driver_needs_to_know_its_usb_scanners_came_along(folder):
    for name in ("fujitsu", "genesys", "epson2", "plustek"):
        assert re.search(r"^\W*usb\b", (folder / f"{name}.conf").read_text(), re.MULTILINE), name


def test_lines_that_look_elsewhere_did_not(folder):
    theirs = folder / "theirs"
    theirs.mkdir()
    text = "# comment\nusb 0x04c5 0x1041\n net autodiscovery\nscsi FUJITSU\n/dev/scanner\n"
    (theirs / "fujitsu.conf").write_text(text)
    ours = {file.place.name: file.content.decode() for file in sane_files(theirs)}
    assert ours["fujitsu.conf"].splitlines()[1:] == ["usb 0x04c5 0x1041"]
    assert sorted(ours) == ["airscan.conf", "dll.conf", "fujitsu.conf"]


def test_a_scanner_named_there_is_found_through_it(folder, tmp_path_factory):
    papers = tmp_path_factory.mktemp("papers")
    write_sample_pages(papers, count=1)
    with VirtualScanner(papers) as scanner:
        there = f'[devices]\n"{scanner.name}" = {scanner.url}, eSCL\n'
        (folder / "airscan.conf").write_text(f"{there}[options]\ndiscovery = disable\n")
        (found,) = list_devices(folder)
    assert found.name.startswith("airscan:")
