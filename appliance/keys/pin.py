"""A PIN, tried against one slow argon2id run that also opens what is kept under it.

There is one run and no cheaper hash beside it: a thief tries PINs at the price of this one. Its
output is split, so that what tells whether a PIN is right opens nothing.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
import threading
import time
from dataclasses import dataclass
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw

from appliance.keys import age

MEMORY_KIB = 32 * 1024  # a 512 MB board holds no more beside a scan; one run at a time
LANES = 4  # a Pi's cores; a thief's work is passes times memory, however many lanes
WORTH_S = 0.7  # of a volunteer's time at the door
MOST_PASSES = 24
_AGE = b"age-encryption.org/"  # how its files begin
_ONE_AT_A_TIME = threading.Lock()  # four sign-ins at once would take the memory of a page


@dataclass(frozen=True, slots=True)
class Strength:
    """What one try costs."""

    passes: int
    memory_kib: int = MEMORY_KIB
    lanes: int = LANES


USUAL = Strength(passes=3)


class WrongSecret(Exception):
    """Not sealed under this secret, or damaged."""


@lru_cache(maxsize=1)
def board_strength() -> Strength:
    """As many passes as this board does in about 0.7 s; measured once, by its processor time."""
    before = time.process_time()
    _derive("000000", b"0" * 16, Strength(1))
    once_s = max(time.process_time() - before, 1e-4)
    cores = min(os.cpu_count() or 1, LANES)
    return Strength(min(max(int(WORTH_S * cores / once_s), USUAL.passes), MOST_PASSES))


def record_of(pin: str, strength: Strength = USUAL) -> tuple[str, bytes]:
    """What to keep of a new PIN, and the secret that it opens things with.

    Raises:
        ValueError: it has fewer than six digits.
    """
    if not (pin.isascii() and pin.isdigit() and len(pin) >= 6):
        raise ValueError("a PIN has at least six digits")
    salt = secrets.token_bytes(16)
    tells, opens = _split(_derive(pin, salt, strength))
    cost = f"m={strength.memory_kib},t={strength.passes},p={strength.lanes}"
    return f"$pin1${cost}${_text(salt)}${_text(tells)}", opens


def opened_by(record: str, pin: str) -> bytes | None:
    """The secret behind *record*, or None when *pin* is wrong.

    A record of the first release tells only whether it is right: its secret is empty, and a new
    record should be made of the same PIN.
    """
    if not record.startswith("$pin1$"):
        return b"" if _old_one_agrees(record, pin) else None
    _, _, cost, salt, tells = record.split("$")
    fields = dict(part.split("=") for part in cost.split(","))
    strength = Strength(int(fields["t"]), int(fields["m"]), int(fields["p"]))
    told, opens = _split(_derive(pin, _bytes(salt), strength))
    return opens if hmac.compare_digest(told, _bytes(tells)) else None


def wrap(plain: bytes, secret: bytes) -> bytes:
    """Encrypt so that only who has *secret* (32 bytes) reads it, and notices every changed bit."""
    return age.seal(plain, [age.recipient_of(age.identity_of(secret))])


def unwrap(wrapped: bytes, secret: bytes) -> bytes:
    """Undo ``wrap``, also that of the first releases.

    Raises:
        WrongSecret: another secret, or damaged.
    """
    if not wrapped.startswith(_AGE):
        from appliance.keys import old_wrap  # noqa: PLC0415 - 7 MB that nobody needs any more

        if (plain := old_wrap.opened(wrapped, secret)) is None:
            raise WrongSecret("not sealed under this secret")
        return plain
    try:
        return age.open_sealed(wrapped, age.identity_of(secret))
    except (age.CannotOpen, ValueError) as error:
        raise WrongSecret("not sealed under this secret") from error


def _derive(pin: str, salt: bytes, strength: Strength) -> bytes:
    with _ONE_AT_A_TIME:
        return hash_secret_raw(
            pin.encode(),
            salt,
            time_cost=strength.passes,
            memory_cost=strength.memory_kib,
            parallelism=strength.lanes,
            hash_len=32,
            type=Type.ID,
        )


def _split(derived: bytes) -> tuple[bytes, bytes]:
    """What tells, and what opens."""
    return hmac.digest(derived, b"tells", "sha256"), hmac.digest(derived, b"opens", "sha256")


def _old_one_agrees(record: str, pin: str) -> bool:
    try:
        return PasswordHasher().verify(record, pin)
    except (VerificationError, InvalidHashError):
        return False


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
