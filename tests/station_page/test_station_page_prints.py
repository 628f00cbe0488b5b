"""What a dossier can be printed as, on the page: a file always, a printer where there is one."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import waitress
from flask import Flask
from playwright.sync_api import expect

from appliance.config import PrinterSection
from appliance.core.printing import Media, PrintJob, PrintNews, PrintState
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.imaging.child.main import cleaned
from appliance.papers.prints.offered import prints_for
from appliance.pretend.sample_answers import sample_answers
from appliance.store.people.volunteers import Volunteer
from tests.printing.conftest import print_system, tool, words  # noqa: F401 - fixtures
from tests.printing.print_system import PrintSystem
from tests.station_page.chromium import open_window
from tests.station_page.conftest import PIN, Browser, Clock, Tray, id_of, view_of
from web.station.app import IDLE_LIMIT, create_app
from web.station.here import EXTENSION
from web.station.printing.print_book import REMEMBERED, Handed, PrintBook
from web.station.printing.prints import BOOK
from web.station.speech import said

Words = Callable[[bytes], str]


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], str]]:
    """Serve a page on loopback: ``serve(app)`` is its address."""
    running = []

    def begin(app: Flask) -> str:
        server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.effective_port}"

    yield begin
    for server, thread in running:
        server.close()
        thread.join(timeout=5)


@pytest.fixture
def filled(point: Point, dossier: str, tray: Tray) -> str:
    """The path of an open dossier with its answers and two pages."""
    dossiers.save_answers(point, id_of(dossier), sample_answers("khai-sinh", point.today()))
    tray.press(pages=2)
    return dossier


@pytest.fixture
def equipped(point: Point, clock: Clock, lan: Volunteer) -> Iterator[Callable[..., Browser]]:
    """Lan's browser at the same point, which now has printers: ``equipped(sheets="…")``."""
    apps = []

    def sign_in(**queues: object) -> Browser:
        section = PrinterSection.model_validate(queues)
        config = point.config.model_copy(update={"printer": section})
        here = replace(point, config=config)
        app = create_app(here, monotonic=clock.monotonic, lock_after=IDLE_LIMIT)
        apps.append(app)
        browser = Browser(app.test_client())
        browser.sign_in()
        return browser

    yield sign_in
    for app in apps:
        app.extensions[EXTENSION].freshness.close()


def seal(point: Point, path: str, helper: Volunteer) -> None:
    sealing.ask_to_seal(point, id_of(path), helper.id, consented=True)
    assert sealing.grant_next(point, cleaned) == id_of(path)


def wait_for(browser: Browser, path: str, sentence: str) -> str:
    """Look at the page again, as a person without a script does, until it says so."""
    give_up = time.monotonic() + 40
    while sentence not in (text := browser.get(f"{path}/prints").text):
        assert time.monotonic() < give_up, re.sub(r"<[^>]*>|\s+", " ", text)
        time.sleep(0.1)
    return text


def test_without_a_printer_everything_is_offered_as_a_file(
    browser: Browser, filled: str, point: Point, words: Words
) -> None:
    text = browser.get(f"{filled}/prints").text
    assert said("prints.no_printer") in text
    assert 'form="print"' not in text
    number = view_of(point, filled).dossier.number
    for offered in prints_for("khai-sinh"):
        for media in offered.media:
            path = f"{filled}/prints/{offered.key}-{media}.pdf"
            assert (f'href="{path}"' in text) == (media is Media.A4)  # there is no roll here
            answer = browser.get(path)
            assert answer.mimetype == "application/pdf"
            assert number in words(answer.data)


def test_a_file_is_named_after_the_dossier_and_no_copy_is_kept(
    browser: Browser, filled: str, point: Point
) -> None:
    before = {path for path in point.config.paths.state.rglob("*") if path.is_file()}
    answer = browser.get(f"{filled}/prints/receipt_slip-roll.pdf")
    number = view_of(point, filled).dossier.number
    name = answer.headers["Content-Disposition"]
    assert name.startswith("attachment;")
    assert number in name
    assert " 80 mm Phieu mang ve.pdf" in name
    assert answer.headers["Cache-Control"] == "no-store, private"
    after = {path for path in point.config.paths.state.rglob("*") if path.is_file()}
    assert {path.suffix for path in after - before} <= {".db-shm", ".db-wal"}


def test_only_prints_of_that_procedure_are_offered(browser: Browser, filled: str) -> None:
    assert "signing_sheet" not in browser.get(f"{filled}/prints").text
    for name in ("signing_sheet-a4", "leaflet-a4", "value_sheet-a5", "nobody", "..%2Fx"):
        assert browser.get(f"{filled}/prints/{name}.pdf").status_code == 404
        assert browser.post(f"{filled}/prints", sheet=name).status_code == 404


