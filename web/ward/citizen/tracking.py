"""Where a dossier stands, for whoever holds its number and secret. No names, no papers."""

from __future__ import annotations

import hmac
from typing import Any

from sqlalchemy import Connection, Row, select

from appliance.core.wire.manifest import RECEIPT_CODE
from appliance.keys.canonical import sha256_hex
from web.ward.database import reading
from web.ward.problems import Problem
from web.ward.service import WardService
from web.ward.tables import dossier


def look_up(ward: WardService, code: str, secret: str, address: str | None) -> Row[Any]:
    """The dossier of a receipt's code, or of the number on a point's slip, with its secret.

    Raises:
        Problem: 404 for a wrong code as for a wrong secret, after the same work; 429 when one
            address, or everybody together about one code, asks too often.
    """
    code, secret = code.strip().upper(), "".join(secret.split()).upper()  # printed in groups
    if not RECEIPT_CODE.match(code):
        raise Problem(404, "unknown", "no such receipt")
    # Guesses at one code are counted over all addresses: 30 an hour against 45 random bits.
    rest_s = ward.look_ups.rest_s(address or "socket") or ward.guesses.rest_s(code)
    if rest_s:
        raise Problem(429, "slow-down", "too many questions", retry_after_s=rest_s)
    with reading(ward.engine) as conn:
        found = _fitting(conn, code, secret)
    if found is None:
        raise Problem(404, "unknown", "no such receipt")
    return found


def _fitting(conn: Connection, code: str, secret: str) -> Row[Any] | None:
    """Two boxes that were given one number by mistake are told apart by the secret."""
    digest = sha256_hex(secret.encode())
    by_code = conn.execute(select(dossier).where(dossier.c.code == code)).all()
    by_number = conn.execute(select(dossier).where(dossier.c.follow_number == code)).all()
    fits = [row for row in by_code if hmac.compare_digest(row.secret.encode(), secret.encode())]
    fits += [row for row in by_number if hmac.compare_digest(row.follow_sha256, digest)]
    if not by_code and not by_number:
        hmac.compare_digest(b"none", secret.encode())
    return fits[0] if fits else None
