"""Far too much text: a sentence says so, in our own words, and what was typed before stays."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from tests.station_page.at_the_desk import ask_for, start_dossier, wait_saved
from tests.station_page.chromium import Window
from tests.station_page.conftest import Browser, id_of, topic_page, view_of
from web.station.error_pages import bare_page

SENTENCES = ("Nội dung gửi lên quá dài.", "vẫn còn nguyên", "viết gọn lại")
SERVER = """
from flask import Flask, request
from appliance.services.web import MAX_BODY_BYTES, THREADS
from web.serving import serve
from web.station.error_pages import bare_page

app = Flask("paste")

@app.post("/form")
def form():
    return str(len(request.get_data()))

serve(app, "127.0.0.1:0", threads=THREADS, max_body_bytes=MAX_BODY_BYTES,
      too_large_page=bare_page("too-large"), on_ready=lambda at: print(at, flush=True))
"""


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """waitress as the web service starts it."""
    running = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert running.stdout is not None
    yield running, int(running.stdout.readline().strip().rpartition(":")[2])
    running.kill()
    running.wait(30)
    running.stdout.close()


def most_memory(running: subprocess.Popen[str]) -> int:
    """KiB that the process ever held at once."""
    status = Path(f"/proc/{running.pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0])


def test_ten_megabytes_are_refused_in_three_sentences_and_not_kept(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    running, port = server
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.request("POST", "/form", body=b"child_name=a")
    assert line.getresponse().read() == b"12"
    before = most_memory(running)
    for size in (2_000_000, 10_000_000, 60_000_000):
        line.close()  # a refusal ends the connection
        line.request("POST", "/form", body=b"a" * size)
        answer = line.getresponse()
        assert answer.status == 413
        told = answer.read().decode()
        assert all(words in told for words in SENTENCES)
        assert "Entity" not in told
    line.close()
    line.request("POST", "/form", body=b"child_name=b")
    assert line.getresponse().read() == b"12"
    line.close()
    assert most_memory(running) - before < 4096


def test_who_announces_more_than_anybody_sends_is_answered_at_once(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    _, port = server
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(b"POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000000\r\n\r\n")
        assert line.recv(12) == b"HTTP/1.1 413"


def test_the_servers_own_page_says_what_the_apps_page_says(browser: Browser, dossier: str) -> None:
    told = browser.post(f"{dossier}/answers", child_name="a" * 300_000).text
    assert all(words in told and words in bare_page("too-large") for words in SENTENCES)


def test_every_box_for_text_has_an_end(browser: Browser, dossier: str, point: Point) -> None:
    for key, longest in (("child_name", "200"), ("child_birth_date", "40"), ("copies", "40")):
        field = view_of(point, dossier).procedure.fields.get(key)
        if field is None:
            continue
        text = browser.get(topic_page(point, dossier, key)).text
        (box,) = re.findall(rf'<input[^>]* id="f-{key}"[^>]*>', text)
        assert f'maxlength="{getattr(field, "max_length", longest)}"' in box


@pytest.mark.browser
@pytest.mark.timeout(180)
def test_a_huge_paste_is_told_and_what_was_typed_before_stays(window: Window, point: Point) -> None:
    path = start_dossier(window)
    page = ask_for(window, point, path, "child_name")
    page.fill("#f-child_name", "Cao Minh")
    page.press("#f-child_name", "Tab")
    wait_saved(page)
    paste = """(box, size) => {
      const data = new DataTransfer();
      data.setData("text/plain", "ẫ".repeat(size));
      box.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }"""
    page.focus("#f-child_name")
    page.locator("#f-child_name").evaluate(paste, 10_000_000)
    expect(page.get_by_text("Nội dung gửi lên quá dài.")).to_be_visible()
    expect(page.get_by_text("Xem trong ô có dán nhầm gì không")).to_be_visible()
    expect(page.locator("#f-child_name")).to_have_value("Cao Minh")
    page.locator("#f-child_name").evaluate("box => box.removeAttribute('maxlength')")
    page.fill("#f-child_name", "ẫ" * 2_000_000)
    page.press("#f-child_name", "Tab")
    expect(page.locator("[data-refused]")).to_be_visible()
    page.get_by_role("button", name="Lưu và tiếp").click()
    expect(page.get_by_text("Nội dung gửi lên quá dài.")).to_be_visible()
    expect(page.locator("[data-unsaved]")).to_be_hidden()
    assert view_of(point, path).answers["child_name"] == "Cao Minh"
    page.fill("#f-child_name", "Cao Minh Mẫu")
    page.press("#f-child_name", "Tab")
    wait_saved(page)
    expect(page.get_by_text("Nội dung gửi lên quá dài.")).to_have_count(0)
    assert dossiers.look_at(point, id_of(path)).answers["child_name"] == "Cao Minh Mẫu"
