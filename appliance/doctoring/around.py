"""What is plugged in beside the scanner: button and lamp, printers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from appliance.config import PanelSection, PrinterSection
from appliance.core.diagnosis import Finding, note, person, well
from appliance.core.errors import ApplianceError, PanelAbsent
from appliance.core.errors.printer import PrinterBusy
from appliance.core.printing import Media
from appliance.devices.printer import Printer
from appliance.doctoring.machine import Machine


def look_at_panel(
    section: PanelSection,
    machine: Machine,
    *,
    station_holds_it: bool,
    factory: Any | None = None,
) -> Iterator[Finding]:
    """The pins, driven and read back. While the station has them only their chip is looked at."""
    if section.kind != "gpio":
        yield note("panel-none") if section.kind == "none" else well("panel-on-screen")
        return
    chips = sorted(machine.dev.glob("gpiochip*"))
    if not chips and factory is None:
        yield person("panel-no-gpio")
    elif chips and not any(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        yield person("panel-forbidden", chip=chips[0])
    elif station_holds_it:
        yield well("panel-held", pin=section.button_pin)
    else:
        yield from _tried(section, factory)


def _tried(section: PanelSection, factory: Any | None) -> Iterator[Finding]:
    from appliance.devices.panel import try_wiring  # noqa: PLC0415 - loads the GPIO library

    try:
        wiring = try_wiring(section, factory)
    except PanelAbsent as error:
        lacking = isinstance(error.__cause__, ImportError)
        yield person("panel-no-library" if lacking else "panel-failed", why=error)
        return
    if wiring.button_is_down:
        yield person("button-stuck", pin=section.button_pin)
    for pin in wiring.deaf_pins:
        yield person("lamp-pin-deaf", pin=pin)
    if not wiring.button_is_down and not wiring.deaf_pins:
        yield well("panel-well", pin=section.button_pin)


def look_at_printers(
    section: PrinterSection, printer: Callable[..., Printer] = Printer
) -> Iterator[Finding]:
    """Each printer of the configuration, asked through the print system; nothing is printed."""
    for media in Media:
        queue = section.queue_for(media)
        if not queue:
            continue
        try:
            printer(queue, section.socket).look()
        except PrinterBusy:
            yield note("printer-busy", queue=queue)
        except ApplianceError as error:
            yield person(error.code, queue=queue)
        else:
            yield well("printer-well", queue=queue)
