"""What travels to the ward: the wire messages of the receiving service, version 1.

Shapes follow the ward's contract (docs/ward_api.yaml). Unknown keys from the ward are
ignored, so that it can grow; unknown keys of ours are errors.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
DossierId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
]
RECEIPT_CODE = re.compile(r"^[0-9A-Z-]{8,24}$")

CONTENTS_SLOT = "contents"  # the sealed JSON: answers, and what each file is
SUMMARY_SLOT = "summary"  # the typeset sheet of answers
RESERVED_SLOTS = frozenset({CONTENTS_SLOT, SUMMARY_SLOT})


class OurMessage(BaseModel):
    """A message this project writes: nothing in it by accident."""

    # an error's text goes to the journal, and what a citizen answered must not
    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True
    )


class TheirMessage(BaseModel):
    """A message somebody else writes: what we do not know, we let pass."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True
    )


class CopyKind(StrEnum):
    """How the paper was copied, in the ward's words."""

    PHOTO = "chup"
    CERTIFIED = "sao_y"
    ORIGINAL = "goc"


class ProcedureRef(OurMessage):
    """A procedure definition, pinned by its digest."""

    id: str
    version: str
    sha256: Sha256
    title_vi: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class Replaced(OurMessage):
    """What of an earlier revision a file takes the place of: a paper, or one page of it."""

    revision: int = Field(ge=1)  # the newest that brought the paper whole
    page: int | None = Field(default=None, ge=1)  # of that paper; None: all of it


class ManifestFile(OurMessage):
    """One sealed file: digest and size are of the ciphertext, *media_type* of what is inside."""

    slot: str
    sha256: Sha256
    bytes: int = Field(ge=1)
    pages: int | None = Field(default=None, ge=0)
    media_type: Literal["application/pdf", "application/json"]
    upload: str | None = None
    copy_kind: CopyKind | None = None
    replaces: Replaced | None = None


class Follow(OurMessage):
    """By which number and secret the citizen may ask the ward how far it is, from the seal on."""

    number: Annotated[str, StringConstraints(pattern=RECEIPT_CODE.pattern)]  # the point's own
    secret_sha256: Sha256  # the secret itself stands on the citizen's slip only


class Consent(OurMessage):
    """The citizen's active agreement; the wording is in the sealed contents."""

    signed: bool
    at: AwareDatetime


class Manifest(OurMessage):
    """One revision of a dossier as it is committed. Holds no personal data.

    With ``encrypted_for`` set, ``answers`` is empty here and stands in the sealed file of
    slot ``contents``, so that neither the box nor a proxy can read it.
    """

    dossier_id: DossierId
    revision: int = Field(ge=1)
    procedure: ProcedureRef
    answers: dict[str, Any] = Field(default_factory=dict)
    files: tuple[ManifestFile, ...]
    made_at: AwareDatetime
    clock_trusted: bool
    point: str
    volunteer: str | None = None
    consent: Consent | None = None
    encrypted_for: str | None = None
    follow: Follow | None = None  # in the first revision only
    # the newest of the ward's requests that this revision answers
    answers_request: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,19}$")] | None = None


class ContentsSlot(OurMessage):
    """A paper that the procedure knows, so that an officer can ask for one that is missing."""

    slot: str
    title: str


class ContentsFile(OurMessage):
    """One PDF inside the seal: digest and size are of the plain PDF."""

    slot: str
    title: str  # the paper's name in Vietnamese
    name: str  # file name for a person, ends in .pdf
    sha256: Sha256
    bytes: int
    pages: int
    sealed_sha256: Sha256  # of the file that carries it, as listed in the manifest


class ContentsRow(OurMessage):
    """One answered question, as the citizen read it."""

    label: str
    text: str
    key: str | None = None  # of the field, so that an officer can ask for it to be corrected


class ContentsSection(OurMessage):
    """A block of the form, in asking order."""

    title: str
    rows: tuple[ContentsRow, ...]


