"""One byte string for one message (RFC 8785), so that a digest or signature means something."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import rfc8785
from pydantic import BaseModel


def canonical_json(message: BaseModel | dict[str, Any]) -> bytes:
    """The RFC 8785 bytes of *message*; absent optional fields are left out, not null."""
    plain = (
        message.model_dump(mode="json", exclude_none=True)
        if isinstance(message, BaseModel)
        else message
    )
    return rfc8785.dumps(plain)


def sha256_hex(data: bytes) -> str:
    """Lower-case hex SHA-256."""
    return hashlib.sha256(data).hexdigest()


def repr_digest(body: bytes) -> str:
    """The value of an RFC 9530 ``Repr-Digest`` header for *body*."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
