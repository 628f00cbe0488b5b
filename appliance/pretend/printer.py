"""A print system without printers: what is printed becomes a PDF in a folder.

It answers on a Unix socket as CUPS does, so the page prints, follows and takes back as on a real
point. Told to misbehave by a file: ``echo media-empty > FOLDER/sheets.mood``, an empty one heals.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any, Self

from appliance.pretend import printer_ipp as ipp

log = logging.getLogger(__name__)

PAPERS: dict[str, tuple[str, ...]] = {
    "sheets": ("iso_a4_210x297mm",),
    "slips": (
        "custom_roll_80x297mm",
        "custom_min_50x50mm",
        "custom_max_80x2000mm",
    ),
}
A_SHEET_TAKES_S = 1.0
LARGEST_BODY = 20_000_000
_WAITING, _PRINTING, _CANCELLED, _DONE = 3, 5, 7, 9
_IDLE, _BUSY = 3, 4


@dataclass
class _Job:
    queue: str
    pdf: bytes
    began: float
    give_up_at: float
    state: int = _PRINTING


class PretendPrinters:
    """Two queues, *sheets* for A4 and *slips* for the till roll. Start it, close it."""

    def __init__(
        self,
        socket: Path,
        folder: Path,
        *,
        a_sheet_takes_s: float = A_SHEET_TAKES_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.socket, self.folder = socket, folder
        self._takes_s, self._monotonic = a_sheet_takes_s, monotonic
        self._jobs: dict[int, _Job] = {}
        self._lock = threading.Lock()
        for queue in PAPERS:
            (folder / queue).mkdir(parents=True, exist_ok=True)

    def start(self) -> Self:
        """Listen from now on; a socket that an earlier one left is replaced."""
        self.socket.unlink(missing_ok=True)
        self._server = _Server(str(self.socket), _Request)
        self._server.printers = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="pretend-printer", daemon=True
        )
        self._thread.start()
        return self

    def close(self) -> None:
        """As if the print system was stopped; what came out stays."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.socket.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def feel(self, queue: str, trouble: str) -> None:
        """From now on that printer complains of *trouble*, a keyword of RFC 8011; "" heals it."""
        (self.folder / f"{queue}.mood").write_text(trouble, encoding="ascii")

    def came_out(self, queue: str) -> Sequence[Path]:
        """The documents on its tray, oldest first."""
        return sorted((self.folder / queue).glob("*.pdf"))

    def go_on(self) -> None:
        """What is due by now comes out, whether or not anybody asks."""
        with self._lock:
            self._go_on()

    def reply(self, queue: str, asked: ipp.Asked) -> bytes:
        """What the print system says to *asked* about a queue it has."""
        with self._lock:
            self._go_on()
            match asked.operation:
                case ipp.GET_PRINTER:
                    return ipp.answer(asked, ipp.OK, self._about(queue))
                case ipp.PRINT_JOB:
                    return self._take(queue, asked)
                case ipp.GET_JOB | ipp.CANCEL_JOB:
                    return self._about_job(asked)
        return ipp.answer(asked, ipp.NO_SUCH_OPERATION)

    def _take(self, queue: str, asked: ipp.Asked) -> bytes:
        now = self._monotonic()
        number = len(self._jobs) + 1
        wait_s = asked.attributes.get("job-cancel-after", 0)
        give_up_at = now + wait_s if isinstance(wait_s, int) and wait_s else float("inf")
        self._jobs[number] = _Job(queue, asked.document, now, give_up_at)
        said: dict[str, ipp.Said] = {"job-id": number, "job-state": _WAITING}
        return ipp.answer(asked, ipp.OK, said, of_job=True)

    def _about_job(self, asked: ipp.Asked) -> bytes:
        job = self._jobs.get(int(asked.attributes.get("job-id", 0)))
        if job is None:
            return ipp.answer(asked, ipp.NOT_FOUND)
        if asked.operation == ipp.CANCEL_JOB:
            if job.state != _PRINTING:
                return ipp.answer(asked, ipp.NOT_POSSIBLE)
            job.state, job.pdf = _CANCELLED, b""
        return ipp.answer(asked, ipp.OK, {"job-state": job.state}, of_job=True)

    def _about(self, queue: str) -> dict[str, ipp.Said]:
        waiting = [job for job in self._jobs.values() if self._is_held(job, queue)]
        return {
            "printer-state": _BUSY if waiting else _IDLE,
            "printer-state-reasons": self._mood(queue) or "none",
            "printer-is-accepting-jobs": True,
            "queued-job-count": len(waiting),
            "media-supported": PAPERS[queue],
        }

    def _is_held(self, job: _Job, queue: str) -> bool:
        return job.queue == queue and job.state == _PRINTING

    def _go_on(self) -> None:
        """What should have come out by now comes out; what waited too long is taken back."""
        now = self._monotonic()
        for number, job in self._jobs.items():
            if job.state != _PRINTING:
                continue
            stands = bool(self._mood(job.queue))
            if stands:
                job.began = now  # it begins anew once somebody has helped
            if now >= job.give_up_at:
                job.state, job.pdf = _CANCELLED, b""
            elif not stands and now - job.began >= self._takes_s:
                path = self.folder / job.queue / f"{number:04}.pdf"
                path.write_bytes(job.pdf)
                log.info("printed %s", path)
                job.state, job.pdf = _DONE, b""

    def _mood(self, queue: str) -> str:
        try:
            return (self.folder / f"{queue}.mood").read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""


class _Server(ThreadingMixIn, UnixStreamServer):
    printers: PretendPrinters
    daemon_threads = True
    block_on_close = False

    def service_actions(self) -> None:
        self.printers.go_on()


class _Request(BaseHTTPRequestHandler):
    """POST /printers/QUEUE with a request of IPP."""

    protocol_version = "HTTP/1.1"
    timeout = 30.0

    def do_POST(self) -> None:
        """Answer one request; a queue that is not there is 404, as CUPS has it."""
        self.close_connection = True
        queue = self.path.removeprefix("/printers/")
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > LARGEST_BODY:
            self._say(400, b"")
            return
        body = self.rfile.read(int(length))
        printers: PretendPrinters = self.server.printers  # type: ignore[attr-defined]
        if queue not in PAPERS:
            self._say(404, b"")
            return
        try:
            self._say(200, printers.reply(queue, ipp.read_request(body)))
        except ipp.NotIpp:
            self._say(400, b"")

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the page asks every other second."""

    def address_string(self) -> str:
        """A Unix socket has no address."""
        return "local"

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