class Contents(OurMessage):
    """What only the ward can read (slot ``contents``).

    ``answers`` are the raw values by field key, for the ward's software; ``sections`` say the
    same to an officer, so that reading a dossier needs no procedure file.
    """

    dossier_id: DossierId
    revision: int
    local_number: str  # the point's own number; never looks like a national code
    answers: dict[str, Any]
    files: tuple[ContentsFile, ...]
    sections: tuple[ContentsSection, ...] = ()
    consent_text: str | None = None
    slots: tuple[ContentsSlot, ...] = ()


class Receipt(TheirMessage):
    """The ward's signed proof.

    The Ed25519 signature covers the RFC 8785 canonical JSON of all fields that are present
    except ``signature`` itself.
    """

    dossier_id: DossierId
    code: Annotated[str, StringConstraints(pattern=RECEIPT_CODE.pattern)]
    secret: str | None = None
    received_at: AwareDatetime
    manifest_sha256: Sha256
    due_at: AwareDatetime | None = None
    signature: str  # base64url without padding


class WardState(StrEnum):
    """Where a dossier stands at the ward."""

    RECEIVED = "received"
    CHECKING = "checking"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    ACCEPTED = "accepted"
    PROCESSING = "processing"
    RESULT_READY = "result_ready"
    COLLECTED = "collected"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REDIRECTED = "redirected"


class EventType(StrEnum):
    """What the office did."""

    STATE_CHANGED = "state_changed"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    MESSAGE = "message"
    RESULT_READY = "result_ready"
    ERASE_LOCAL = "erase_local"


class SupplementItem(TheirMessage):
    """One thing the officer asks for again."""

    what: Literal["field", "paper"]
    ref: str | None = None
    problem: (
        Literal["missing", "unreadable", "wrong_paper", "mismatch", "expired", "other"] | None
    ) = None
    page: int | None = None
    note_vi: str | None = None


class Event(TheirMessage):
    """One entry of the ward's ordered feed for a device."""

    seq: Annotated[str, StringConstraints(pattern=r"^[0-9]*$")]  # grows; empty until it is given
    dossier_id: DossierId
    at: AwareDatetime
    type: EventType
    state: WardState
    reason_code: str | None = None
    text_vi: str | None = None
    items: tuple[SupplementItem, ...] = ()
    reply_by: AwareDatetime | None = None
    pickup: dict[str, Any] | None = None
    national_code: str | None = None  # mã hồ sơ, once an officer has entered it


class EventPage(TheirMessage):
    """A page of the feed; *next* is the cursor to poll with."""

    items: tuple[Event, ...]
    next: str


class WardDossier(TheirMessage):
    """What the ward answers when it is asked about one dossier."""

    dossier_id: DossierId
    code: str | None = None
    state: WardState
    revision: int
    events: tuple[Event, ...] = ()
    national_code: str | None = None


class TrailHead(OurMessage):
    """The newest line of a box's audit trail: kept elsewhere, it proves that none was cut off."""

    seq: int = Field(ge=0)
    digest: Sha256


class PublishedHere(OurMessage):
    """What of the ward's publications stands at a box, and which one it did not take."""

    number: int = Field(ge=0)  # 0: none, as the box was shipped
    refused: int | None = Field(default=None, ge=1)
    why: Annotated[str, StringConstraints(max_length=300)] | None = None


class Heartbeat(OurMessage):
    """A box's health, without personal data."""

    version: str
    queue: int = Field(ge=0)
    oldest_waiting_s: int = Field(ge=0)
    disk_free_mb: int = Field(ge=0)
    clock: datetime | None = None
    drafts: int | None = Field(default=None, ge=0)  # dossiers open on the desk
    audit: TrailHead | None = None
    erased: int | None = Field(default=None, ge=1)  # the ward's last order that was carried out
    # codes of what keeps a press from ending well; absent: in service, or nobody looked
    out_of_service: tuple[str, ...] | None = None
    published: PublishedHere | None = None  # since 1.4.0
    form_versions: tuple[ProcedureRef, ...] = ()
    # since 1.6.0; no two boxes of a ward may number their dossiers with one code
    point_code: Annotated[str, StringConstraints(max_length=40)] | None = None