def test_after_the_seal_only_what_names_no_answers_is_left(
    browser: Browser, filled: str, point: Point, lan: Volunteer, words: Words
) -> None:
    seal(point, filled, lan)
    text = browser.get(f"{filled}/prints").text
    assert said("prints.sealed") in text
    assert "value_sheet" not in text
    assert browser.get(f"{filled}/prints/value_sheet-a4.pdf").status_code == 409
    slip = words(browser.get(f"{filled}/prints/receipt_slip-a4.pdf").data)
    assert "Giấy chứng sinh 2 trang" in slip
    assert "receipt_slip" in browser.get(f"{filled}/delivery").text


@pytest.mark.parametrize(
    ("queues", "paper"),
    [
        ({"sheets": "laser", "slips": "till"}, "a4"),
        ({"sheets": "laser"}, "a4"),
        ({"slips": "till"}, "roll"),
        ({}, "a4"),
    ],
    ids=["both", "only A4", "only a roll", "none"],
)
def test_after_the_seal_the_slip_to_take_home_is_first_and_each_has_one_bold_button(
    filled: str,
    point: Point,
    lan: Volunteer,
    equipped: Callable[..., Browser],
    queues: dict[str, str],
    paper: str,
) -> None:
    seal(point, filled, lan)
    text = equipped(**queues).get(f"{filled}/prints").text
    assert text.index('id="receipt_slip"') < text.index('id="consent_slip"')
    for sheet in re.findall(r'<li class="sheet".*?</li>', text, re.DOTALL):
        bold = re.findall(r'class="btn btn-go"[^>]*id="[a-z]+-([a-z_0-9-]+)"', sheet)
        assert [name.rpartition("-")[2] for name in bold] == [paper]


def test_a_locked_dossier_prints_nothing(
    browser: Browser, filled: str, point: Point, equipped: Callable[..., Browser]
) -> None:
    for key in point.config.paths.runtime.rglob("*"):
        if key.is_file() and "session" not in key.name:
            key.unlink()  # the power was cut: what was in memory is gone
    assert "prints/" not in browser.get(f"{filled}/prints").text
    assert browser.get(f"{filled}/prints/value_sheet-a4.pdf").status_code == 503


def test_a_file_asked_for_at_a_locked_screen_is_no_page_to_come_back_to(
    browser: Browser, filled: str
) -> None:
    browser.get(f"{filled}/prints")
    browser.post("/lock", back=f"{filled}/prints")
    answer = browser.get(f"{filled}/prints/value_sheet-a4.pdf")
    assert (answer.status_code, answer.location) == (303, "/locked")
    browser.get("/locked")
    assert browser.post("/unlock", pin=PIN).location == f"{filled}/prints"


def test_every_way_to_the_prints_is_on_the_pages_where_one_needs_them(
    browser: Browser, filled: str
) -> None:
    assert f'href="{filled}/prints"' in browser.get(filled).text
    assert f'href="{filled}/prints#consent_slip"' in browser.get(f"{filled}/check").text


def test_a_printer_that_is_not_there_is_told_beside_the_sheet_and_the_file(
    equipped: Callable[..., Browser], filled: str, tmp_path: Path
) -> None:
    browser = equipped(sheets="laser", socket=tmp_path / "nobody.sock")
    text = browser.get(f"{filled}/prints").text
    assert text.count('form="print"') == 3  # A4 only: there is no roll
    answer = browser.post(f"{filled}/prints", sheet="receipt_slip-a4")
    assert answer.location == f"{filled}/prints#receipt_slip"
    text = browser.get(f"{filled}/prints").text
    told = text.index("Máy in không trả lời.")
    assert text.index('id="receipt_slip"') < told < text.index("receipt_slip-a4.pdf")
    assert "Việc cần làm:" in text
    assert 'http-equiv="refresh"' not in text
    assert "In lại" in text


def test_a_print_system_that_says_nothing_holds_nobody_up(
    equipped: Callable[..., Browser], filled: str, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "s"))
        silent.listen()  # it takes connections and never answers
        browser = equipped(sheets="laser", socket=tmp_path / "s")
        browser.get(f"{filled}/prints")
        began = time.monotonic()
        browser.post(f"{filled}/prints", sheet="receipt_slip-a4")
        text = browser.get(f"{filled}/prints").text
        took = time.monotonic() - began
    assert "Máy in không trả lời." in text
    assert took < 20  # it is silent for ever


@pytest.mark.timeout(120)
def test_a_sheet_comes_out_of_the_printer_that_has_its_paper(
    print_system: PrintSystem, equipped: Callable[..., Browser], filled: str, words: Words
) -> None:
    browser = equipped(sheets="sheets", slips="slips", socket=print_system.socket)
    text = browser.get(f"{filled}/prints").text
    assert "In A4" in text
    assert "In giấy cuộn 80 mm" in text
    before = {name: len(print_system.came_out(name)) for name in ("sheets", "slips")}
    browser.post(f"{filled}/prints", sheet="receipt_slip-roll")
    wait_for(browser, filled, said("prints.state.done"))
    assert len(print_system.came_out("slips")) == before["slips"] + 1
    assert len(print_system.came_out("sheets")) == before["sheets"]
    assert (
        "Phiếu mang về".casefold()
        in words(print_system.came_out("slips")[-1].read_bytes()).casefold()
    )


