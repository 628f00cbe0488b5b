"""A panel on the screen: one round button and a lamp, for a laptop without pins.

Keeps the same promises as the real panel. It listens on loopback only, and another web site
open in the same browser can neither press the button nor read the lamp.
"""

from __future__ import annotations

import ipaddress
import logging
import threading
import time
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from socketserver import TCPServer

from appliance.core.errors import ConfigWrong, PanelAbsent
from appliance.core.panel.lamp import Frame, Lamp
from appliance.core.ports import Signal
from appliance.pretend.panel_hands import Hands
from appliance.pretend.panel_pages import PanelRequest

log = logging.getLogger(__name__)

CAPTION_S = 8.0  # what was said stays to be read; then it would no longer agree with the lamp


class ScreenPanel:
    """Serves its page at ``url`` from the moment it is made. Port 0 takes a free one.

    With the control door of a virtual scanner as *scanner*, papers can be laid there too.

    Raises:
        ConfigWrong: *listen* is not ``host:port`` on loopback.
        PanelAbsent: the port is taken.
    """

    def __init__(self, listen: str = "127.0.0.1:0", scanner: str = "") -> None:
        host, port = _loopback(listen)
        self._lamp = Lamp(time.monotonic())
        self._told = threading.Condition()
        self._closed = False
        self._on_press: Callable[[float], None] | None = None
        self._words, self._words_until = "", 0.0
        self.hands = Hands(scanner) if scanner else None
        try:
            self._server = _Server((host, port), PanelRequest)
        except OSError as error:
            raise PanelAbsent(f"screen panel: {listen}: {error.strerror}") from error
        self._server.panel = self
        bound = self._server.server_address[1]
        self.url = f"http://{host}:{bound}/"
        self.hosts = frozenset({f"{host}:{bound}", f"localhost:{bound}"})
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="screen-panel", daemon=True
        )
        self._thread.start()

    def listen(self, on_press: Callable[[float], None]) -> None:
        """As ``Panel.listen``."""
        self._on_press = on_press

    def show(self, signal: Signal) -> None:
        """As ``Panel.show``."""
        with self._told:
            self._lamp.show(signal, time.monotonic())
            self._told.notify_all()

    def flash(self, signal: Signal) -> None:
        """As ``Panel.flash``."""
        with self._told:
            self._lamp.flash(signal, time.monotonic())
            self._told.notify_all()

    def close(self) -> None:
        """As ``Panel.close``; the page says that the station is gone. Twice is once."""
        self._on_press = None
        with self._told:
            if self._closed:
                return
            self._closed = True
            self._told.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # ── what its page asks for ───────────────────────────────────────────────

    def press(self) -> bool:
        """Pass a press on; False when nobody listens yet."""
        on_press = self._on_press
        if on_press is None:
            return False
        try:
            on_press(time.monotonic())
        except Exception:
            log.exception("a press could not be passed on")
        return True

    def frame(self) -> Frame:
        """What the lamp does now."""
        with self._told:
            return self._lamp.frame(time.monotonic())

    @property
    def words(self) -> str:
        """What the voice says, or said a moment ago."""
        return self._words if time.monotonic() < self._words_until else ""

    def caption(self, words: str) -> None:
        """Write below the lamp what a loudspeaker would say."""
        with self._told:
            self._words, self._words_until = words, time.monotonic() + CAPTION_S
            self._told.notify_all()

    def next_frame(
        self, seen: Frame | None, patience_s: float, heard: str | None = None
    ) -> Frame | None:
        """The first frame that looks unlike *seen*; *seen* again after *patience_s*.

        Also returns when the voice says something else than *heard*. None when the panel is
        closed.
        """
        gives_up_at = time.monotonic() + patience_s
        with self._told:
            while not self._closed:
                now = time.monotonic()
                frame = self._lamp.frame(now)
                news = heard is not None and heard != self.words
                if seen is None or frame[:3] != seen[:3] or news or now >= gives_up_at:
                    return frame
                wakes_at = gives_up_at if frame.until is None else min(frame.until, gives_up_at)
                if heard:
                    wakes_at = min(wakes_at, self._words_until)
                self._told.wait(max(0.0, wakes_at - now))
        return None


class _Server(ThreadingHTTPServer):
    panel: ScreenPanel
    daemon_threads = True
    block_on_close = False  # a browser may keep its connection open for ever

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's own asks the DNS for a name, which may stall
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]


def _loopback(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    try:
        address = ipaddress.IPv4Address("127.0.0.1" if host == "localhost" else host)
        number = int(port)
    except ValueError as error:
        raise ConfigWrong(f"panel.screen_listen: {listen!r} is not host:port") from error
    if not address.is_loopback or not 0 <= number <= 65535:
        raise ConfigWrong(f"panel.screen_listen: {listen!r} is not a port on loopback")
    return str(address), number
