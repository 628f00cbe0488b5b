"""A sealed dossier carried by hand: what stands on the stick between a point and the ward.

::

    tramhoso-stick.json           the marker, written by ``tramhoso folder prepare``
    tramhoso/<submission id>/     one sealed dossier, or one revision of it
        <sha256>                  its sealed files, as they lie in the outbox
        manifest.json             the bytes that the network would commit
        proof.json                written last: whole, from this box, for this ward
    tramhoso/answers/<id>.json    the ward's receipt, or why it said no
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from appliance.core.wire.manifest import DossierId, OurMessage, Receipt, Sha256, TheirMessage

MARKER = "tramhoso-stick.json"
FOLDER = "tramhoso"
ANSWERS = "answers"
MANIFEST = "manifest.json"
PROOF = "proof.json"

LONGEST_NOTE = 64 * 1024  # bytes of a marker, a proof or an answer; each has a few hundred
LONGEST_MANIFEST = 512 * 1024  # as the ward takes over the network

VerifyKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
Signature = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{86}$")]


class Marker(TheirMessage):
    """Tells a stick of ours from any other, and to which ward it goes."""

    stick: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
    ward: VerifyKey


class Proof(OurMessage):
    """What the token is on the network: which box says that this is its dossier, and to whom.

    Signed with the device's key over the RFC 8785 bytes of all other fields. A folder without
    it was not written to its end.
    """

    purpose: Literal["carried-dossier"] = "carried-dossier"
    dossier_id: DossierId
    revision: int = Field(ge=1)
    manifest_sha256: Sha256
    ward: VerifyKey  # whose receipts the box believes
    device: VerifyKey
    signature: str = ""


class Refusal(TheirMessage):
    """The ward's signed no; *problem* is the last word of a problem type of its contract."""

    purpose: Literal["carried-refusal"] = "carried-refusal"
    submission_id: DossierId
    manifest_sha256: Sha256
    problem: Annotated[str, StringConstraints(pattern=r"^[a-z-]{1,60}$")]
    at: AwareDatetime
    signature: str = ""


class CarriedAnswer(TheirMessage):
    """What the ward writes back: one of the two."""

    receipt: Receipt | None = None
    refusal: Refusal | None = None
