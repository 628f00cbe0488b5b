"""What counts as wrong on an emulated Pi; the campaign itself runs by its command."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.boot.emulator import bits
from tests.campaigns.emulated_pi import CHIP, REFUSED, wrong_with

UP = {"is": "active", "restarts": 0, "started_at_s": 90, "cpu_s": 12.5}
WELL: dict[str, list[dict[str, Any]]] = {
    "board": [{"chip": CHIP, "gpiozero": "3B"}],
    "services": [{"failed": "", "station": UP, "web": UP}],
    "page": [{"status": 200}],
    "doors": [{"/dev/gpiochip0": "open", "/dev/kmsg": REFUSED}],
    "lines": [{"4": "lg", "5": "lg", "6": "lg", "7": "lg"}],
    "doctor": [
        {"when": "station runs", "codes": ["panel-held"]},
        {"when": "released", "codes": ["panel-well"]},
        {"when": "held", "codes": ["button-stuck"]},
    ],
    "level": [{"button": 0, "seen": True}, {"button": 1, "seen": True}],
    "lamp": [{"ready_seen": True}],
}


def test_a_board_on_which_everything_is_as_it_must_be_is_told_so():
    assert wrong_with(copy.deepcopy(WELL)) == []


@pytest.mark.parametrize(
    ("about", "told", "said"),
    [
        ("board", {"chip": "gpio-mockup", "gpiozero": "3B"}, "another board"),
        ("page", {"status": 502}, "the page"),
        ("services", {"failed": "", "station": UP | {"restarts": 1}, "web": UP}, "services"),
        ("services", {"failed": "tramhoso-firewall", "station": UP, "web": UP}, "firewall"),
        ("doors", {"/dev/gpiochip0": "open", "/dev/mmcblk0": "open"}, "doors"),
        ("doors", {"/dev/gpiochip0": REFUSED, "/dev/kmsg": REFUSED}, "doors"),
        ("lines", {"4": "lg", "5": ""}, "nobody holds"),
        ("doctor", {"when": "station runs", "codes": ["panel-failed"]}, "panel-held"),
        ("level", {"button": 0, "seen": False}, "level"),
        ("lamp", {"ready_seen": False}, "never said ready"),
    ],
)
def test_whatever_is_not_as_it_must_be_is_named(about, told, said):
    facts = copy.deepcopy(WELL) | {about: [told]}
    assert any(said in line for line in wrong_with(facts))


def test_a_board_that_fell_silent_or_broke_off_is_no_good_board():
    facts = copy.deepcopy(WELL)
    del facts["doctor"]
    facts["broken"] = [{"error": "the_doctor: JSONDecodeError"}]
    broken, silent = wrong_with(facts)
    assert "the_doctor" in broken
    assert "doctor" in silent


def test_the_lamp_is_read_from_the_register_of_levels():
    assert bits("OK 0x00000000000000e0\n") == (1, 1, 1)
    assert bits("OK 0x0000000000000050\n") == (0, 1, 0)
