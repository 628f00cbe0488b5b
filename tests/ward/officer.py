"""An officer's browser, without the browser: cookies, hidden fields, redirects."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import requests

TIMEOUT_S = 60


class Page(HTMLParser):
    """What stands on a page: its text, its forms by action, its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.forms: dict[str, dict[str, str]] = {}
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.words: list[str] = []
        self._fields: dict[str, str] = {}
        self._hidden = 0
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        if tag == "form":
            self._fields = self.forms.setdefault(told.get("action", ""), {})
        elif tag in {"input", "textarea", "select"} and "name" in told:
            self._fields[told["name"]] = told.get("value", "")
        elif tag == "a":
            self.links.append(told["href"])

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass
class Officer:
    """Signed in at *site*."""

    site: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.site + path, timeout=TIMEOUT_S)

    def page(self, path: str) -> Page:
        answer = self.get(path)
        assert answer.status_code == 200, answer.status_code
        return Page(answer.text)

    def submit(self, page: Page, action: str, **fields: str) -> Page:
        known = page.forms[action]
        answer = self.session.post(
            self.site + (action or "/sign-in"), data=known | fields, timeout=TIMEOUT_S
        )
        assert answer.status_code == 200, answer.status_code
        return Page(answer.text)

    def sign_in(self, name: str, password: str) -> Page:
        return self.submit(self.page("/sign-in"), "", name=name, password=password)

    def answer(self, dossier_id: str, what: str, **fields: str) -> Page:
        path = f"/inbox/{dossier_id}"
        return self.submit(self.page(path), f"{path}/{what}", **fields)
