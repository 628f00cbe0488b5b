"""A virtual scanner: eSCL on loopback, page images instead of glass, misbehaving when told.

Debian's sane-airscan talks to it, so libsane, python-sane and everything above run for real.
``python -m appliance.pretend.scanner --pages DIR`` serves one; see docs/virtual_scanner.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Iterable
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from appliance.airscan import write_sane_config
from appliance.pretend.scanner_escl import EsclDoor
from appliance.pretend.scanner_images import PageImages, pages_in
from appliance.pretend.scanner_jobs import ScanJobs
from appliance.pretend.scanner_tray import Fault, PaperLike, Tray


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    scanner: VirtualScanner

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is everyday life here; anything else is a fault of ours."""
        if not isinstance(sys.exception(), ConnectionError):  # pragma: no cover
            super().handle_error(request, client_address)


class VirtualScanner:
    """One scanner on 127.0.0.1. Starts with ``with``, ends without leftovers.

    The tray starts with every page of *pages_folder*, the glass with the first one.
    *pace_s* is how long one side takes to pass the lamp; 0 is as fast as the machine.
    """

    def __init__(
        self, pages_folder: Path, port: int = 0, pace_s: float = 0.0, name: str = "TramHoSo"
    ) -> None:
        self.name = name
        self.tray = Tray(pages_folder)
        self.pace_s = pace_s
        self.images = PageImages()
        self.jobs = ScanJobs(self.tray)
        pages = pages_in(pages_folder)
        self.tray.load(pages)
        self.tray.lay_on_glass(pages[0] if pages else None)
        self._server = _Server(("127.0.0.1", port), EsclDoor)
        self._server.scanner = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        """Where eSCL is spoken; ends in ``/eSCL/``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/eSCL/"

    @property
    def control_url(self) -> str:
        """Where orders are taken; see docs/virtual_scanner.md."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/_control"

    @property
    def sane_device(self) -> str:
        """The SANE name that needs no entry in a configuration file."""
        return f"airscan:escl:{self.name}:{self.url}"

    def sane_config(self, folder: Path) -> Path:
        """Make *folder* a private SANE_CONFIG_DIR in which this is the only scanner."""
        return write_sane_config(folder, {self.name: self.url})

    def load_tray(self, papers: Iterable[PaperLike]) -> None:
        """Put pages in the feeder: file names, or (front, back) pairs; replaces the rest."""
        self.tray.load(papers)

    def misbehave(self, fault: Fault, at_page: int = 1, seconds: float | None = None) -> None:
        """Do *fault* from page *at_page* of every job on; *seconds* None: until ``behave()``."""
        self.tray.misbehave(fault, at_page, seconds)

    def behave(self) -> None:
        """No fault any more."""
        self.tray.behave()

    def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry out one order of the control door; see docs/virtual_scanner.md.

        Raises ValueError, TypeError or FileNotFoundError for an order that makes no sense.
        """
        for verb, value in order.items():
            match verb:
                case "load":
                    papers = pages_in(self.tray.folder) if value == "all" else value
                    self.load_tray(tuple(p) if isinstance(p, list) else p for p in papers)
                case "glass":
                    self.tray.lay_on_glass(value)
                case "pace_s":
                    self.pace_s = float(value)
                case "fault":
                    strike = {k: order[k] for k in ("at_page", "seconds") if k in order}
                    self.misbehave(Fault(value), **strike) if value else self.behave()
                case "at_page" | "seconds":
                    pass
                case _:
                    raise ValueError(f"unknown order: {verb}")
        return {"tray": len(self.tray.left()), "pace_s": self.pace_s}

    def start(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop answering; whoever waits for a page is let go."""
        self.jobs.close()
        self.behave()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def main() -> None:
    """Serve until interrupted; the first line printed is JSON with the address."""
    parser = argparse.ArgumentParser(description="A virtual eSCL scanner on loopback.")
    parser.add_argument("--pages", type=Path, required=True, help="folder of JPEG/PNG/PNM pages")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--pace", type=float, default=0.0, help="seconds a page")
    asked = parser.parse_args()
    with VirtualScanner(asked.pages, asked.port, asked.pace) as scanner:
        told = {"url": scanner.url, "device": scanner.sane_device}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
