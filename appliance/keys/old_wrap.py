"""What the first releases sealed under a secret: a nonce of 12 bytes, then ChaCha20-Poly1305.

Loaded only where such a thing is met. age, which opens pages anyway, seals whatever is new.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

_NONCE_BYTES = 12


def opened(wrapped: bytes, secret: bytes) -> bytes | None:
    """The plain bytes; None under another secret, or when damaged."""
    try:
        return ChaCha20Poly1305(secret).decrypt(
            wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], None
        )
    except (InvalidTag, ValueError):
        return None