@pytest.mark.timeout(120)
def test_an_empty_tray_is_told_and_the_sheet_can_be_taken_back(
    print_system: PrintSystem, equipped: Callable[..., Browser], filled: str
) -> None:
    browser = equipped(sheets="sheets", socket=print_system.socket)
    browser.get(f"{filled}/prints")
    print_system.feel("sheets", "media-empty")
    before = len(print_system.came_out("sheets"))
    try:
        book, jobs = browser.client.application.extensions[BOOK], set()
        for _ in range(2):  # a double click prints once
            browser.post(f"{filled}/prints", sheet="consent_slip-a4")
            jobs.add(book.of(id_of(filled))["consent_slip", Media.A4].job)
        assert len(jobs) == 1
        text = wait_for(browser, filled, "Máy in đã hết giấy.")
        assert 'http-equiv="refresh"' in text  # without a script it looks again by itself
        assert "Thôi in" in text
        assert said("prints.state.held") in text
        live = browser.get(f"{filled}/prints/now", headers={"X-Live": "1"})
        assert "Máy in đã hết giấy." in live.text
        browser.post(f"{filled}/prints/cancel", sheet="consent_slip-a4")
        text = wait_for(browser, filled, said("prints.state.cancelled"))
        assert "Máy in đã hết giấy." not in text
    finally:
        print_system.feel("sheets", "")
    print_system.wait_until_idle("sheets")
    assert len(print_system.came_out("sheets")) <= before + 1


def test_nothing_is_drawn_again_while_nothing_moves(browser: Browser, filled: str) -> None:
    headers = {"X-Live": "1"}
    first = browser.get(f"{filled}/prints/now", headers=headers)
    again = browser.get(
        f"{filled}/prints/now", headers=headers | {"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_every_state_and_print_has_its_sentence() -> None:
    for state in (*PrintState, "held", "cancelled", "cancelling"):
        assert said(f"prints.state.{state}").endswith(".")
    for procedure in ("khai-sinh", "ket-hon"):
        for offered in prints_for(procedure):
            assert said(f"prints.about.{offered.key}").endswith(".")
    for media in Media:
        assert said(f"prints.paper.{media}")


def test_the_book_prints_once_and_forgets_what_is_long_past(clock: Clock) -> None:
    book, press = PrintBook(), Handed("receipt_slip", Media.A4, clock())
    assert book.begin("one", press)
    assert not book.begin("one", press)
    book.note("one", press, PrintNews(PrintState.WAITING), job=PrintJob("laser", 7))
    book.note("one", press, PrintNews(PrintState.DONE))
    assert book.of("one")["receipt_slip", Media.A4].job == PrintJob("laser", 7)
    clock.pass_by(seconds=5)
    newer = Handed("receipt_slip", Media.A4, clock())
    assert book.begin("one", newer)
    book.note("one", press, PrintNews(PrintState.GIVEN_UP))  # of the former: too late to matter
    assert book.of("one")["receipt_slip", Media.A4].is_on_its_way
    for number in range(REMEMBERED):
        book.begin(str(number), press)
    assert book.of("one") == {}


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 360])
def test_the_prints_are_reached_by_keyboard_and_have_no_barriers(
    address: str, filled: str, width: int
) -> None:
    with open_window(address, width=width) as window:
        window.sign_in("Lan", PIN)
        page = window.go(f"{filled}/prints")
        link = page.locator("#file-value_sheet-a4")
        page.locator("main").focus()
        page.keyboard.press("Tab")
        expect(link).to_be_focused()
        outline = link.evaluate("it => getComputedStyle(it).outlineWidth")
        assert outline == "3px"  # Bootstrap would take it away
        with page.expect_download() as taken:
            page.keyboard.press("Enter")
        assert taken.value.suggested_filename.endswith("Ban chep de tu nhap tren.pdf")
        assert window.barriers() == []
        too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(too_wide) <= 0
        assert window.complaints == []


@pytest.mark.browser
@pytest.mark.timeout(120)
@pytest.mark.parametrize("javascript", [True, False])
def test_a_sheet_is_printed_with_and_without_a_script(
    print_system: PrintSystem,
    equipped: Callable[..., Browser],
    serve: Callable[[Flask], str],
    filled: str,
    javascript: bool,
) -> None:
    address = serve(equipped(sheets="sheets", socket=print_system.socket).client.application)
    before = len(print_system.came_out("sheets"))
    with open_window(address, javascript=javascript) as window:
        window.sign_in("Lan", PIN)
        page = window.go(f"{filled}/prints")
        page.locator("#print-receipt_slip-a4").click()
        page.get_by_text(said("prints.state.done")).wait_for(timeout=40_000)
        assert not javascript or window.barriers() == []
    assert len(print_system.came_out("sheets")) == before + 1
