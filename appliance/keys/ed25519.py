"""Ed25519 on bytes. The only file that knows the library; 7 MB, so only ``signing`` loads it,
with the first signature: a station makes none and looks at none.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def new_private() -> bytes:
    """32 bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_of(private: bytes) -> bytes:
    """32 bytes.

    Raises:
        ValueError: *private* has another length.
    """
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def signature(message: bytes, private: bytes) -> bytes:
    """64 bytes.

    Raises:
        ValueError: *private* has another length.
    """
    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


def agrees(message: bytes, signed: bytes, public: bytes) -> bool:
    """Whether *signed* is a signature over *message* by the private half of *public*."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed, message)
    except (InvalidSignature, ValueError):
        return False
    return True
