"""Walks a Flask app's own table of routes: what is added tomorrow is tried tomorrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
PAPERS = (b"\xff\xd8\xff", b"%PDF", b"\x89PNG")  # how a picture or a PDF begins
STRICT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
MAY_BE_KEPT = {"static", "bootstrap.static", "intake.procedures"}  # the same for everybody
LOOKS = ("guide-look=",)  # large letters or not: it tells nothing and opens nothing
POLICY = ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'")


@dataclass(frozen=True, repr=False)
class Answered:
    """One request and what came of it."""

    endpoint: str
    method: str
    path: str
    answer: TestResponse

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def leads_to(self) -> str:
        return self.answer.headers.get("Location", "")

    def __repr__(self) -> str:
        return f"{self.method} {self.path} ({self.endpoint}) → {self.status} {self.leads_to}"


@dataclass(frozen=True)
class Walker:
    """Asks for every route with examples of its parameters; each answer must be strict.

    An example may be given for one route alone, as ``endpoint:parameter``. Nothing is kept
    between two requests: whoever walks brings cookies and token along each time.
    """

    app: Flask
    examples: Mapping[str, object]
    marks: tuple[str, ...]
    frames: str = "'none'"  # who may frame these pages
    headers: Mapping[str, str] = field(default_factory=dict)

    def walk(
        self,
        *,
        form: Mapping[str, str] | None = None,
        methods: tuple[str, ...] = METHODS,
        leave_out: frozenset[str] = frozenset(),
        **headers: str,
    ) -> Iterator[Answered]:
        client = self.app.test_client(use_cookies=False)
        own = {name.replace("_", "-"): text for name, text in headers.items()}
        for rule in self.app.url_map.iter_rules():
            if rule.endpoint in leave_out:
                continue
            path = path_of(rule, self.examples)
            for method in methods:
                data = dict(form or {}) if method not in {"GET", "HEAD"} else None
                answer = client.open(
                    path, method=method, data=data, headers={**self.headers, **own}
                )
                yield self._looked_at(Answered(rule.endpoint, method, path, answer))
                answer.close()

    def _looked_at(self, one: Answered) -> Answered:
        assert one.status < 500, one
        must_be_strict(one, self.frames)
        body = one.answer.get_data()
        for mark in self.marks:
            assert mark.encode() not in body, f"{mark!r} in the answer of {one}"
            assert mark not in str(one.answer.headers), f"{mark!r} in the headers of {one}"
        return one


def path_of(rule: Rule, examples: Mapping[str, object]) -> str:
    values = {}
    for name in rule.arguments:
        own = f"{rule.endpoint}:{name}"
        if own not in examples and name not in examples:
            pytest.fail(f"{rule.rule} has a new parameter: give {name!r} an example that exists")
        values[name] = examples.get(own, examples.get(name))
    built = rule.build(values, append_unknown=False)
    assert built is not None, rule
    return built[1]


def must_be_strict(one: Answered, frames: str) -> None:
    headers = one.answer.headers
    for name, text in STRICT.items():
        assert headers.get(name) == text, f"{name} of {one}"
    policy = headers["Content-Security-Policy"].split("; ")
    for rule in (*POLICY, f"frame-ancestors {frames}"):
        assert rule in policy, f"{rule} of {one}"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Server" not in headers
    if one.endpoint not in MAY_BE_KEPT or one.status >= 400:
        assert "no-store" in headers.get("Cache-Control", ""), one
    for cookie in headers.getlist("Set-Cookie"):
        parts = {part.strip() for part in cookie.split(";")}
        site = "SameSite=Lax" if cookie.startswith(LOOKS) else "SameSite=Strict"
        assert {"HttpOnly", site, "Path=/"} <= parts, f"{cookie} of {one}"


def has_a_paper(one: Answered) -> bool:
    """Whether a picture or a PDF came."""
    return one.answer.get_data().startswith(PAPERS)
