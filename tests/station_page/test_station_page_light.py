"""A page is light enough for a phone at the far end of the box's Wi-Fi."""

from __future__ import annotations

import gzip
from functools import partial

import pytest

from appliance.desk import dossiers
from appliance.desk.point import Point
from appliance.store.volunteers import Volunteer
from tests.station_page.chromium import open_window
from tests.station_page.conftest import PIN, Browser

BUDGET = 150_000  # bytes over the wire, style sheets and scripts included, pictures of papers not
CSS = "/bootstrap/static/css/bootstrap.min.css"


def test_what_repeats_words_of_its_address_is_never_packed(browser: Browser, dossier: str) -> None:
    accepts = {"Accept-Encoding": "gzip, br"}
    packed, plain = browser.get(CSS, headers=accepts), browser.get(CSS)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]
    form = browser.client.get(dossier, headers=accepts)
    assert form.headers["Content-Encoding"] == "gzip"
    assert "Họ, chữ đệm, tên" in gzip.decompress(form.data).decode()
    assert "Content-Encoding" not in browser.get("/dossiers/new?q=a", headers=accepts).headers


def test_a_browser_that_holds_a_style_sheet_is_told_so(browser: Browser) -> None:
    tag = browser.get(CSS, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    again = browser.get(CSS, headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def note(loaded: list[float], event: dict[str, float]) -> None:
    loaded.append(event["encodedDataLength"])


@pytest.mark.browser
@pytest.mark.timeout(180)
def test_the_first_load_of_every_page_is_light(address: str, lan: Volunteer, point: Point) -> None:
    first = dossiers.open_dossier(point, "khai-sinh", lan.id)
    for path in ("/", "/dossiers/new", f"/dossiers/{first}", f"/dossiers/{first}/check"):
        with open_window(address) as window:
            window.sign_in("Lan", PIN)
            session = window.context.new_cdp_session(window.page)
            session.send("Network.enable")
            session.send("Network.setCacheDisabled", {"cacheDisabled": True})
            loaded: list[float] = []
            session.on("Network.loadingFinished", partial(note, loaded))
            window.go(path).wait_for_load_state("load")
            weight = sum(loaded)
            print(path, weight)  # noqa: T201 - shown with -s
            assert 40_000 < weight <= BUDGET, path
