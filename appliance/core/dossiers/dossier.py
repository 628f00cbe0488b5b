"""A dossier on its way from loose paper to a receipt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appliance.core.paper.findings import DAMAGED, Kind, Quad, Warn


class DossierState(StrEnum):
    """Where a dossier stands. Stored as written, so never rename a value."""

    OPEN = "open"  # pages and answers may still come and go
    SEALING = "sealing"  # the citizen agreed; the station is making the PDFs
    SEALED = "sealed"  # nothing changes any more; only the ward can read it
    DELIVERED = "delivered"  # a verified receipt; OPEN again when the ward asks for more
    ERASED = "erased"  # before the ward had it: wished, or nobody came back in time


class Why(StrEnum):
    """Why a dossier was erased. Stored as written."""

    WITHDRAWN = "consent-withdrawn"
    NOT_NEEDED = "not-needed"  # opened by mistake, doubled, done elsewhere
    TIME_OVER = "time-over"  # nobody worked on it for as long as drafts are kept
    WARD_ASKED = "ward-asked"


CAMERA = "camera"  # the ``mode`` of a page that a telephone took; its resolution is a guess


@dataclass(frozen=True, slots=True)
class Dossier:
    """What one citizen brought for one procedure (hồ sơ)."""

    id: str  # UUIDv7, made once; also the id under which the ward knows it
    number: str  # the point's own: TH-0001-20261122-03
    procedure_id: str
    procedure_version: str
    state: DossierState
    opened_at: datetime
    opened_by: int
    answers_revision: int  # counts saves; 0 before the first answer
    consent_at: datetime | None = None
    sealed_at: datetime | None = None
    revision: int = 1  # 2 and later answer what the ward asked for
    national_code: str | None = None  # mã hồ sơ, as a volunteer typed it
    follow_secret: str | None = None  # on the citizen's slip, from the first seal on
    touched_at: datetime | None = None  # the last sign that somebody worked on it
    warned_at: datetime | None = None  # since when the first screen says that it is erased soon
    erased_at: datetime | None = None
    erased_why: str | None = None

    @property
    def is_supplement(self) -> bool:
        """Whether it lies on the desk for papers only: its answers are at the ward."""
        return self.revision > 1


@dataclass(frozen=True, slots=True)
class Page:
    """One scanned side, or one thing of several on the glass.

    The master never changes. What the box found and what a person says stand beside it as
    columns, and each of them can be undone until the seal.
    """

    id: str
    dossier_id: str  # empty while it lies in a walk-up
    slot_key: str  # the same
    position: int  # order inside the slot; gaps are fine
    master: str  # name of the encrypted page file; things on one glass share it
    width_px: int
    height_px: int
    resolution_dpi: int
    mode: str
    turn: int  # 0, 90, 180 or 270 degrees clockwise, asked for by a person
    removed: bool
    made_at: datetime
    scan_request_id: int = 0
    number: int = 1  # of the side in its batch, from 1
    item: int = 0  # which thing on its master, from 0
    kind: Kind = Kind.AUTO  # what the box took it for; AUTO: a sheet of paper
    kept: bool = False  # a person says: keep it though it looks blank
    plain: bool = False  # a person wants it as it was scanned: neither cut, straight nor cleaned
    crop: Quad | None = None  # where a person cut it out of the upright master
    is_blank: bool = False  # found by the box
    angle_deg: float = 0.0  # by which the box straightened it, counter-clockwise
    auto_turn: int | None = 0  # clockwise, done by the box; None: it cannot tell, ask a person
    warnings: tuple[Warn, ...] = ()  # places are those of the page as it is shown, *turn* included
    edits: int = 0  # grows with every edit that changes pixels
    cleaned_edits: int | None = None  # the *edits* that the clean copy shows; None: no copy yet
    preview: str | None = None  # name of the encrypted picture for the screen, once cleaned
    rendition: str | None = None  # name of the encrypted clean copy, packed, once cleaned
    rendition_dpi: int | None = None
    clean_bytes: int | None = None  # what the clean copy will weigh in a PDF, about
    findings: str | None = None  # name of the encrypted findings: codes hold personal data
    text: str | None = None  # name of the encrypted words, once somebody read them
    clean_error: str | None = None
    walk_up_id: int | None = None  # where it lies until somebody claims it into a dossier

    @property
    def left_out(self) -> bool:
        """Shown greyed and not sealed: it looks blank and nobody asked to keep it."""
        return self.is_blank and not self.kept

    @property
    def is_damaged(self) -> bool:
        """The card spoiled its scan: it must be scanned again or taken out before the seal."""
        return any(warn.code == DAMAGED for warn in self.warnings)

    @property
    def shows_master(self) -> bool:
        """It travels as it was scanned, with everything that lay beside it."""
        return self.plain or self.clean_error is not None

    @property
    def awaits_cleaning(self) -> bool:
        """Its clean copy is missing, or older than an edit."""
        return self.clean_error is None and self.cleaned_edits != self.edits


def travelling(pages: Iterable[Page]) -> tuple[Page, ...]:
    """The pages of a slot that go to the ward, in order.

    Not what looks blank; and a glass that several of its things show whole goes once.
    """
    going: list[Page] = []
    shown: set[str] = set()
    for page in pages:
        if page.left_out or (page.shows_master and page.master in shown):
            continue
        if page.shows_master:
            shown.add(page.master)
        going.append(page)
    return tuple(going)


def local_number(point_code: str, day: datetime, serial: int) -> str:
    """The point's own number, e.g. ``TH-0001-20261122-03``.

    It must not look like a national dossier code (``H26.12-261122-0003``): two letters, the
    full year and a short serial keep them apart.
    """
    return f"{point_code}-{day:%Y%m%d}-{serial:02d}"
