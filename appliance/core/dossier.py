"""A dossier on its way from loose paper to a receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DossierState(StrEnum):
    """Where a dossier stands. Stored as written, so never rename a value."""

    OPEN = "open"  # pages and answers may still come and go
    SEALING = "sealing"  # the citizen agreed; the station is making the PDFs
    SEALED = "sealed"  # nothing changes any more; only the ward can read it
    DELIVERED = "delivered"  # a destination gave us a verified receipt


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


@dataclass(frozen=True, slots=True)
class Page:
    """One scanned side. The master never changes; *turn* and *removed* are edits, undoable."""

    id: str
    dossier_id: str
    slot_key: str
    position: int  # order inside the slot; gaps are fine
    master: str  # name of the encrypted page file
    width_px: int
    height_px: int
    resolution_dpi: int
    mode: str
    turn: int  # 0, 90, 180 or 270 degrees clockwise, asked for by a person
    removed: bool
    made_at: datetime
    preview: str | None = None  # name of the encrypted preview, once cleaned
    rendition: str | None = None  # name of the encrypted portal copy, once cleaned
    rendition_dpi: int | None = None
    clean_error: str | None = None


def local_number(point_code: str, day: datetime, serial: int) -> str:
    """The point's own number, e.g. ``TH-0001-20261122-03``.

    It must not look like a national dossier code (``H26.12-261122-0003``): two letters, the
    full year and a short serial keep them apart.
    """
    return f"{point_code}-{day:%Y%m%d}-{serial:02d}"
