"""Ed25519: who said it. The only file that knows the signature primitives.

Keys and signatures are text: base64url without padding (43 and 86 characters).
"""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from appliance.core.manifest import Receipt
from appliance.keys.canonical import canonical_json


def new_signing_key() -> str:
    """A fresh private key."""
    return _text(Ed25519PrivateKey.generate().private_bytes_raw())


def verify_key_of(signing_key: str) -> str:
    """The public half of a private key."""
    return _text(_private(signing_key).public_key().public_bytes_raw())


def sign(message: bytes, signing_key: str) -> str:
    """Signature over *message*."""
    return _text(_private(signing_key).sign(message))


def verifies(message: bytes, signature: str, verify_key: str) -> bool:
    """Whether *signature* over *message* was made with the private half of *verify_key*.

    Nonsense in any argument is simply not a signature.
    """
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(verify_key)).verify(_bytes(signature), message)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def receipt_verifies(receipt: Receipt, verify_key: str) -> bool:
    """Whether the ward behind *verify_key* signed exactly this receipt; needs no network."""
    signed = receipt.model_dump(mode="json", exclude_none=True, exclude={"signature"})
    return verifies(canonical_json(signed), receipt.signature, verify_key)


def _private(signing_key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_bytes(signing_key))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
