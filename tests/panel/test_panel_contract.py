"""What every panel promises: the same tests over gpiozero's pins and over the screen."""

from __future__ import annotations

import threading
import time

import pytest

from appliance.core.panel.lamp import FLASH_S, LOOKS, Colour
from appliance.core.ports import Panel, Signal
from appliance.devices.no_panel import NoPanel


def test_every_press_is_told_with_its_moment(bench):
    moments: list[float] = []
    bench.panel.listen(moments.append)
    before = time.monotonic()
    bench.press()
    bench.press()
    assert len(moments) == 2
    assert before <= moments[0] <= moments[1] <= time.monotonic()


def test_a_listener_that_raises_costs_no_later_press(bench):
    moments: list[float] = []

    def raises_once(at: float) -> None:
        moments.append(at)
        if len(moments) == 1:
            raise RuntimeError("the first one goes wrong")

    bench.panel.listen(raises_once)
    bench.press()
    bench.press()
    assert len(moments) == 2


def test_the_lamp_is_dark_until_something_is_shown(bench):
    assert bench.colour() is Colour.DARK


@pytest.mark.parametrize("signal", [s for s in Signal if s is not Signal.OFF])
def test_every_signal_is_seen_in_its_colour(bench, shows, signal):
    bench.panel.show(signal)
    assert shows(bench, LOOKS[signal].colour)


def test_a_blinking_signal_goes_dark_and_lights_again_by_itself(bench, shows):
    bench.panel.show(Signal.BUSY)
    for colour in (Colour.YELLOW, Colour.DARK, Colour.YELLOW):
        assert shows(bench, colour)


def test_a_flash_is_seen_and_the_lamp_goes_back(bench, wait_for):
    bench.panel.show(Signal.READY)
    wait_for(lambda: bench.colour() is Colour.WHITE)
    bench.panel.flash(Signal.NEEDS_PERSON)
    wait_for(lambda: bench.colour() is Colour.RED)
    assert wait_for(lambda: bench.colour() is Colour.WHITE) < FLASH_S + 0.5


def test_turning_off_is_dark(bench, shows):
    bench.panel.show(Signal.READY)
    assert shows(bench, Colour.WHITE)
    bench.panel.show(Signal.OFF)
    assert shows(bench, Colour.DARK)


def test_a_press_is_answered_on_the_lamp_within_a_tenth_of_a_second(bench, wait_for):
    bench.panel.listen(lambda _at: bench.panel.flash(Signal.BUSY))
    bench.panel.show(Signal.READY)
    waits: list[float] = []
    while not waits or (waits[-1] >= 0.1 and len(waits) < 3):  # a busy machine holds up one
        wait_for(lambda: bench.colour() is Colour.WHITE)
        pressed = threading.Thread(target=bench.press)
        pressed.start()
        waits.append(wait_for(lambda: bench.colour() is not Colour.WHITE))
        pressed.join()
    assert min(waits) < 0.1, waits


def test_many_threads_may_speak_at_once(bench, shows):
    talkers = [
        threading.Thread(
            target=lambda: [bench.panel.flash(s) or bench.panel.show(s) for s in Signal]
        )
        for _ in range(8)
    ]
    for talker in talkers:
        talker.start()
    for talker in talkers:
        talker.join()
    bench.panel.show(Signal.SAVED)
    assert shows(bench, Colour.GREEN)


def test_no_panel_keeps_quiet():
    panel: Panel = NoPanel()
    panel.listen(lambda _at: pytest.fail("nobody can press it"))
    for signal in Signal:
        panel.show(signal)
        panel.flash(signal)
    panel.close()
