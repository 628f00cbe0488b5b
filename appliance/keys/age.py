"""age encryption (age-encryption.org/v1): sealed for many, opened by one.

The only file that knows pyrage. A sealed file can also be opened with the plain ``age``
program, so a ward is never locked into this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import pyrage
from pyrage import x25519

from appliance.keys.bech32 import bech32

SECRET_BYTES = 32


class CannotOpen(Exception):
    """Not sealed for this identity, or damaged."""


def new_identity() -> str:
    """A fresh X25519 private key as ``AGE-SECRET-KEY-1…``."""
    return str(x25519.Identity.generate())


def identity_of(secret: bytes) -> str:
    """The private key that 32 secret bytes are, always the same.

    Raises:
        ValueError: fewer bytes, or more.
    """
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a private key is {SECRET_BYTES} bytes, not {len(secret)}")
    return bech32("age-secret-key-", secret).upper()


def recipient_of(identity: str) -> str:
    """The public ``age1…`` part of a private key."""
    return str(x25519.Identity.from_str(identity).to_public())


def is_recipient(text: str) -> bool:
    """Whether *text* is a usable ``age1…`` public key."""
    try:
        x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def seal(plain: bytes, recipients: Sequence[str]) -> bytes:
    """Encrypt so that any one of *recipients* (``age1…``) can open it."""
    if not recipients:
        raise ValueError("sealing for nobody would lose the content")
    return bytes(pyrage.encrypt(plain, [x25519.Recipient.from_str(r) for r in recipients]))


def seal_stream(plain: BinaryIO, sealed: BinaryIO, recipients: Sequence[str]) -> None:
    """As ``seal``, piece by piece: what is too large to be held twice in memory."""
    if not recipients:
        raise ValueError("sealing for nobody would lose the content")
    pyrage.encrypt_io(plain, sealed, [x25519.Recipient.from_str(r) for r in recipients])


def open_sealed(sealed: bytes, identity: str) -> bytes:
    """Decrypt with a private key.

    Raises:
        CannotOpen: another key, or not a single bit as it was written.
    """
    try:
        return bytes(pyrage.decrypt(sealed, [x25519.Identity.from_str(identity)]))
    except pyrage.DecryptError as error:
        raise CannotOpen(str(error)) from error


def open_stream(sealed: BinaryIO, plain: BinaryIO, identity: str) -> None:
    """As ``open_sealed``, piece by piece. What was written before an error is worth nothing.

    Raises:
        CannotOpen: another key, or not a single bit as it was written.
    """
    try:
        pyrage.decrypt_io(sealed, plain, [x25519.Identity.from_str(identity)])
    except (pyrage.DecryptError, OSError) as error:
        raise CannotOpen(str(error)) from error
