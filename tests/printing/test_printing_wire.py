"""IPP as bytes, and which paper and which trouble our words mean."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.errors.printer import (
    PrinterAbsent,
    PrinterOutOfPaper,
    PrinterRefused,
    PrinterStopped,
)
from appliance.core.printing import Media
from appliance.devices.ipp_line import Deadline, ask
from appliance.devices.ipp_wire import NotIpp, Operation, Tag, read_answer, request
from appliance.devices.print_paper import paper_for
from appliance.devices.print_troubles import trouble_of

GOOD = request(Operation.GET_PRINTER_ATTRIBUTES, [(Tag.URI, "printer-uri", "ipp://localhost/")])


def test_what_we_write_we_can_read():
    said = request(
        Operation.PRINT_JOB,
        [(Tag.URI, "printer-uri", "ipp://localhost/printers/máy"), (Tag.INTEGER, "job-id", 7)],
        [(Tag.KEYWORD, "media", "a"), (Tag.KEYWORD, "media", "b"), (Tag.BOOLEAN, "yes", True)],
    )
    heard = read_answer(said)
    assert heard.words("printer-uri") == ("ipp://localhost/printers/máy",)
    assert heard.number("job-id") == 7
    assert heard.words("media") == ("a", "b")
    assert heard.attributes["yes"] == (True,)


def test_a_name_said_again_in_a_later_group_changes_nothing():
    doubled = request(
        Operation.PRINT_JOB,
        [(Tag.KEYWORD, "x", "first"), (Tag.KEYWORD, "y", "1"), (Tag.KEYWORD, "x", "again")],
    )
    assert read_answer(doubled).words("x") == ("first",)


@given(st.integers(0, len(GOOD) - 1))
def test_a_cut_answer_is_noticed_wherever_it_is_cut(at):
    with pytest.raises(NotIpp):
        read_answer(GOOD[:at])


@given(st.binary(max_size=300))
def test_no_bytes_at_all_upset_the_reader(data):
    try:
        read_answer(data)
    except NotIpp:
        return


def speaker(folder: Path, said: bytes, pause_s: float = 0.0) -> Path:
    """Somebody on a socket who hears us out and answers a byte at a time."""
    path = folder / "cups.sock"
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(path))
    door.listen(1)

    def answer() -> None:
        line, _ = door.accept()
        line.recv(65_536)
        try:
            for byte in said:
                line.sendall(bytes([byte]))
                time.sleep(pause_s)
        except OSError:
            pass  # the other side has gone
        line.close()
        door.close()

    threading.Thread(target=answer, daemon=True).start()
    return path


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + GOOD,
        b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_an_answer_that_is_not_ipp_is_an_absent_printer(tmp_path, said):
    with pytest.raises(PrinterAbsent):
        ask(speaker(tmp_path, said), "/printers/x", GOOD, b"", Deadline.within(3))


def test_an_answer_that_drips_is_given_up_at_the_deadline(tmp_path):
    slow = speaker(tmp_path, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200, pause_s=0.05)
    began = time.monotonic()
    with pytest.raises(PrinterAbsent):
        ask(slow, "/printers/x", GOOD, b"", Deadline.within(0.4))
    assert time.monotonic() - began < 8  # it would drip for ten seconds


SLIP = b"/MediaBox[0 0 226.77165 700.5]"  # 247.1 mm


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (("iso_a4_210x297mm", "custom_min_5x5mm", "custom_max_80x900mm"), "custom_slip_80x248mm"),
        (("om_80x200_80x200mm", "om_80x297_80x297mm", "om_80x400_80x400mm"), "om_80x297_80x297mm"),
        (("roll_min_3.15x1in", "roll_max_3.15x300in"), "custom_slip_80x248mm"),
    ],
)  # fmt: skip
def test_a_slip_gets_the_roll_that_wastes_least(offered, chosen):
    assert paper_for(SLIP, Media.ROLL, offered) == chosen


@pytest.mark.parametrize("offered", [(), ("iso_a4_210x297mm",), ("om_80x200_80x200mm",)])
def test_a_slip_is_never_cut_short_to_fit(offered):
    with pytest.raises(PrinterRefused):
        paper_for(SLIP, Media.ROLL, offered)


def test_a_printer_that_says_nothing_of_its_paper_gets_a4():
    assert paper_for(b"", Media.A4, ()) == "iso_a4_210x297mm"


@pytest.mark.parametrize(
    ("reasons", "error"),
    [
        (("none",), None),
        (("toner-low-warning", "media-low"), None),
        (("media-empty-error",), PrinterOutOfPaper),
        (("cups-waiting-for-job-completed", "media-empty-warning"), PrinterOutOfPaper),
        (("marker-supply-empty-warning",), None),
        (("media-needed",), PrinterOutOfPaper),
        (("marker-supply-low-warning", "media-jam"), PrinterStopped),
        (("cover-open-report",), PrinterStopped),
        (("offline-report", "media-empty"), PrinterAbsent),
        (("cups-missing-filter",), PrinterRefused),
    ],
)
def test_a_keyword_of_the_printer_becomes_what_a_person_can_do(reasons, error):
    assert trouble_of(reasons) is error
