"""The only file that knows python-sane. Runs in the scan child, never in a service.

python-sane's own ``SaneDev`` accepts unknown option names, hides options named like its methods
and decodes padded rows aslant; its low-level object underneath is used instead. ``sane.exit()``
is never called: it crashes with a device open.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from appliance.core.errors import ScannerRefusedSetting, UnsupportedImage
from appliance.devices.sane_status import Moment, error_for
from appliance.devices.scan_option import BUTTON, FIXED, GROUP, INT, Option, Shown, Value, same
from appliance.devices.scan_wire import NO_LIBSANE

try:
    import sane
except ImportError as missing:  # python-sane is there, libsane below it is not
    sys.stderr.write(f"{missing}\n")
    sys.exit(NO_LIBSANE)

_GRAY, _RGB = "gray", "color"  # python-sane's words for the two frames we accept
_PIXEL = sane._sane.UNIT_PIXEL
_ENDLESS_ROWS = 20_000  # 84 cm at 600 dpi: no paper is longer, a feeder that never ends is


@dataclass(frozen=True, slots=True)
class RawPage:
    """Rows as they came; each is *bytes_per_row* long, of which ``row_bytes`` are picture."""

    rows: bytearray
    width: int
    height: int
    samples: int  # 1 grey, 3 RGB
    bytes_per_row: int
    announced_rows: int  # -1: unknown (a hand scanner, some feeders)

    @property
    def row_bytes(self) -> int:
        """Bytes of picture in a row; the rest is padding."""
        return self.width * self.samples


class SaneDevice:
    """One open scanner. Every status comes out as one of our errors."""

    def __init__(self, name: str) -> None:
        sane.init()
        with _statuses(Moment.OPENING):
            self._device = sane.open(name).dev
        self.name = name

    @staticmethod
    def listed() -> list[tuple[str, str, str, str]]:
        """(name, vendor, model, kind) of every scanner. Not only local ones: those behind
        ipp-usb count as network devices."""
        sane.init()
        with _statuses(Moment.OPENING):
            return [tuple(found) for found in sane.get_devices(False)]

    def options(self) -> Mapping[str, Option]:
        """What can be set at this moment, by SANE name; choosing one value may change others."""
        known = (sane.Option(row, None) for row in self._device.get_options())
        return {
            option.name: Option(option.index, option.type, option.unit == _PIXEL, option.constraint)
            for option in known
            if option.type != GROUP and option.is_active() and option.is_settable()
        }

    def shown(self) -> list[Shown]:
        """Every active option with its value, also those that only tell (a cover, a button)."""
        known = (sane.Option(row, None) for row in self._device.get_options())
        return [
            Shown(
                option.name,
                option.type,
                option.unit == _PIXEL,
                option.constraint,
                bool(option.is_settable()),
                self._told(option.index),
            )
            for option in known
            if option.type not in (GROUP, BUTTON) and option.name and option.is_active()
        ]

    def _told(self, index: int) -> Value | None:
        try:
            value: Value = self._device.get_option(index)
        except sane._sane.error:
            return None  # a value that cannot be read is not worth the look
        return value

    def value(self, name: str) -> Value:
        """The present value of an active option."""
        with _statuses(Moment.SETTING):
            value: Value = self._device.get_option(self.options()[name].index)
            return value

    def choose(self, name: str, value: Value, tolerance: float = 0.01) -> None:
        """Set an option and read it back.

        Raises ScannerRefusedSetting when the scanner lacks it, or took another value: libsane
        clamps in silence, and 99999 dpi became 75 (measured).
        """
        option = self.options().get(name)
        if option is None:
            raise ScannerRefusedSetting(f"the scanner has no option {name}")
        if not option.allows(value):
            raise ScannerRefusedSetting(f"{name}={value} is not among {option.constraint}")
        if option.kind == FIXED:
            value = float(value)
        elif option.kind == INT and not isinstance(value, bool):
            value = round(float(value))
        with _statuses(Moment.SETTING):
            self._device.set_option(option.index, value)
        taken = self.value(name)
        if not same(value, taken, tolerance):
            raise ScannerRefusedSetting(f"asked for {name}={value}, the scanner took {taken}")

    def start(self) -> None:
        """Pull the next page; returns when its first row can be read.

        Raises FeederEmpty when there is none, UnsupportedImage for what would be saved wrongly.
        """
        with _statuses(Moment.STARTING):
            self._device.start()
            frame, last_frame, _size, depth, _row = self._device.get_parameters()
        if depth != 8:
            raise UnsupportedImage(f"{depth} bits a sample")
        if not last_frame or frame not in {_GRAY, _RGB}:
            raise UnsupportedImage(f"one frame for each colour ({frame})")

    def read_page(self, on_row: Callable[[int, int], bool]) -> RawPage:
        """Read the page that ``start`` pulled; no cancel at its end, as a feeder wants it.

        *on_row* is told each row's number and how many there will be (-1: unknown), and answers
        whether to go on; after a no the page is lost and ScanCancelled is raised.
        """
        said: list[Exception] = []

        def progress(row: int, rows: int) -> None:
            # An exception here is a segmentation fault in python-sane: none may leave.
            try:
                go_on = on_row(row, rows)
                if row > _ENDLESS_ROWS:
                    raise UnsupportedImage(f"no end of page after {row} rows")
            except Exception as error:
                said.append(error)
                go_on = False
            if not go_on and len(said) < 2:
                self._device.cancel()

        with _statuses(Moment.READING):
            size, row_bytes = self._device.get_parameters()[2], self._device.get_parameters()[4]
            try:
                rows, width, _height, samples, _depth = self._device.snap(True, False, progress)
            except sane._sane.error:
                if said:
                    raise said[0] from None
                raise
        picture = width * samples
        whole, rest = divmod(len(rows), row_bytes) if row_bytes else (0, 0)
        # python-sane drops what does not fill a row *without* padding, so of a padded image the
        # very last row may come incomplete; it is left out rather than invented.
        height = whole + (1 if rest >= picture > 0 else 0)
        return RawPage(rows, width, height, samples, row_bytes, size[1])

    def cancel(self) -> None:
        """Tell the scanner that no more pages are wanted. Harmless when it knows."""
        self._device.cancel()

    def close(self) -> None:
        """Let the device go; only after ``cancel``."""
        self._device.close()


@contextmanager
def _statuses(moment: Moment) -> Iterator[None]:
    try:
        yield
    except sane._sane.error as error:
        raise error_for(str(error), moment) from error
