"""The ward's signed proof, and the code a citizen looks up."""

from __future__ import annotations

from datetime import datetime

from appliance.core.wire.manifest import Receipt
from appliance.keys.canonical import canonical_json
from appliance.keys.letters import new_letters
from appliance.keys.signing import sign


def new_code() -> str:
    """Like ``BD-7K3M-94QX``: 36 bits, and never the look of a national dossier code.

    A national code starts with the authority's number or letter and digits (``H29.…-261122-…``).
    """
    return f"BD-{new_letters(4)}-{new_letters(4)}"


def new_secret() -> str:
    """What must be known besides the code to look a dossier up: 45 bits."""
    return new_letters(10)


def signed_receipt(
    *,
    dossier_id: str,
    code: str,
    secret: str,
    received_at: datetime,
    manifest_sha256: str,
    signing_key: str,
) -> bytes:
    """The receipt as it is answered, now and on every repeat.

    ``due_at`` is left out: when the legal time starts and ends is the officer's to say.
    """
    fields = Receipt(
        dossier_id=dossier_id,
        code=code,
        secret=secret,
        received_at=received_at.replace(microsecond=0),
        manifest_sha256=manifest_sha256,
        signature="",
    ).model_dump(mode="json", exclude_none=True, exclude={"signature"})
    signature = sign(canonical_json(fields), signing_key)
    return canonical_json(fields | {"signature": signature})
