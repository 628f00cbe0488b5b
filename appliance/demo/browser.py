"""As much of a browser as a form needs: cookies, redirects, the hidden fields of a page."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin

PATIENCE_S = 60.0


class PageRefused(RuntimeError):
    """The page answered with an error; the text names address and status."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a page: where it goes and what it would send untouched."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """A page that was loaded."""

    url: str
    html: str

    def form(self, action_ends: str) -> Form:
        """The form whose action, or submit button's ``formaction``, ends like this."""
        reader = _Forms()
        reader.feed(self.html)
        for found in reader.forms:
            for action in found.actions:
                if action.endswith(action_ends):
                    return Form(urljoin(self.url, action), found.hidden)
        raise PageRefused(f"{self.url}: no form to {action_ends}")


class Browser:
    """One signed-in person. Every failure is a PageRefused."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def get(self, path: str) -> Document:
        """Load a page."""
        return self._load(urllib.request.Request(urljoin(self._base, path)))  # noqa: S310

    def submit(self, form: Form, **typed: str) -> Document:
        """Send a form with what was typed, and load where it leads."""
        body = urlencode(form.hidden | typed).encode()
        origin = self._base.rstrip("/")
        headers = {"Origin": origin, "Referer": self._base, "Sec-Fetch-Site": "same-origin"}
        return self._load(urllib.request.Request(form.action, body, headers))  # noqa: S310

    def _load(self, request: urllib.request.Request) -> Document:
        try:
            with self._opener.open(request, timeout=PATIENCE_S) as answer:
                return Document(answer.url, answer.read().decode())
        except urllib.error.HTTPError as error:
            raise PageRefused(f"{request.full_url}: {error.code} {error.reason}") from error
        except OSError as error:
            raise PageRefused(f"{request.full_url}: {error}") from error


@dataclass
class _Found:
    actions: list[str]
    hidden: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Found] = []
        self._open: _Found | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = _Found([said.get("action", "")])
            self.forms.append(self._open)
        elif self._open is not None and tag in {"button", "input"}:
            if said.get("formaction"):
                self._open.actions.append(said["formaction"])
            if said.get("type") == "hidden" and "name" in said:
                self._open.hidden[said["name"]] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
