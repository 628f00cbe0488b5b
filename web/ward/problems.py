"""RFC 9457 answers: what the box's programmer reads; *code* is what its program branches on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from flask import Response


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a message; *path* is like ``files.0.sha256``."""

    path: str
    code: str

    def as_json(self) -> dict[str, str]:
        """On the wire."""
        return {"path": self.path, "code": self.code}


@dataclass
class Problem(Exception):
    """Raised anywhere below a route; becomes the answer. Holds no personal data."""

    status: int
    code: str
    title: str
    errors: tuple[Fault, ...] = ()
    missing: tuple[str, ...] | None = None
    retry_after_s: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    more: dict[str, object] = field(default_factory=dict)  # further members of the contract

    def response(self) -> Response:
        """The answer, never to be kept by a cache."""
        told: dict[str, object] = {
            "type": f"urn:tramhoso:problem:{self.code}",
            "title": self.title,
            "status": self.status,
        }
        if self.errors:
            told["errors"] = [fault.as_json() for fault in self.errors]
        if self.missing is not None:
            told["missing"] = list(self.missing)
        told |= self.more
        answer = Response(json.dumps(told), self.status, mimetype="application/problem+json")
        answer.headers.update(self.headers)
        answer.headers["Cache-Control"] = "no-store"
        if self.retry_after_s is not None:
            answer.headers["Retry-After"] = str(self.retry_after_s)
        return answer
