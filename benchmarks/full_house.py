"""A house as after a year: thousands of dossiers at the ward, and people at its page."""

from __future__ import annotations

import gzip
import http.client
import time
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import Connection
from uuid6 import uuid7

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.submission import SealedFile, Submission, SubmissionState
from appliance.core.wire.manifest import Event, EventType, Receipt, WardState
from appliance.demo.browser import Document, Form
from appliance.demo.house import House
from appliance.desk.dossier.dossiers import look_at
from appliance.desk.dossier.phone_links import let_a_phone_in
from appliance.desk.point import Point
from appliance.pretend.sample_answers import sample_answers
from appliance.store import status
from appliance.store.dossier import dossiers, outbox, ward_events

A_DAY = 25  # dossiers of a busy point
OPEN = 20  # begun today and left open
PROCEDURE, SLOT = "khai-sinh", "giay_chung_sinh"
PATIENCE_S = 300.0
KEPT_S = 30.0  # the service lets go of a silent connection after a minute
ANSWERED = (WardState.RECEIVED, WardState.ACCEPTED, WardState.RESULT_READY, WardState.COLLECTED)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, how long it took, and how much of that the service computed."""

    status: int
    headers: dict[str, str]
    body: bytes
    wall_ms: float
    cpu_ms: float  # of all threads of the service, so only meant where nobody else asks

    @property
    def text(self) -> str:
        """The page, unpacked."""
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


@dataclass
class Visitor:
    """Somebody with a browser: one open connection, cookies, packed answers."""

    house: House
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._line = http.client.HTTPConnection(urlsplit(self.house.web_url).netloc, timeout=60)
        self._clock = cpu_clock(self.house.pid("web"))
        self._asked_at = time.monotonic()

    def also(self) -> Visitor:
        """The same browser's second connection."""
        return Visitor(self.house, dict(self.cookies))

    def get(self, path: str, **headers: str) -> Answer:
        """A page, or with ``X_Live`` what the page's own script asks for."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        """A form."""
        kind = {"Content_Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(fields).encode(), kind | headers)

    def submit(self, page: str, action_ends: str, **typed: str) -> Answer:
        """Load *page*, and send the form on it that goes there."""
        form = self.form(page, action_ends)
        answer = self.post(urlsplit(form.action).path, form.hidden | typed)
        if answer.status != http.client.SEE_OTHER:
            raise SystemExit(f"{page}: {action_ends} answered with {answer.status}")
        return answer

    def form(self, page: str, action_ends: str) -> Form:
        """The form on *page* that goes there."""
        return Document(self.house.web_url.rstrip("/") + page, self.get(page).text).form(
            action_ends
        )

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        said |= {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
        said["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if time.monotonic() - self._asked_at > KEPT_S:
            self._line.close()
            self._line.connect()
        self._asked_at = time.monotonic()
        cpu, wall = time.clock_gettime(self._clock), time.monotonic()
        self._line.request(method, path, body, said)
        came = self._line.getresponse()
        content = came.read()
        wall_ms = (time.monotonic() - wall) * 1000
        cpu_ms = (time.clock_gettime(self._clock) - cpu) * 1000
        for line in came.headers.get_all("Set-Cookie", ()):
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        told = {name.lower(): value for name, value in came.headers.items()}
        return Answer(came.status, told, content, wall_ms, cpu_ms)


def cpu_clock(pid: int) -> int:
    """For ``time.clock_gettime``: the CPU clock of another process, as clock_getcpuclockid(3)."""
    return (~pid << 3) | 2


def volunteer(house: House, place: int) -> Visitor:
    """One of the demo's two helpers, signed in."""
    name, pin = list(house.pins.items())[place]
    visitor = Visitor(house)
    visitor.submit("/sign-in", "/sign-in", name=name, pin=pin)
    return visitor


def filled_dossier(house: House, point: Point, helper: Visitor, pages: int) -> str:
    """Opened, filled, scanned and cleaned through the page; returns its id."""
    opened = helper.submit("/dossiers/new", "/dossiers", procedure=PROCEDURE)
    dossier_id = opened.headers["location"].partition("/dossiers/")[2][:36]
    path = f"/dossiers/{dossier_id}"
    helper.submit(f"{path}/topics/1", "/answers", **typed(point))
    if pages:
        house.lay_papers(pages)
        house.press()
    deadline = time.monotonic() + PATIENCE_S
    while len([page for page in look_at(point, dossier_id).pages if page.preview]) < pages:
        if time.monotonic() > deadline:
            raise SystemExit(f"{pages} pages were not clean within {PATIENCE_S:g} s")
        time.sleep(0.2)
    return dossier_id


