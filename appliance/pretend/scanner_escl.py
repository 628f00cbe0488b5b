"""The HTTP side of the virtual scanner: eSCL for libsane, a control door for whoever tests."""

from __future__ import annotations

import json
import re
import socket
import struct
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, cast

from appliance.pretend import scanner_xml
from appliance.pretend.scanner_jobs import NoMorePages, ScanJob
from appliance.pretend.scanner_tray import Fault

if TYPE_CHECKING:
    from appliance.pretend.scanner import VirtualScanner

_JOB = re.compile(r"/eSCL/ScanJobs/(\d+)(/NextDocument)?")
_REFUSALS = {Fault.BUSY: 503, Fault.COVER_OPEN: 409}
_MAX_BODY = 1 << 20
_STALL_S = 600.0  # long past every deadline of ours, and bounded all the same


class EsclDoor(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    @property
    def scanner(self) -> VirtualScanner:
        """The scanner this door belongs to."""
        return cast("VirtualScanner", self.server.scanner)  # type: ignore[attr-defined]

    def do_GET(self) -> None:
        """Capabilities, status, pages, and the log."""
        if self.path == "/_log":
            return self._tell(200, json.dumps(self.scanner.jobs.log), "application/json")
        if not self._there(0):
            return None
        if self.path == "/eSCL/ScannerCapabilities":
            return self._tell(200, scanner_xml.capabilities(self.scanner.name))
        if self.path == "/eSCL/ScannerStatus":
            return self._tell(200, self._status())
        job = self._job()
        if job is not None and self.path.endswith("/NextDocument"):
            return self._next_document(job)
        return self._tell(404)

    def do_POST(self) -> None:
        """A new scan job, or an order at the control door."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _MAX_BODY))
        if self.path == "/_control":
            try:
                told = self.scanner.obey(dict(json.loads(body)))
            except (ValueError, TypeError, FileNotFoundError) as error:
                return self._tell(400, json.dumps({"error": str(error)}), "application/json")
            return self._tell(200, json.dumps(told), "application/json")
        if not self._there(0):
            return None
        if self.path != "/eSCL/ScanJobs":
            return self._tell(404)
        return self._new_job(body.decode("utf-8", "replace"))

    def do_DELETE(self) -> None:
        """The client wants no more pages of a job."""
        if not self._there(0):
            return None
        job = self._job()
        if job is None:
            return self._tell(404)
        job.running = False
        return self._tell(200)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the request for ``GET /_log`` and write nothing."""
        self.scanner.jobs.log.append(format % args)

    def _new_job(self, body: str) -> None:
        try:
            source, duplex, look = scanner_xml.read_settings(body)
        except ValueError as error:
            return self._tell(409, str(error))
        wrong = self.scanner.tray.wrong(1)
        if wrong in _REFUSALS:
            return self._tell(_REFUSALS[wrong])
        if source != "Platen" and not self.scanner.tray.left():
            return self._tell(409)
        job = self.scanner.jobs.open(source, duplex, look)
        return self._tell(201, location=f"{self.scanner.url}ScanJobs/{job.number}")

    def _next_document(self, job: ScanJob) -> None:
        page = job.sent + 1
        wrong = self.scanner.tray.wrong(page)
        if wrong is Fault.VANISH or (wrong is Fault.STALL and self._stood_still_too_long(job)):
            return self._slam()
        if wrong in _REFUSALS:
            return self._tell(_REFUSALS[wrong])
        try:
            side = self.scanner.jobs.next_side(job)
        except NoMorePages:
            self.scanner.jobs.wait_for_the_end(job)
            return self._tell(404)
        if wrong is Fault.JAM:
            return self._jam(job)
        image = self.scanner.images.jpeg(side, job.look)
        self.scanner.jobs.wait_for_lamp(job, self.scanner.pace_s)
        if wrong is Fault.CUT:
            return self._send_half(image)
        job.sent = page
        return self._tell(200, image[: len(image) // 2] if wrong is Fault.TRUNCATED else image)

    def _jam(self, job: ScanJob) -> None:
        self.scanner.jobs.put_back(job)
        job.running = False
        self._tell(409)

    def _status(self) -> str:
        jobs = list(self.scanner.jobs.known())
        page = next((job.sent + 1 for job in jobs), 1)
        wrong = self.scanner.tray.wrong(page)
        feeder = "ScannerAdfLoaded" if self.scanner.tray.left() else "ScannerAdfEmpty"
        if wrong is Fault.JAM:
            feeder = "ScannerAdfJam"
        elif wrong is Fault.COVER_OPEN:
            feeder = "ScannerAdfDoorOpen"
        busy = wrong is Fault.BUSY or any(job.running for job in jobs)
        listed = ((f"/eSCL/ScanJobs/{job.number}", job.sent, job.running) for job in jobs)
        return scanner_xml.status("Processing" if busy else "Idle", feeder, listed)

    def _job(self) -> ScanJob | None:
        found = _JOB.fullmatch(self.path)
        return self.scanner.jobs.get(int(found.group(1))) if found else None

    def _there(self, page: int) -> bool:
        """Whether the scanner answers at all; if not, the connection is already gone."""
        if self.scanner.tray.wrong(page) is not Fault.VANISH:
            return True
        self._slam()
        return False

    def _stood_still_too_long(self, job: ScanJob) -> bool:
        """Stand still until healed; whether the client has gone by then: no sheet is pulled."""
        self.scanner.tray.healed.wait(_STALL_S)
        try:
            gone = not self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            gone = False
        except OSError:
            gone = True
        job.running = not gone
        return gone

    def _slam(self) -> None:
        """Reset the connection, as a pulled plug does."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()

    def _send_half(self, image: bytes) -> None:
        self._head(200, len(image), "image/jpeg")
        self.wfile.write(image[: len(image) // 2])
        self.wfile.flush()
        self._slam()

    def _tell(
        self, code: int, body: str | bytes = b"", kind: str = "", location: str | None = None
    ) -> None:
        raw = body.encode() if isinstance(body, str) else body
        self._head(
            code,
            len(raw),
            kind or ("text/xml" if isinstance(body, str) else "image/jpeg"),
            location,
        )
        self.wfile.write(raw)

    def _head(self, code: int, length: int, kind: str, location: str | None = None) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        if location is not None:
            self.send_header("Location", location)
        self.end_headers()
