"""The thread that plays the lamp's rhythms, so that ``show`` never blocks its caller."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from appliance.core.panel.lamp import Frame, Lamp
from appliance.core.ports import Signal

log = logging.getLogger(__name__)


class LampThread:
    """Calls *draw* with every new frame, from one thread only, until closed."""

    def __init__(self, draw: Callable[[Frame], None]) -> None:
        self._draw = draw
        self._lamp = Lamp(time.monotonic())
        self._told = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._play, name="lamp", daemon=True)
        self._thread.start()

    def show(self, signal: Signal) -> None:
        """As ``Panel.show``."""
        with self._told:
            self._lamp.show(signal, time.monotonic())
            self._told.notify()

    def flash(self, signal: Signal) -> None:
        """As ``Panel.flash``."""
        with self._told:
            self._lamp.flash(signal, time.monotonic())
            self._told.notify()

    def close(self) -> None:
        """Nothing is drawn any more when this returns."""
        with self._told:
            self._closed = True
            self._told.notify()
        self._thread.join()

    def _play(self) -> None:
        while True:
            with self._told:
                if self._closed:
                    return
                frame = self._lamp.frame(time.monotonic())
            try:
                self._draw(frame)
            except Exception:  # a dead lamp must not take the scanner with it
                log.exception("the lamp could not be drawn")
            with self._told:
                # told something while drawing: then what is due now differs, and we look again
                now = time.monotonic()
                if not self._closed and self._lamp.frame(now)[:3] == frame[:3]:
                    rest_s = None if frame.until is None else max(0.0, frame.until - now)
                    self._told.wait(rest_s)
