"""Plain papers lie in memory: the installer leaves no swap that ends on the card."""

from __future__ import annotations

import configparser
import json
import os
from pathlib import Path

import pytest

from appliance.setup import steps
from appliance.setup.debian import put_back
from appliance.setup.placed import TREE
from appliance.setup.swap import swap_on_disk, swap_units

HEAD = "Filename\tType\tSize\tUsed\tPriority\n"


def found(tmp_path: Path, swaps: str, written_back_to: str = "none") -> list[str]:
    (tmp_path / "swaps").write_text(HEAD + swaps)
    (tmp_path / "zram0").mkdir()
    (tmp_path / "zram0/backing_dev").write_text(f"{written_back_to}\n")
    return swap_on_disk(tmp_path / "swaps", tmp_path)


def test_a_swap_file_is_switched_off_and_compressed_memory_stays(tmp_path: Path) -> None:
    swaps = "/var/swap file 102396 0 -2\n/dev/zram0 partition 218108 0 100\n"
    assert found(tmp_path, swaps) == ["/var/swap"]


def test_compressed_memory_that_writes_back_to_the_card_is_switched_off_too(tmp_path: Path) -> None:
    swaps = "/dev/zram0 partition 218108 0 100\n"
    assert found(tmp_path, swaps, "/dev/loop0") == ["/dev/zram0"]


def test_a_machine_without_swap_needs_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, "") == []


# as systemctl 252 lists them: a line of fstab, a file of a package, zram, one masked already
TOLD = """\
dev-disk-by\\x2duuid-4f1c.swap loaded active active /dev/disk/by-uuid/4f1c
var-swap.swap                  loaded active active /var/swap
dev-zram0.swap                 loaded active active Compressed Swap on /dev/zram0
dev-sda3.swap                  masked active active dev-sda3.swap
"""


def test_whatever_would_bring_swap_back_with_the_next_start_is_masked_and_zram_is_not() -> None:
    assert swap_units(TOLD) == [r"dev-disk-by\x2duuid-4f1c.swap", "var-swap.swap"]
    assert swap_units("") == []


def test_uninstall_unmasks_the_swap_and_enables_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemctl = tmp_path / "systemctl"
    answers = "case $1 in is-enabled) echo disabled; exit 1;; esac"
    systemctl.write_text(f'#!/bin/sh\necho "$*" >>{tmp_path}/said\n{answers}\n')
    systemctl.chmod(0o755)
    monkeypatch.setitem(steps.PLAIN, "PATH", f"{tmp_path}:{steps.PLAIN['PATH']}")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / "undo.json").write_text(json.dumps(["nginx.service", "var-swap.swap"]))
    put_back(tmp_path / "undo.json")
    assert (tmp_path / "said").read_text().splitlines() == [
        "is-enabled nginx.service",
        "enable --quiet nginx.service",
        "unmask --quiet var-swap.swap",
    ]


def test_raspberry_pi_os_is_told_to_swap_to_compressed_memory_alone() -> None:
    told = configparser.ConfigParser()
    told.read(TREE / "etc/rpi/swap.conf.d/50-tramhoso.conf")
    assert {name: dict(told[name]) for name in told.sections()} == {"Main": {"mechanism": "zram"}}
