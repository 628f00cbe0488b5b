"""What only a panel on the screen can get wrong."""

from __future__ import annotations

import http.client
import json
import threading
import time
from urllib.parse import urlsplit

import pytest

from appliance.core.errors import ConfigWrong, PanelAbsent
from appliance.core.ports import Signal
from appliance.pretend.panel import ScreenPanel


def ask(panel: ScreenPanel, method: str, path: str, body: str = "", **headers: str):
    """One request with exactly these headers; (status, headers, text)."""
    address = urlsplit(panel.url)
    wire = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    wire.request(method, path, body or None, {"Host": address.netloc} | named)
    answer = wire.getresponse()
    text = answer.read().decode()
    wire.close()
    return answer.status, answer.headers, text


@pytest.fixture
def moments(screen: ScreenPanel) -> list[float]:
    heard: list[float] = []
    screen.listen(heard.append)
    return heard


def test_the_page_shows_the_lamp_in_words_and_needs_no_script(screen):
    screen.show(Signal.READY)
    status, headers, text = ask(screen, "GET", "/")
    assert status == 200
    assert "Sẵn sàng" in text
    assert 'data-colour="white"' in text
    assert '<form id="press" method="post" action="press">' in text
    assert "default-src 'self'" in headers["Content-Security-Policy"]


def test_a_press_by_a_form_leads_back_to_the_page(screen, moments):
    status, headers, _ = ask(screen, "POST", "/press")
    assert (status, headers["Location"]) == (303, "/")
    assert len(moments) == 1


def test_a_press_by_the_script_gets_the_lamp_back(screen, moments):
    status, _, text = ask(screen, "POST", "/press", Accept="application/json")
    assert status == 200
    assert json.loads(text)["signal"] == "off"
    assert len(moments) == 1


def test_the_lamp_can_be_asked_for(screen):
    screen.show(Signal.NEEDS_PERSON)
    lamp = json.loads(ask(screen, "GET", "/lamp")[2])
    assert lamp["signal"] == "needs-person"
    assert lamp["says"] == "Cần người giúp"


@pytest.mark.parametrize("signal", list(Signal))
def test_every_signal_is_told_in_vietnamese(screen, signal):
    screen.show(signal)
    lamp = json.loads(ask(screen, "GET", "/lamp")[2])
    assert lamp["says"]
    assert lamp["todo"].endswith(".")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
    ids=str,
)
def test_another_site_cannot_press(screen, moments, headers):
    assert ask(screen, "POST", "/press", **headers)[0] == 403
    assert moments == []


def test_a_foreign_name_that_points_here_is_not_answered(screen, moments):
    assert ask(screen, "POST", "/press", Host="evil.example")[0] == 421
    assert ask(screen, "GET", "/lamp", Host="evil.example")[0] == 421
    assert moments == []


def test_another_site_cannot_watch_the_lamp_but_may_link_to_the_page(screen):
    assert ask(screen, "GET", "/lamp", Sec_Fetch_Site="cross-site")[0] == 403
    assert ask(screen, "GET", "/", Sec_Fetch_Site="cross-site")[0] == 200


def test_our_own_page_may_press(screen, moments):
    origin = screen.url.rstrip("/")
    assert ask(screen, "POST", "/press", Origin=origin, Sec_Fetch_Site="same-origin")[0] == 303
    assert len(moments) == 1


def test_a_press_nobody_listens_to_is_said_to_be_lost(screen):
    assert ask(screen, "POST", "/press")[0] == 503


def test_an_oversized_press_is_refused(screen, moments):
    assert ask(screen, "POST", "/press", body="x" * 5000)[0] == 413
    assert moments == []


@pytest.mark.parametrize("path", ["/panel_vi.toml", "/../panel.py", "/press"])
def test_nothing_but_the_page_is_served(screen, path):
    assert ask(screen, "GET", path)[0] == 404


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "192.0.2.1:80", "nonsense", "127.0.0.1:http"])
def test_it_listens_on_loopback_only(listen):
    with pytest.raises(ConfigWrong, match="screen_listen"):
        ScreenPanel(listen)


def test_a_taken_port_is_a_named_error(screen):
    with pytest.raises(PanelAbsent):
        ScreenPanel(urlsplit(screen.url).netloc)


def test_a_viewer_sees_every_change_within_a_tenth_of_a_second(screen):
    address = urlsplit(screen.url)
    wire = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    wire.request("GET", "/lamp/stream")
    answer = wire.getresponse()

    def next_frame() -> dict[str, str]:
        line = answer.readline()
        assert answer.readline() == b"\n"
        return json.loads(line.removeprefix(b"data: "))

    assert next_frame()["signal"] == "off"
    waits = []
    for signal in (Signal.READY, Signal.SCANNING, Signal.READY):
        told_at = time.monotonic()
        screen.show(signal)
        assert next_frame()["signal"] == signal
        waits.append(time.monotonic() - told_at)
        if LOOKS_BLINK[signal]:
            assert next_frame()["sounding"] is False  # its beep is over
    wire.close()
    assert min(waits) < 0.1, waits  # a busy machine may hold up one of them


LOOKS_BLINK = {Signal.READY: False, Signal.SCANNING: True}


def test_closing_ends_every_stream_and_every_thread():
    before = threading.active_count()
    panel = ScreenPanel("127.0.0.1:0")
    address = urlsplit(panel.url)
    wire = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    wire.request("GET", "/lamp/stream")
    stream = wire.getresponse()
    stream.readline()
    panel.close()
    assert stream.read() == b"\n"
    wire.close()
    deadline = time.monotonic() + 10
    while threading.active_count() > before:
        assert time.monotonic() < deadline, threading.enumerate()
        time.sleep(0.01)
