"""What only a panel with pins can get wrong."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.config import PanelSection
from appliance.core.errors import PanelAbsent
from appliance.core.ports import Signal
from appliance.devices.panel import GpioPanel


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory(pin_class=MockPWMPin)
    yield factory
    factory.reset()


def gpio(pins: MockFactory, **keys: object) -> GpioPanel:
    return GpioPanel(PanelSection.model_validate({"kind": "gpio"} | keys), pins)


def test_a_bouncing_button_is_one_press(pins):
    moments: list[float] = []
    panel = gpio(pins, debounce_s=0.2)
    panel.listen(moments.append)
    button = pins.pin(17)
    for _ in range(5):
        button.drive_low()
        button.drive_high()
    panel.close()
    assert len(moments) == 1


def test_a_button_held_down_while_starting_is_no_press(pins):
    moments: list[float] = []
    pins.pin(17).drive_low()
    panel = gpio(pins)
    panel.listen(moments.append)
    pins.pin(17).drive_high()
    panel.close()
    assert moments == []


def test_a_plain_lamp_speaks_by_rhythm_on_its_one_pin(pins, wait_for):
    panel = gpio(pins, lamp="plain", lamp_pin=5)
    panel.show(Signal.BUSY)
    for level in (1, 0, 1, 0):
        wait_for(lambda level=level: pins.pin(5).state == level)
    panel.close()


def test_the_buzzer_sounds_for_a_saved_batch_and_falls_silent(pins, wait_for):
    panel = gpio(pins, buzzer_pin=6)
    panel.show(Signal.SAVED)
    for level in (1, 0):
        wait_for(lambda level=level: pins.pin(6).state == level)
    panel.close()


def test_closing_frees_every_pin_for_the_next_start(pins):
    gpio(pins, buzzer_pin=6).close()
    gpio(pins, buzzer_pin=6).close()


def test_closing_leaves_the_lamp_dark(pins, wait_for):
    panel = gpio(pins)
    panel.show(Signal.READY)
    wait_for(lambda: pins.pin(22).state == 1)
    panel.close()
    assert pins.pin(22).function == "input"  # no current flows


def test_one_pin_given_to_two_parts_is_a_named_error_and_frees_the_rest(pins):
    with pytest.raises(PanelAbsent, match="22"):
        gpio(pins, button_pin=22)
    gpio(pins).close()


def started_elsewhere(folder: str, *more: str) -> subprocess.CompletedProcess[str]:
    """What a fresh process in *folder* says when it asks for the real pins."""
    script = """
import os, sys
from appliance.config import PanelSection
from appliance.core.errors import PanelAbsent
from appliance.devices.panel import GpioPanel
try:
    GpioPanel(PanelSection(kind="gpio"))
except PanelAbsent as error:
    print("PanelAbsent:", error)
print(os.getcwd() == sys.argv[1], os.listdir("."), os.environ.get("LG_WD"))
print("lgpio" in sys.modules)
"""
    return subprocess.run(
        [sys.executable, "-c", script, folder, *more],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


@pytest.mark.skipif(
    importlib.util.find_spec("lgpio") is None, reason="no lgpio wheel for this Python"
)
def test_lgpio_leaves_no_fifo_behind_and_moves_nobody(tmp_path):
    said = started_elsewhere(str(tmp_path)).stdout.splitlines()
    assert said[-2:] == ["True [] None", "True"]


def test_without_gpio_hardware_the_panel_is_loudly_absent(tmp_path):
    said = started_elsewhere(str(tmp_path)).stdout
    assert "PanelAbsent: GPIO panel:" in said
