"""The few pages and answers of the screen panel, over the standard library's HTTP server."""

from __future__ import annotations

import html
import json
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from importlib import resources
from string import Template
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from appliance.catalogues import read_catalogue
from appliance.core.panel.lamp import Frame
from appliance.pretend.panel_hands import Hands, papers

if TYPE_CHECKING:
    from appliance.pretend.panel import ScreenPanel

MAX_BODY_BYTES = 4096
HEARTBEAT_S = 10.0  # a viewer who went away is noticed at the latest then
STATIC = {"/panel.css": "text/css", "/panel.js": "text/javascript"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src data:; frame-ancestors 'none';"
    " form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    # not "no-referrer": Chromium then says "Origin: null" when our own form is sent
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class PanelRequest(BaseHTTPRequestHandler):
    """One connection. Every request is checked for where it comes from before it is answered."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "tramhoso-panel", ""
    timeout = 30.0

    @property
    def panel(self) -> ScreenPanel:
        """Whose button and lamp these are."""
        panel: ScreenPanel = self.server.panel  # type: ignore[attr-defined]
        return panel

    def do_GET(self) -> None:
        """The page, its two files, and the lamp: now, or as a stream."""
        if not self._from_our_page():
            return
        if self.path == "/":
            self._answer(
                HTTPStatus.OK,
                "text/html",
                page(self.panel.frame(), self.panel.words, self.panel.hands),
            )
        elif self.path in STATIC:
            self._answer(HTTPStatus.OK, STATIC[self.path], _file(self.path[1:]))
        elif self.path == "/lamp":
            self._answer(
                HTTPStatus.OK, "application/json", as_json(self.panel.frame(), self.panel.words)
            )
        elif self.path == "/lamp/stream":
            self._stream()
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        """The press; in the demo also a paper laid into the scanner."""
        if not self._from_our_page():
            return
        body = self._body_read()
        if body is None:
            return
        if self.path == "/lay" and self.panel.hands is not None:
            (what,) = parse_qs(body).get("paper", [""])[:1]
            laid = self.panel.hands.lay(what)
            if laid:
                self._answer(HTTPStatus.SEE_OTHER, "text/plain", "", Location="/")
            else:
                self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        elif self.path != "/press":
            self._refuse(HTTPStatus.NOT_FOUND)
        elif not self.panel.press():
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        elif "application/json" in self.headers.get("Accept", ""):
            self._answer(
                HTTPStatus.OK, "application/json", as_json(self.panel.frame(), self.panel.words)
            )
        else:
            self._answer(HTTPStatus.SEE_OTHER, "text/plain", "", Location="/")

    def _lamp(self) -> str:
        return as_json(self.panel.frame(), self.panel.words)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: a press is logged by the station, and the lamp is asked for all the time."""

    def _from_our_page(self) -> bool:
        """Whether nobody else's page speaks to us.

        *Host* stops a foreign name that was pointed at 127.0.0.1; *Origin*, which browsers put
        on every POST, stops a foreign page that knows our address.
        """
        ours = self.panel.hosts
        origin = self.headers.get("Origin")
        foreign = origin is not None and origin.removeprefix("http://") not in ours
        site = self.headers.get("Sec-Fetch-Site", "none")
        if site not in {"none", "same-origin"} and (self.command, self.path) != ("GET", "/"):
            foreign = True  # somebody may link to the page, but not press or watch from afar
        if self.headers.get("Host") not in ours:
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
            return False
        if foreign:
            self._refuse(HTTPStatus.FORBIDDEN)
            return False
        return True

    def _body_read(self) -> str | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > MAX_BODY_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return None
        return self.rfile.read(int(length)).decode("utf-8", "replace")

    def _stream(self) -> None:
        """Every frame as it comes (text/event-stream), until the viewer or the panel leaves."""
        self.close_connection = True
        self._head(HTTPStatus.OK, "text/event-stream")
        self.end_headers()
        frame, heard = None, ""
        while frame := self.panel.next_frame(frame, HEARTBEAT_S, heard):
            heard = self.panel.words
            try:
                self.wfile.write(f"data: {as_json(frame, heard)}\n\n".encode())
            except OSError:
                return

    def _answer(self, status: HTTPStatus, kind: str, text: str, **more: str) -> None:
        body = text.encode()
        self._head(status, kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True  # an unread body must not be taken for the next request
        self._answer(status, "text/plain", f"{status.phrase}\n", Connection="close")

    def _head(self, status: HTTPStatus, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        for name, value in HEADERS.items():
            self.send_header(name, value)


def as_json(frame: Frame, words: str = "") -> str:
    """A frame as its page draws it, with what the voice said last."""
    colour = frame.colour.name.lower()
    said = _words()[frame.signal]
    picture = {"signal": frame.signal, "colour": colour, "sounding": frame.sounding}
    return json.dumps({**picture, **said, "words": words}, ensure_ascii=False)


def page(frame: Frame, spoken: str = "", hands: Hands | None = None) -> str:
    """The whole page, with the lamp as it is now for a browser without scripts."""
    words = _words()
    legend = "".join(
        f"<dt>{html.escape(said['says'])}</dt><dd>{html.escape(said['todo'])}</dd>"
        for signal, said in words.items()
        if signal != "off"
    )
    told = {name: html.escape(text) for name, text in words[frame.signal].items()}
    colour = frame.colour.name.lower()
    return Template(_file("panel.html")).substitute(
        told, colour=colour, legend=legend, words=html.escape(spoken), lay=_lay(hands)
    )


def _lay(hands: Hands | None) -> str:
    if hands is None:
        return ""
    buttons = "".join(
        f'<button name="paper" value="{key}" aria-pressed="{str(key == hands.laid).lower()}">'
        f"Đặt {html.escape(paper['name'])}</button>"
        for key, paper in papers().items()
    )
    return f'<form class="lay" method="post" action="lay">{buttons}</form>'


@cache
def _words() -> dict[str, dict[str, str]]:
    return read_catalogue("appliance.pretend.panel_page", "panel_vi")


@cache
def _file(name: str) -> str:
    folder = resources.files("appliance.pretend.panel_page")
    return folder.joinpath(name).read_text(encoding="utf-8")
