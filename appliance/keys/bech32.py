"""Bech32 (BIP 173) as age writes its private keys: 32 bytes as letters that carry a checksum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def bech32(prefix: str, raw: bytes) -> str:
    """*raw* under a small-letter *prefix*: prefix, ``1``, its letters and six of the checksum."""
    values = list(_fives(raw))
    sealed = _polymod([*_spread(prefix), *values, 0, 0, 0, 0, 0, 0]) ^ 1
    checksum = [(sealed >> 5 * (5 - place)) & 31 for place in range(6)]
    return f"{prefix}1{''.join(LETTERS[value] for value in [*values, *checksum])}"


def _fives(raw: bytes) -> Iterator[int]:
    """Eight bits at a time become five; what is left over is filled up with noughts."""
    bits = f"{int.from_bytes(raw):0{8 * len(raw)}b}" if raw else ""
    bits += "0" * (-len(bits) % 5)
    return (int(bits[start : start + 5], 2) for start in range(0, len(bits), 5))


def _spread(prefix: str) -> list[int]:
    return [*(ord(letter) >> 5 for letter in prefix), 0, *(ord(letter) & 31 for letter in prefix)]


def _polymod(values: Iterable[int]) -> int:
    rest = 1
    for value in values:
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ value
        for place, term in enumerate(_GENERATOR):
            rest ^= term if top >> place & 1 else 0
    return rest
