"""The two panels behind one set of hands: press it, look at it."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.config import PanelSection
from appliance.core.panel.lamp import Colour
from appliance.core.ports import Panel
from appliance.devices.panel import GpioPanel
from appliance.pretend.panel import ScreenPanel

PATIENCE_S = 10.0


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], float]:
    """Waits until something comes true; the seconds it took. Fails when it never does."""

    def wait(what: Callable[[], bool]) -> float:
        start = time.monotonic()
        while not what():
            assert time.monotonic() - start < PATIENCE_S, "it never came true"
            time.sleep(0.002)
        return time.monotonic() - start

    return wait


@pytest.fixture
def shows() -> Callable[[Bench, Colour], bool]:
    """Whether the lamp has a colour, now or while one is patient."""

    def look(bench: Bench, colour: Colour) -> bool:
        until = time.monotonic() + PATIENCE_S
        while not (seen := bench.colour() is colour) and time.monotonic() < until:
            time.sleep(0.002)
        return seen

    return look


class Bench(Protocol):
    """A panel on the bench and a person in front of it."""

    panel: Panel

    def press(self) -> None: ...

    def colour(self) -> Colour: ...


class GpioBench:
    """Real gpiozero over its own mock pins: the levels of the pins are what a lamp would see."""

    def __init__(self, **keys: object) -> None:
        self.section = PanelSection.model_validate({"kind": "gpio", "debounce_s": 0.01} | keys)
        self.pins = MockFactory(pin_class=MockPWMPin)
        self.panel = GpioPanel(self.section, self.pins)

    def press(self) -> None:
        button = self.pins.pin(self.section.button_pin)
        button.drive_low()
        button.drive_high()
        time.sleep(2 * self.section.debounce_s)  # a finger cannot press twice within this

    def colour(self) -> Colour:
        rgb = (self.section.red_pin, self.section.green_pin, self.section.blue_pin)
        dark = self.section.lamp_lights_when == "low"
        return Colour(tuple(int(bool(self.pins.pin(pin).state) != dark) for pin in rgb))


class ScreenBench:
    """The on-screen panel over its own HTTP."""

    def __init__(self) -> None:
        self.panel = ScreenPanel("127.0.0.1:0")

    def press(self) -> None:
        request = urllib.request.Request(f"{self.panel.url}press", method="POST")
        request.add_header("Accept", "application/json")
        urllib.request.urlopen(request, timeout=PATIENCE_S).read()

    def colour(self) -> Colour:
        with urllib.request.urlopen(f"{self.panel.url}lamp", timeout=PATIENCE_S) as answer:
            return Colour[json.load(answer)["colour"].upper()]


@pytest.fixture(params=["gpio", "gpio with a common anode", "screen"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    kinds: dict[str, Callable[[], Bench]] = {
        "gpio": GpioBench,
        "gpio with a common anode": lambda: GpioBench(lamp_lights_when="low"),
        "screen": ScreenBench,
    }
    bench = kinds[request.param]()
    yield bench
    bench.panel.close()


@pytest.fixture
def screen() -> Iterator[ScreenPanel]:
    panel = ScreenPanel("127.0.0.1:0")
    yield panel
    panel.close()
