"""Random letters that people read aloud and copy by hand."""

from __future__ import annotations

import secrets

# No 0/O, 1/I/L, U/V pair, 5/S, 2/Z, 8/B.
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"


def new_letters(count: int) -> str:
    """4.5 bits a letter."""
    return "".join(secrets.choice(ALPHABET) for _ in range(count))
