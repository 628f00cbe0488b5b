"""tramhoso uploader: network and the device's token, no hardware and no desk key."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from appliance import __version__
from appliance.core.errors import ApplianceError, ConfigWrong
from appliance.core.manifest import EventPage
from appliance.desk.delivery import Sending, deliver, health, read_feed
from appliance.desk.point import Point
from appliance.desk.status import UPLOADER, report_status
from appliance.destinations.ward_service import WardService
from appliance.services.steady import Steady

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25
FEED_EVERY_S = 20.0
HEARTBEAT_EVERY_S = 15 * 60.0


def wait_without_a_ward(stopping: Callable[[], bool], beat: Callable[[], None]) -> None:
    """No ward is configured yet: nothing can be sealed, so there is nothing to send."""
    log.warning("ward.url is empty; nothing is sent until it is set")
    while not stopping():
        beat()
        time.sleep(1.0)


class Uploader:
    """Empties the outbox, reads the ward's feed, tells the ward how the box is."""

    def __init__(self, point: Point) -> None:
        ward = point.config.ward
        self._point = point
        self._sending = Sending(point, held_by=f"uploader-{os.getpid()}")
        self._ward = WardService(
            ward.url,
            read_token(ward.token_file),
            ward.verify_key,
            self._sending,
            ca_file=ward.ca_file,
            progress=self._progress,
        )
        self._beat: Callable[[], None] = lambda: None
        self._said: str | None = "?"

    def run(self, stopping: Callable[[], bool], beat: Callable[[], None]) -> None:
        """Serve until *stopping*; *beat* feeds a watchdog, also while bytes travel."""
        self._beat = beat
        next_feed = next_heartbeat = time.monotonic()
        steady = Steady(self._complain)

        def look() -> None:
            nonlocal next_feed, next_heartbeat
            if self.send_one():
                return
            now = time.monotonic()
            if now >= next_heartbeat:
                next_heartbeat = now + HEARTBEAT_EVERY_S
                self._try(lambda: self._ward.heartbeat(health(self._point, __version__)))
            if now >= next_feed:
                next_feed = now + FEED_EVERY_S
                self._try(lambda: read_feed(self._point, self._events))
            time.sleep(LOOK_EVERY_S)

        while not stopping():
            beat()
            if not steady.take(look):
                steady.rest()
            elif steady.be_well():
                self._said = "?"  # what was to be said may not have been written down
        self._ward.close()

    def send_one(self) -> bool:
        """Take the next due dossier and send it. Returns whether there was one."""
        submission = self._sending.take()
        if submission is None:
            return False
        error = deliver(
            self._point, submission, self._ward, random.random, lambda: self._sending.moved
        )
        if error is None:
            log.info("submission %s delivered", submission.id)
        else:
            log.warning("submission %s: %s: %s", submission.id, error.code, error)
        self._report(error)
        return True

    def _try(self, step: Callable[[], object]) -> None:
        """Feed and heartbeat are worth a line in the log, never a stop."""
        try:
            step()
        except ApplianceError as error:
            log.info("%s: %s", error.code, error)
            self._report(error)
        else:
            self._report(None)

    def _report(self, error: ApplianceError | None) -> None:
        code = error.code if error else None
        if code != self._said:
            report_status(self._point, UPLOADER, "resting" if code else "ready", code)
            self._said = code

    def _complain(self, error: ApplianceError) -> None:
        """A fault of the loop, told on the page if it can be; the log has it in any case."""
        with suppress(Exception):
            self._report(error)

    def _events(self, after: str | None) -> EventPage | None:
        self._beat()  # a long feed is many pages
        return self._ward.events(after)

    def _progress(self, sent: int, total: int) -> None:
        self._beat()
        self._sending.progress(sent, total)


def read_token(token_file: Path | None) -> str:
    """The device's token; systemd's credential folder comes first.

    Raises:
        ConfigWrong: no token was configured, or it cannot be read.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    candidates = [Path(folder) / "ward.token"] if folder else []
    candidates += [token_file] if token_file else []
    why = "is not set; it names the file with the token that `tramhoso ward token add` printed"
    for path in candidates:
        try:
            return path.read_text(encoding="ascii").strip()
        except OSError as error:
            why = f"{path}: {error.strerror}"
        except UnicodeDecodeError:
            why = f"{path}: holds no token"
    raise ConfigWrong(f"ward.token_file: {why}")
