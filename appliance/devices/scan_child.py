"""The scan child: one fresh process for one batch, because libsane crashes, hangs and sticks.

``python -m appliance.devices.scan_child ORDER`` speaks one JSON line an event on its standard
output. It stops when its standard input ends, so it cannot outlive whoever started it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
import traceback
from dataclasses import asdict, replace

from appliance.core.errors import (
    FeederEmpty,
    OutOfMemory,
    ScanCancelled,
    ScanChildCrashed,
    ScannerAbsent,
    ScannerError,
)
from appliance.core.paper.scan import PaperSource, ScanSettings
from appliance.devices.absent import why_absent
from appliance.devices.memory import available_bytes
from appliance.devices.page_writer import PageWriter
from appliance.devices.sane_device import SaneDevice
from appliance.devices.scan_explained import Noting
from appliance.devices.scan_setup import Paper, bytes_of_a_page, set_up
from appliance.devices.scan_wire import (
    LIST,
    LOOK,
    Ended,
    Line,
    Pulling,
    Said,
    ScanOrder,
    Started,
    Tell,
    to_line,
)

_LOOK_EVERY_S = 0.1  # for a cancel
_HEARTBEAT_EVERY_S = 0.5
_TEXT_CHARS = 500  # a line must stay below PIPE_BUF to be written in one piece
_BESIDES_BYTES = 32 << 20  # interpreter, backend, encoder


class Batch:
    """One press until the tray is empty."""

    def __init__(self, order: ScanOrder, tell: Tell) -> None:
        self._order, self._tell = order, tell
        self._writer = PageWriter(order.spool, order.settings, tell)
        self._device: SaneDevice | None = None
        self._stop = False
        self._looked = self._told = 0.0
        self.number = 0

    def run(self) -> None:
        """Scan everything, tell the outcome, then let the device go."""
        outcome: ScannerError | None = None
        try:
            self._scan()
        except ScannerError as error:
            outcome = error
        try:
            self._writer.wait()
        except ScannerError as error:
            outcome = error  # it happened to an earlier page
        code, text = (outcome.code, str(outcome)[:_TEXT_CHARS]) if outcome else ("", "")
        self._tell(Ended(self._writer.done, code, text))
        self._let_go()

    def stop(self, *_signal: object) -> None:
        """Let the current page go at its next row. Safe in a signal handler: it only notes."""
        self._stop = True

    def _scan(self) -> None:
        settings = self._order.settings
        self._check_memory(settings)
        device, feeds = self._start_first()
        limit = settings.page_limit if feeds else 1  # a glass would be scanned again for ever
        while True:
            self.number += 1
            self._writer.take(device.read_page(self._on_row))
            if self.number == limit:
                return
            if self._stopping():
                raise ScanCancelled("stopped between two pages")
            self._tell(Pulling(self.number + 1))
            try:
                device.start()
            except FeederEmpty:
                return

    def _start_first(self) -> tuple[SaneDevice, bool]:
        """The device with its first page started, and whether more may follow."""
        settings = self._order.settings
        device, paper = self._open(settings)
        self._tell(Started(device.name))
        if self._stopping():
            raise ScanCancelled("stopped before the first page")
        try:
            device.start()
        except FeederEmpty:
            if not paper.else_glass:
                raise
        else:
            return device, paper.feeds
        # Opened afresh: after an empty feeder airscan rests 2.5 s before the next start.
        self._let_go()
        device, _glass = self._open(replace(settings, source=PaperSource.FLATBED))
        device.start()
        return device, False

    def _open(self, settings: ScanSettings) -> tuple[SaneDevice, Paper]:
        self._device = open_device(self._order.device)
        return self._device, set_up(self._device, settings)

    def _let_go(self) -> None:
        if self._device is not None:
            self._device.cancel()
            self._device.close()
            self._device = None

    def _on_row(self, row: int, rows: int) -> bool:
        """Called for every row, so nearly always it only looks at the clock."""
        if row == rows:
            # python-sane now copies the page; by then the one before must have left memory.
            self._writer.wait_for_memory()
        now = time.monotonic()
        if now - self._told >= _HEARTBEAT_EVERY_S or row == 1:
            self._told = now
            self._tell(Line(self.number, row))
        if now - self._looked < _LOOK_EVERY_S:
            return True
        self._looked = now
        return not self._stopping() and not self._writer.failed

    def _stopping(self) -> bool:
        """Told to stop, by a signal or because standard input ended.

        Several backends take the signal away from us; the pipe they leave alone.
        """
        return self._stop or bool(select.select([0], [], [], 0)[0])

    def _check_memory(self, settings: ScanSettings) -> None:
        """python-sane does not look whether memory was there, it crashes."""
        page = bytes_of_a_page(settings)
        needed, free = 2 * page + _BESIDES_BYTES, available_bytes(self._order.meminfo)
        if free < needed:
            raise OutOfMemory(f"{free >> 20} MB free, {needed >> 20} MB needed")


def open_device(name: str) -> SaneDevice:
    """Open *name*, the first scanner found if it is empty, or the same model after a replug.

    Raises ScannerAbsent when there is none, or what keeps every scanner from answering.
    """
    try:
        return _opened(name)
    except ScannerAbsent as error:
        raise why_absent(error, name) from error


def _opened(name: str) -> SaneDevice:
    if not name:
        found = SaneDevice.listed()
        if not found:
            raise ScannerAbsent("no scanner found")
        return SaneDevice(found[0][0])
    try:
        return SaneDevice(name)
    except ScannerAbsent:
        again = after_replug(name, [row[0] for row in SaneDevice.listed()])
        if again is None:
            raise
        return SaneDevice(again)


def looked_at(order: ScanOrder) -> dict[str, object]:
    """The open scanner's options, and what the order's settings become; no paper moves.

    With a code: why it could not be opened (no options then) or why a setting was refused.
    """
    said: dict[str, object] = {"device": order.device, "code": "", "text": "", "options": []}
    try:
        device = open_device(order.device)
    except ScannerError as error:
        return said | {"steps": [], "code": error.code, "text": str(error)[:_TEXT_CHARS]}
    noting = Noting(device)
    said |= {"device": device.name, "options": [shown.as_json() for shown in device.shown()]}
    try:
        set_up(noting, order.settings)
    except ScannerError as error:
        said |= {"code": error.code, "text": str(error)[:_TEXT_CHARS]}
    device.cancel()
    device.close()
    return said | {"steps": [asdict(step) for step in noting.steps]}


def after_replug(name: str, listed: list[str]) -> str | None:
    """The new name of a USB scanner: ``genesys:libusb:001:004`` comes back as ``...:005``.

    None when it is not a USB name, or not exactly one scanner of that backend is there.
    """
    backend, usb, _address = name.partition(":libusb:")
    same = [other for other in listed if usb and other.startswith(backend + usb)]
    return same[0] if len(same) == 1 and same[0] != name else None


def main(order: str) -> None:
    """Carry out one order, or list scanners as one line of JSON."""
    events = os.dup(1)
    os.dup2(2, 1)  # a backend that prints must not spoil the events

    def tell(said: Said) -> None:
        os.write(events, to_line(said))

    if order == LIST:
        os.write(events, json.dumps(SaneDevice.listed()).encode())
        return
    if order.startswith(LOOK):
        asked = ScanOrder.from_json(order.removeprefix(LOOK))
        os.write(events, json.dumps(looked_at(asked)).encode())
        return
    batch = Batch(ScanOrder.from_json(order), tell)
    signal.signal(signal.SIGTERM, batch.stop)
    signal.signal(signal.SIGINT, batch.stop)
    try:
        batch.run()
    except Exception as error:
        traceback.print_exc()
        tell(Ended(0, ScanChildCrashed.code, f"{type(error).__name__}: {error}"[:_TEXT_CHARS]))


if __name__ == "__main__":
    main(sys.argv[1])