def typed(point: Point) -> dict[str, str]:
    """A whole form, as its boxes send it."""
    boxes: dict[str, str] = {}
    for key, value in sample_answers(PROCEDURE, point.today()).items():
        if isinstance(value, dict):
            boxes |= {f"{key}-{part}": str(inside) for part, inside in value.items()}
        else:
            boxes[key] = str(value)
    return boxes


def phone_at(house: House, point: Point, dossier_id: str) -> Visitor:
    """A citizen's phone that took the code on the volunteer's screen."""
    token = let_a_phone_in(point, dossier_id, volunteer_id=1).token
    phone = Visitor(house)
    phone.submit(f"/p/{token}", f"/p/{token}")
    return phone


def fill_store(point: Point, count: int) -> str:
    """Add *count* dossiers, all but a few of today at the ward; returns a delivered one's id.

    Rows as the seal, the uploader and the ward's feed leave them, in one transaction, so that
    the uploader never sees one that waits.
    """
    now = point.clock()
    kinds = [point.procedures[one] for one in sorted(point.procedures)]
    packed = [zlib.compress(kind.model_dump_json().encode()) for kind in kinds]
    key, delivered = point.vault.new_desk_key(), ""
    with point.database.writing() as connection:
        position = status.recall(connection, status.WARD_FEED)
        for number in range(count):
            days_ago = (count - 1 - number) // A_DAY
            begun = now - timedelta(days=days_ago, minutes=number % A_DAY)
            kind = kinds[number % len(kinds)]
            dossier_id = str(uuid7())
            dossiers.add_dossier(
                connection,
                dossier_id=dossier_id,
                point_code=point.config.point.code,
                local_day=begun.astimezone(point.zone),
                procedure_id=kind.id,
                procedure_version=kind.version,
                procedure_json=packed[number % len(kinds)],
                opened_at=begun,
                opened_by=1,
                desk_key=key,
                answers=point.vault.seal(b"{}", key) if number >= count - OPEN else None,
            )
            if number < count - OPEN:
                _deliver(connection, dossier_id, number, begun)
                delivered = dossier_id
        if position is None:
            status.forget(connection, status.WARD_FEED)
        else:
            status.remember(connection, status.WARD_FEED, position)
    return delivered


def _deliver(connection: Connection, dossier_id: str, number: int, moment: datetime) -> None:
    """Sealed, sent, answered by the ward; its pages are gone from the desk."""
    digest = f"{number:064x}"
    file = SealedFile(SLOT, digest, 400_000, digest, 390_000, 4)
    sent = Submission(
        id=dossier_id,
        dossier_id=dossier_id,
        revision=1,
        destination="ward",
        state=SubmissionState.WAITING,
        body=b"{}",
        manifest_sha256=digest,
        created_at=moment,
        attempts=1,
        next_try_at=None,
        error_code=None,
        error_text=None,
        files=(file,),
    )
    steps: tuple[dict[str, Any], ...] = ({"old": DossierState.OPEN, "new": DossierState.SEALING}, {
        "old": DossierState.SEALING, "new": DossierState.SEALED, "sealed_at": moment,
    })  # fmt: skip
    for step in steps:
        dossiers.move_dossier(connection, dossier_id, **step)
    outbox.add_submission(connection, sent)
    proof = Receipt(
        dossier_id=dossier_id,
        code=f"TNHS-{number:06d}",
        received_at=moment,
        manifest_sha256=digest,
        signature="drawn",
    )
    outbox.mark_delivered(connection, sent, proof)
    events = tuple(
        Event(
            seq=str(1_000_000_000 + number * 10 + place),  # far from the ward's own
            dossier_id=dossier_id,
            at=moment + timedelta(hours=place),
            type=EventType.STATE_CHANGED,
            state=state,
        )
        for place, state in enumerate(ANSWERED[: 1 + number % len(ANSWERED)])
    )
    ward_events.add_events(connection, events, None, lambda words, key: words)
