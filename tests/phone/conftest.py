"""The point of the page's tests, and a phone beside the volunteer's browser."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.station_page.conftest import *
from tests.station_page.conftest import Browser


class Phone(Browser):
    """A citizen's browser, which was never signed in."""

    def read(self, address: str) -> None:
        """Point the camera at the code and touch the one button."""
        assert self.get(address).status_code == 200
        answer = self.post(address)
        assert answer.status_code == 303, answer.text
        assert self.get("/phone").status_code == 200


def code_on(browser: Browser, dossier: str) -> str:
    """The volunteer makes a code; what it leads to."""
    path = f"{dossier}/phone"
    browser.get(path)
    assert browser.post(path).status_code == 303
    with browser.client.session_transaction() as session:
        return f"/p/{session['phone_code'][1]}"


@pytest.fixture
def phone(app: Flask, browser: Browser, dossier: str) -> Phone:
    phone = Phone(app.test_client())
    phone.read(code_on(browser, dossier))
    return phone


@pytest.fixture
def other_phone(app: Flask) -> Phone:
    return Phone(app.test_client())
