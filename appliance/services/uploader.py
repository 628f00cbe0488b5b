"""tramhoso uploader: network and the device's token, no hardware and no desk key.

Its loop sends and tells how the box is; what the office says is heard beside it (news.py).
"""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from appliance import __version__
from appliance.core.errors import ApplianceError, ConfigWrong, SoftwareTooOld
from appliance.core.errors.heartbeat import PointCodeTaken
from appliance.desk.ending.erase_all import note_erase_all
from appliance.desk.point import Point
from appliance.desk.running.figures_told import take_ward_totals
from appliance.desk.sending.delivery import Sending, deliver, health
from appliance.desk.sending.feed import note_ward_clock
from appliance.desk.sending.status import UPLOADER, report_status
from appliance.desk.sending.ward_key import take_ward_key
from appliance.destinations.publications import WardPublications
from appliance.destinations.ward_service import WardService
from appliance.keys.signing import device_key_of, verify_key_of
from appliance.services.figures_told import FiguresToWard
from appliance.services.folder import FolderWatch
from appliance.services.news import News
from appliance.services.published import Publications
from appliance.services.steady import Steady

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25
HEARTBEAT_EVERY_S = 15 * 60.0
TELL_AGAIN_S = 60.0  # the technician reads when the line was heard of last; the card is not worn


class WithoutNetwork:
    """No ward is known by address: what is sealed leaves on a stick, where there is one."""

    def __init__(self, point: Point) -> None:
        has_stick = point.config.folder.path is not None
        token = read_token(point.config.ward.token_file) if has_stick else ""
        self._folder = FolderWatch(point, token)
        log.warning(
            "ward.url is empty; %s",
            "dossiers go by hand" if has_stick else "nothing is sent until it is set",
        )

    def run(self, stopping: Callable[[], bool], beat: Callable[[], None]) -> None:
        """As ``Uploader.run``."""
        self._folder.start()
        while not stopping():
            beat()
            time.sleep(1.0)
        self._folder.stop()


class Uploader:
    """Empties the outbox, hears the ward's news, tells the ward how the box is."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._sending = Sending(point, held_by=f"uploader-{os.getpid()}")
        self._ward = self._way_to_the_ward()
        self._figures = FiguresToWard(point, self._ward, time.monotonic)
        self._news = News(point, self._way_to_the_ward(), self._hear)
        token = read_token(point.config.ward.token_file)
        self._published = Publications(
            point,
            WardPublications(point.config.ward.url, token, point.config.ward.ca_file),
            self._heartbeat_soon,
        )
        self._folder = FolderWatch(point, token)
        self._device = verify_key_of(device_key_of(token))
        self._beat: Callable[[], None] = lambda: None
        self._next_heartbeat = 0.0  # of ``time.monotonic``
        self._said: str | None = "?"
        self._said_at = 0.0
        self._saying = threading.Lock()  # sending and news both tell how the line is

    def _way_to_the_ward(self) -> WardService:
        ward = self._point.config.ward
        return WardService(
            ward.url,
            read_token(ward.token_file),
            ward.verify_key,
            self._sending,
            ca_file=ward.ca_file,
            progress=self._progress,
        )

    def run(self, stopping: Callable[[], bool], beat: Callable[[], None]) -> None:
        """Serve until *stopping*; *beat* feeds a watchdog, also while bytes travel."""
        self._beat = beat
        steady = Steady(self._complain)

        def look() -> None:
            if self.send_one():
                return
            now = time.monotonic()
            if now >= self._next_heartbeat:
                self._next_heartbeat = now + HEARTBEAT_EVERY_S
                self._try(self._figures.tell)
                self._try(self._tell_how_we_are)  # last: what the ward asks for stays told
            time.sleep(LOOK_EVERY_S)

        self._news.start()
        self._published.start()
        self._folder.start()
        while not stopping():
            beat()
            if not steady.take(look):
                steady.rest()
            elif steady.be_well():
                self._said = "?"  # what was to be said may not have been written down
        self._news.stop()
        self._published.stop()
        self._folder.stop()
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
        self._report(error, is_news=True)
        return True

    def _tell_how_we_are(self) -> None:
        answer = self._ward.heartbeat(health(self._point, __version__))
        if answer.server_time is not None:
            clock = note_ward_clock(self._point, answer.server_time)
            log.info("this clock is %.0f s ahead of the ward's", clock.ahead.total_seconds())
        if answer.ward_totals is not None:
            take_ward_totals(self._point, answer.ward_totals)
        if answer.ward_key is not None:
            take_ward_key(self._point, answer.ward_key)
        if answer.erase_all is not None:
            note_erase_all(self._point, answer.erase_all, self._device)
        if answer.publication is not None:
            self._published.named(answer.publication)
        if answer.same_point_code:
            others = ", ".join(answer.same_point_code)
            raise PointCodeTaken(f"{self._point.config.point.code} is the code of {others} too")
        if answer.min_version and older(__version__, answer.min_version):
            raise SoftwareTooOld(f"the ward asks for {answer.min_version}, this is {__version__}")

    def _heartbeat_soon(self) -> None:
        """From the thread of the publications: the ward wants to hear what became of one."""
        self._next_heartbeat = 0.0

    def _try(self, step: Callable[[], object]) -> None:
        """A heartbeat is worth a line in the log, never a stop."""
        try:
            step()
        except ApplianceError as error:
            log.info("%s: %s", error.code, error)
            self._report(error)
        else:
            self._report(None)

    def _report(self, error: ApplianceError | None, is_news: bool = False) -> None:
        code = error.code if error else None
        with self._saying:
            now = time.monotonic()
            if is_news or code != self._said or now - self._said_at >= TELL_AGAIN_S:
                report_status(self._point, UPLOADER, "resting" if code else "ready", code)
                self._said, self._said_at = code, now

    def _hear(self, error: ApplianceError | None) -> None:
        """From the thread of the news, which a store that cannot be written must not end."""
        with suppress(Exception):
            self._report(error)

    def _complain(self, error: ApplianceError) -> None:
        """A fault of the loop, told on the page if it can be; the log has it in any case."""
        with suppress(Exception):
            self._report(error)

    def _progress(self, sent: int, total: int) -> None:
        self._beat()
        self._sending.progress(sent, total)


def older(ours: str, wanted: str) -> bool:
    """Whether release *ours* came before *wanted*; what is no release is never too old.

    >>> older("0.9.1", "0.10.0"), older("0.1.0", "0.1.0"), older("0.1.0", "soon")
    (True, False, False)
    """
    try:
        parts = [[int(part) for part in text.split(".")] for text in (ours, wanted)]
    except ValueError:
        return False
    return parts[0] < parts[1]


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
