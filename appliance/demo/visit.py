"""One whole journey without a person: from a press to bytes that the ward can prove.

It acts only as people do, through the page and the button; it looks into the stores of point
and ward afterwards, to see with its own eyes what arrived.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from appliance.core.dossiers.submission import SealedFile
from appliance.core.wire.manifest import CONTENTS_SLOT, Receipt
from appliance.demo.browser import Browser, Document
from appliance.demo.house import House, HouseFell
from appliance.desk.dossier.dossiers import DossierView, look_at
from appliance.desk.point import Point, open_point
from appliance.keys.canonical import sha256_hex
from appliance.keys.signing import receipt_verifies
from appliance.pretend.sample_answers import sample_answers
from web.ward.office.reader import open_dossier

PROCEDURE = "khai-sinh"
SLOT = "giay_chung_sinh"
STEP_S = 300.0  # for one step on the slowest board
LOOK_S = 0.02
ENDED = ("done", "failed")


@dataclass(frozen=True, slots=True)
class SealedPdf:
    """One PDF of the dossier, as the station wrote it before the seal."""

    slot: str
    bytes: int
    pages: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long a person waited. Cleaning runs beside scanning: *clean* is what came after."""

    scan: float  # from the press to the empty tray
    clean: float  # from there to the last clean page
    seal: float  # from the consent to the seal
    upload: float  # from the seal to the verified receipt
    total: float  # from the press to the receipt, typing included


@dataclass(frozen=True, slots=True)
class Visit:
    """What one journey came to."""

    dossier: str
    pages: int
    pdfs: tuple[SealedPdf, ...]
    receipt_code: str
    signature_verified: bool
    ward_has_all_bytes: bool
    seconds: Seconds

    def as_json(self) -> dict[str, object]:
        """The object that ``tramhoso demo --once`` prints last."""
        return {
            "dossier": self.dossier,
            "pages": self.pages,
            "pdfs": [asdict(pdf) for pdf in self.pdfs],
            "receipt": {"code": self.receipt_code, "signature_verified": self.signature_verified},
            "ward_has_all_bytes": self.ward_has_all_bytes,
            "seconds": {name: round(took, 3) for name, took in asdict(self.seconds).items()},
        }


def play_visit(house: House, pages: int, say: Callable[[str], None]) -> Visit:
    """Sign in, open a dossier, press, fill, check, agree, seal, and wait for the receipt.

    Raises:
        HouseFell: a service ended, or a step took far too long.
        PageRefused: the page did not answer as it must.
    """
    point = open_point(house.config())
    try:
        return _Journey(house, point, say).play(pages)
    finally:
        point.database.close()


def finish_visit(house: House, dossier_id: str, say: Callable[[str], None]) -> Visit:
    """Sign in again after a power cut and bring a scanned dossier to its receipt.

    Raises:
        HouseFell, PageRefused: as ``play_visit``.
    """
    point = open_point(house.config())
    try:
        return _Journey(house, point, say).go_on(dossier_id)
    finally:
        point.database.close()


