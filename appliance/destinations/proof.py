"""The ward's signed receipt: what makes an answer proof."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from appliance.core.errors import CaptivePortal, ReceiptForged
from appliance.core.wire.manifest import Manifest, Receipt
from appliance.destinations.http import Answer
from appliance.destinations.verdict import verdict
from appliance.keys.canonical import sha256_hex
from appliance.keys.signing import receipt_verifies


def proof_in(answer: Answer, manifest: Manifest, body: bytes, verify_key: str) -> Receipt:
    """The receipt in the answer to a commit, if it is by our ward and about these bytes.

    Raises:
        ReceiptForged: it is by somebody else, or about something else.
        DeliveryError: it is no receipt at all; see ``verdict``.
    """
    if answer.status not in (200, 201):
        raise verdict(answer)
    try:
        receipt = Receipt.model_validate(json_of(answer))
    except ValidationError as error:
        raise ReceiptForged(f"{answer}: no receipt: {error.error_count()} faults") from error
    must_prove(receipt, manifest, body, verify_key)
    return receipt


def must_prove(receipt: Receipt, manifest: Manifest, body: bytes, verify_key: str) -> None:
    """Raise ReceiptForged unless our ward signed it, about exactly these bytes."""
    if not receipt_verifies(receipt, verify_key):
        raise ReceiptForged("the signature is not by the pinned ward key")
    if receipt.dossier_id != manifest.dossier_id:
        raise ReceiptForged("a genuine receipt, but for another dossier")
    if receipt.manifest_sha256 != sha256_hex(body):
        raise ReceiptForged("a genuine receipt, but for other contents")


def json_of(answer: Answer) -> Any:
    """The body as JSON; a success without any is a log-in page."""
    if not answer.is_json:
        raise CaptivePortal(f"{answer} instead of JSON")
    return answer.json()
