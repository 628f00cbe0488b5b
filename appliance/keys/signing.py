"""Who said it: Ed25519 over canonical JSON.

Keys and signatures are text: base64url without padding (43 and 86 characters).
"""

from __future__ import annotations

import base64
import binascii
import hmac
from types import ModuleType
from typing import Any, TypeVar

from pydantic import BaseModel

from appliance.core.wire.manifest import Receipt
from appliance.keys.canonical import canonical_json

Signed = TypeVar("Signed", bound=BaseModel)


def new_signing_key() -> str:
    """A fresh private key."""
    return _text(_ed25519().new_private())


def verify_key_of(signing_key: str) -> str:
    """The public half of a private key."""
    return _text(_ed25519().public_of(_bytes(signing_key)))


def sign(message: bytes, signing_key: str) -> str:
    """Signature over *message*."""
    return _text(_ed25519().signature(message, _bytes(signing_key)))


def verifies(message: bytes, signature: str, verify_key: str) -> bool:
    """Whether *signature* over *message* was made with the private half of *verify_key*.

    Nonsense in any argument is simply not a signature.
    """
    try:
        return bool(_ed25519().agrees(message, _bytes(signature), _bytes(verify_key)))
    except (ValueError, binascii.Error):  # no base64
        return False


def receipt_verifies(receipt: Receipt, verify_key: str) -> bool:
    """Whether the ward behind *verify_key* signed exactly this receipt; needs no network."""
    return message_verifies(receipt, verify_key)


def device_key_of(token: str) -> str:
    """The private key with which a box signs what is carried by hand; drawn from its token.

    The ward knows the public half since it made the token, and taking the token back takes this
    back too: one secret a box, nothing more to bring over or to lose.
    """
    return _text(hmac.digest(token.encode("ascii"), b"tramhoso device key 1", "sha256"))


def signed(message: Signed, signing_key: str) -> Signed:
    """*message* with its ``signature`` over the canonical JSON of all its other fields."""
    return message.model_copy(update={"signature": sign(_unsigned(message), signing_key)})


def message_verifies(message: BaseModel, verify_key: str) -> bool:
    """Whether the ``signature`` of *message* is by *verify_key* and over all its other fields."""
    return verifies(_unsigned(message), str(getattr(message, "signature", "")), verify_key)


def document_verifies(document: dict[str, Any], verify_key: str) -> bool:
    """As ``message_verifies`` for JSON as it came, with fields that only a newer release knows."""
    told = {name: value for name, value in document.items() if name != "signature"}
    try:
        unsigned = canonical_json(told)
    except (ValueError, RecursionError):  # a number that JSON cannot say the same way twice
        return False
    return verifies(unsigned, str(document.get("signature", "")), verify_key)


def _unsigned(message: BaseModel) -> bytes:
    return canonical_json(message.model_dump(mode="json", exclude_none=True, exclude={"signature"}))


def _ed25519() -> ModuleType:
    from appliance.keys import ed25519  # noqa: PLC0415 - 7 MB that a station does not need

    return ed25519


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