class _Journey:
    def __init__(self, house: House, point: Point, say: Callable[[str], None]) -> None:
        self._house, self._point, self._say = house, point, say
        self._dossier_id = ""

    def play(self, pages: int) -> Visit:
        browser = Browser(self._house.web_url)
        self._open_dossier(browser)
        self._say(f"dossier {self._view.dossier.number} is on the desk; pressing the button …")
        self._house.lay_papers(pages)
        began = time.monotonic()
        self._house.press()
        scan_s = self._wait(lambda view: view.scan is not None and view.scan.state in ENDED)
        view = self._view
        if view.scan is None or view.scan.error_code or len(view.pages) != pages:
            raise HouseFell(f"scanned {len(view.pages)} of {pages} pages: {view.scan}")
        self._say(f"{pages} pages saved in {scan_s:.2f} s; making them clean …")
        return self._to_the_receipt(browser, began, scan_s)

    def go_on(self, dossier_id: str) -> Visit:
        """From scanned pages to the receipt, by whoever signs in now."""
        began, browser = time.monotonic(), Browser(self._house.web_url)
        self._sign_in(browser)
        self._dossier_id = dossier_id
        self._say(f"{len(self._view.pages)} pages are still there; going on …")
        return self._to_the_receipt(browser, began, 0.0)

    def _to_the_receipt(self, browser: Browser, began: float, scan_s: float) -> Visit:
        pages = len(self._view.pages)
        clean_s = self._wait(lambda view: all(page.preview for page in view.pages))
        self._say("filling the form as a volunteer would …")
        check = self._fill(browser)
        self._say("the citizen agrees; sealing …")
        browser.submit(check.form("/seal"), consent="yes")
        seal_s = self._wait(lambda view: view.submission is not None)
        self._say(f"sealed in {seal_s:.2f} s; sending it to the ward …")
        upload_s = self._wait(lambda view: view.receipt is not None)
        total_s = time.monotonic() - began
        return self._proven(pages, Seconds(scan_s, clean_s, seal_s, upload_s, total_s))

    @property
    def _view(self) -> DossierView:
        return look_at(self._point, self._dossier_id)

    def _open_dossier(self, browser: Browser) -> None:
        self._sign_in(browser)
        desk = browser.submit(browser.get("/dossiers/new").form("/dossiers"), procedure=PROCEDURE)
        self._dossier_id = desk.url.partition("/dossiers/")[2][:36]

    def _sign_in(self, browser: Browser) -> None:
        (name, pin), *_ = self._house.pins.items()
        browser.submit(browser.get("/sign-in").form("/sign-in"), name=name, pin=pin)

    def _fill(self, browser: Browser) -> Document:
        typed: dict[str, str] = {"next": "check"}
        for key, value in sample_answers(PROCEDURE, self._point.today()).items():
            if isinstance(value, dict):
                typed |= {f"{key}-{part}": str(inside) for part, inside in value.items()}
            else:
                typed[key] = str(value)
        topic = browser.get(f"/dossiers/{self._dossier_id}/topics/1")  # takes every topic's boxes
        return browser.submit(topic.form("/answers"), **typed)

    def _proven(self, pages: int, seconds: Seconds) -> Visit:
        view = self._view
        assert view.receipt is not None and view.submission is not None  # noqa: S101, PT018
        self._say(f"the ward's receipt: {view.receipt.code}")
        pdfs = [file for file in view.submission.files if file.slot != CONTENTS_SLOT]
        return Visit(
            dossier=view.dossier.id,
            pages=pages,
            pdfs=tuple(
                SealedPdf(file.slot, file.content_bytes, file.pages, file.content_sha256)
                for file in pdfs
            ),
            receipt_code=view.receipt.code,
            signature_verified=self._signed(view.receipt),
            ward_has_all_bytes=self._ward_has(pdfs),
            seconds=seconds,
        )

    def _signed(self, receipt: Receipt) -> bool:
        return receipt_verifies(receipt, self._point.config.ward.verify_key)

    def _ward_has(self, pdfs: list[SealedFile]) -> bool:
        """Open the dossier with the ward's own key; compare every PDF with what was sealed."""
        papers = open_dossier(self._house.ward_home, self._dossier_id).papers
        ours = {file.sha256: (file.content_sha256, file.content_bytes) for file in pdfs}
        theirs = {sealed: (sha256_hex(pdf), len(pdf)) for sealed, pdf in papers.items()}
        return ours == theirs

    def _wait(self, holds: Callable[[DossierView], bool]) -> float:
        """Until *holds*; returns the seconds. A line every five shows that it goes on."""
        began = told = time.monotonic()
        while not holds(self._view):
            self._house.must_be_alive()
            now = time.monotonic()
            if now - began > STEP_S:
                raise HouseFell(f"still waiting after {STEP_S:g} s")
            if now - told > 5:
                told = now
                self._say(f"… {now - began:.0f} s")
            time.sleep(LOOK_S)
        return time.monotonic() - began
