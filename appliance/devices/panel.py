"""Button, lamp and buzzer on the Pi's header. The only file that imports gpiozero.

lgpio, which does the work below gpiozero, has habits that are kept inside this file:
``import lgpio`` makes a FIFO in the current folder, and with ``LG_WD`` set it changes the
folder of the whole process. Pin numbers are BCM.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from gpiozero import RGBLED, Button, DigitalOutputDevice

from appliance.config import PanelSection
from appliance.core.errors import PanelAbsent
from appliance.core.panel.lamp import Frame
from appliance.core.ports import Signal
from appliance.devices.debounce import Debounce
from appliance.devices.lamp_thread import LampThread

log = logging.getLogger(__name__)

_LOOK_APART_S = 0.12


class GpioPanel:
    """A real panel; keeps the promises of ``core.ports.Panel``.

    *factory* is a gpiozero pin factory; None takes lgpio, and nothing else if that fails:
    gpiozero's own search would fall back in silence to a library that drives no pin.

    Raises:
        PanelAbsent: no GPIO here, no right to use it, or a pin is taken.
    """

    def __init__(self, section: PanelSection, factory: Any | None = None) -> None:
        self._debounce = Debounce(section.debounce_s)
        self._on_press: Callable[[float], None] | None = None
        self._rgb: Any = None
        self._plain: Any = None
        self._buzzer: Any = None
        self._pins = contextlib.ExitStack()
        try:
            self._claim(section, factory or self._pins.enter_context(_lgpio_factory()))
        except Exception as error:  # gpiozero, lgpio and the kernel each have their own classes
            self._pins.close()
            raise PanelAbsent(f"GPIO panel: {type(error).__name__}: {error}") from error
        self._lamp = LampThread(self._draw)

    def listen(self, on_press: Callable[[float], None]) -> None:
        """As ``Panel.listen``."""
        self._on_press = on_press

    def show(self, signal: Signal) -> None:
        """As ``Panel.show``."""
        self._lamp.show(signal)

    def flash(self, signal: Signal) -> None:
        """As ``Panel.flash``."""
        self._lamp.flash(signal)

    def close(self) -> None:
        """As ``Panel.close``."""
        self._on_press = None
        self._lamp.close()
        self._pins.close()  # gpiozero lets go of a pin as an input: the lamp is dark

    def _claim(self, section: PanelSection, factory: Any) -> None:
        def claim(kind: Any, *pins: int, **wiring: Any) -> Any:
            part = kind(*pins, pin_factory=factory, **wiring)
            self._pins.callback(part.close)
            return part

        wiring = {"active_high": section.lamp_lights_when == "high"}
        if section.lamp == "rgb":
            pins = (section.red_pin, section.green_pin, section.blue_pin)
            self._rgb = claim(RGBLED, *pins, pwm=False, **wiring)
        else:
            self._plain = claim(DigitalOutputDevice, section.lamp_pin, **wiring)
        if section.buzzer_pin is not None:
            self._buzzer = claim(DigitalOutputDevice, section.buzzer_pin)
        button = claim(Button, section.button_pin, pull_up=True)
        button.when_pressed = self._went_down
        button.when_released = self._went_up

    # The two below run in the GPIO library's only thread: one that raises would end it, and
    # the button with it; one that waits would hold up the next edge.

    def _went_down(self) -> None:
        self._edge(down=True)

    def _went_up(self) -> None:
        self._edge(down=False)

    def _edge(self, *, down: bool) -> None:
        try:
            at = time.monotonic()
            if self._debounce.is_press(down=down, at=at) and self._on_press:
                self._on_press(at)
        except Exception:
            log.exception("a press could not be passed on")

    def _draw(self, frame: Frame) -> None:
        if self._rgb is not None:
            self._rgb.value = frame.colour.value
        if self._plain is not None:
            self._plain.value = frame.lit
        if self._buzzer is not None:
            self._buzzer.value = frame.sounding


class Wiring(NamedTuple):
    """What the pins say when somebody looks."""

    button_is_down: bool  # for a whole third of a second, and nobody presses
    deaf_pins: tuple[int, ...]  # do not take the level they are given: a short circuit


def try_wiring(section: PanelSection, factory: Any | None = None) -> Wiring:
    """Drive each lamp pin both ways and read it back; look whether the button hangs.

    Raises PanelAbsent as ``GpioPanel``, which must not have the pins now.
    """
    with contextlib.ExitStack() as pins:
        try:
            found = factory or pins.enter_context(_lgpio_factory())
            button = pins.enter_context(Button(section.button_pin, pull_up=True, pin_factory=found))
            down = all(_still_down(button) for _ in range(3))
            deaf = tuple(pin for pin in _lamp_pins(section) if _is_deaf(pin, found))
        except Exception as error:
            raise PanelAbsent(f"GPIO panel: {type(error).__name__}: {error}") from error
    return Wiring(down, deaf)


def _still_down(button: Any) -> bool:
    time.sleep(_LOOK_APART_S)
    return bool(button.is_pressed)


def _lamp_pins(section: PanelSection) -> tuple[int, ...]:
    if section.lamp == "rgb":
        return (section.red_pin, section.green_pin, section.blue_pin)
    return (section.lamp_pin,)


def _is_deaf(pin: int, factory: Any) -> bool:
    with DigitalOutputDevice(pin, pin_factory=factory) as output:
        for level in (1, 0):
            output.value = level
            if output.value != level:
                return True
    return False


@contextlib.contextmanager
def _lgpio_factory() -> Iterator[Any]:
    # for a part that forgets to name its factory: no silent search there either
    os.environ["GPIOZERO_PIN_FACTORY"] = "lgpio"
    with _a_folder_for_the_fifo():
        module = importlib.import_module("gpiozero.pins.lgpio")
    factory = module.LGPIOFactory()
    try:
        yield factory
    finally:
        factory.close()


@contextlib.contextmanager
def _a_folder_for_the_fifo() -> Iterator[None]:
    """Where ``import lgpio`` may make its FIFO and go; both are undone.

    The FIFO is opened once, during the import, and needs no name afterwards.
    """
    here, before = Path.cwd(), os.environ.get("LG_WD")
    with tempfile.TemporaryDirectory(prefix="tramhoso-gpio-") as folder:
        os.environ["LG_WD"] = folder
        try:
            yield
        finally:
            os.chdir(here)
            del os.environ["LG_WD"]
            if before is not None:
                os.environ["LG_WD"] = before
