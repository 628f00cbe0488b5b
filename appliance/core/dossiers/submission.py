"""A sealed dossier bound for one destination."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

HOLD = timedelta(minutes=10)  # a sender that died frees its submission after this long
LONGEST_REST = timedelta(minutes=15)  # no submission waits longer between two tries


class SubmissionState(StrEnum):
    """Where a submission stands. Stored as written."""

    WAITING = "waiting"  # in the outbox; tried again by itself
    NEEDS_PERSON = "needs-person"  # it will not succeed by itself; the reason is stored
    DELIVERED = "delivered"  # a verified receipt is stored


class Bound(StrEnum):
    """Where a submission is bound for. Stored as written."""

    WARD = "ward"  # the ward's service, over the network
    FOLDER = "folder"  # a stick that somebody carries there


class ScanRequestState(StrEnum):
    """A press on its way. Stored as written."""

    ASKED = "asked"
    SCANNING = "scanning"
    DONE = "done"
    FAILED = "failed"


class SealState(StrEnum):
    """A wish to seal on its way. Stored as written."""

    ASKED = "asked"
    SEALING = "sealing"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One ciphertext of a submission, and what is known of the PDF inside."""

    slot: str
    sha256: str  # of the ciphertext; also its file name
    bytes: int
    content_sha256: str
    content_bytes: int
    pages: int
    upload_url: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """What the outbox keeps. *id* and *body* never change between attempts."""

    id: str
    dossier_id: str
    revision: int
    destination: str
    state: SubmissionState
    body: bytes  # canonical manifest
    manifest_sha256: str
    created_at: datetime
    attempts: int
    next_try_at: datetime | None
    error_code: str | None
    error_text: str | None
    files: tuple[SealedFile, ...] = ()
    answers_seq: int | None = None  # the newest of the ward's requests that it answers
    brought: str | None = None  # JSON: what it brings of requests that it answers in part
    copied_at: datetime | None = None  # whole on a stick since then
    copied_to: str | None = None  # which one

    @property
    def by_hand(self) -> bool:
        """Whether a stick carries it; the network leaves it alone."""
        return self.destination == Bound.FOLDER

    @property
    def parts(self) -> dict[str, int]:
        """How many files the papers have that travel in parts, by slot."""
        count = Counter(file.slot for file in self.files)
        return {slot: files for slot, files in count.items() if files > 1}


def revision_id(dossier_id: str, revision: int) -> str:
    """The same on every attempt, also after a crash: the dossier's own id for revision 1."""
    if revision == 1:
        return dossier_id
    return str(uuid.uuid5(uuid.UUID(dossier_id), f"revision-{revision}"))
