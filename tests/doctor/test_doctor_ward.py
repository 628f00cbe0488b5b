"""The way to the ward over real sockets and real TLS: each step has another person to call."""

from __future__ import annotations

import http.server
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.config import WardSection
from appliance.destinations.http import Patience
from appliance.doctoring.keeping import ROOTS_TOKEN, token_place
from appliance.doctoring.machine import Machine
from appliance.doctoring.way_to_ward import WayToWard, token_of
from tests.delivery.certificates import ThrowAwayCa
from tests.delivery.ward_process import WardProcess
from tests.doctor.test_doctor_machine import lay

QUICK = Patience(connect_s=2.0, answer_s=3.0)
TOKEN = "thu-nghiem"
Serve = Callable[..., int]


class Ward(http.server.BaseHTTPRequestHandler):
    """A ward as far as one question goes; *portal* answers with a log-in page instead."""

    portal = False

    def do_GET(self) -> None:
        known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        status, kind, body = 200, "application/json", json.dumps([]).encode()
        if self.portal:
            kind, body = "text/html", b"<form>Wi-Fi</form>"
        elif not known:
            status, body = 401, b"{}"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers = []

    def made(context: ssl.SSLContext | None = None, portal: bool = False) -> int:
        handler = type("Handler", (Ward,), {"portal": portal})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return int(server.server_address[1])

    yield made
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """One with a way out."""
    lay(tmp_path / "proc/net/route", "Iface\tDestination\neth0\t00000000\t0101A8C0\n")
    return Machine.below(tmp_path)


def found(
    machine: Machine, url: str, ca: Path | None = None, token: str | None = TOKEN
) -> tuple[str, dict[str, str]]:
    way = WayToWard(WardSection(url=url, ca_file=ca), token, "not set", QUICK)
    (one,) = way.look(machine)
    return one.code, dict(one.blanks)


@pytest.mark.parametrize(
    ("host", "days", "code"),
    [
        ("localhost", (-1, 5), "ward-well"),
        ("localhost", (-9, -1), "certificate-expired"),
        ("localhost", (2, 5), "certificate-not-yet"),
        ("khac.example", (-1, 5), "certificate-name"),
    ],
)
def test_each_fault_of_a_certificate_is_told_by_its_own_name(
    serve: Serve, machine: Machine, tmp_path: Path, host: str, days: tuple[int, int], code: str
) -> None:
    ca = ThrowAwayCa(tmp_path)
    port = serve(ca.server(host, days))
    assert found(machine, f"https://localhost:{port}/intake/v1", ca.file)[0] == code


def test_an_authority_nobody_knows_is_told_as_that(
    serve: Serve, machine: Machine, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    port = serve(ThrowAwayCa(tmp_path).server())
    other = ThrowAwayCa(tmp_path / "other", "Other CA").file
    assert found(machine, f"https://localhost:{port}/intake/v1", other)[0] == "certificate-unknown"


def test_a_token_that_lacks_and_one_that_is_refused_are_told_apart(
    serve: Serve, machine: Machine
) -> None:
    url = f"http://127.0.0.1:{serve()}/intake/v1"
    assert found(machine, url)[0] == "ward-well"
    assert found(machine, url, token="cu")[0] == "token-refused"
    assert found(machine, url, token=None) == ("token-missing", {"why": "not set"})


def test_a_real_ward_is_well_and_refuses_a_token_it_took_back(
    machine: Machine, tmp_path: Path
) -> None:
    """The question must be one that the contract has: the ward above answers any."""
    ward = WardProcess(tmp_path / "ward")
    try:
        url = f"http://127.0.0.1:{ward.port}/intake/v1"
        assert found(machine, url, token=ward.made.token)[0] == "ward-well"
        assert found(machine, url, token="cu")[0] == "token-refused"
    finally:
        ward.kill()


def test_a_log_in_page_is_told_with_and_without_tls(serve: Serve, machine: Machine) -> None:
    plain = serve(portal=True)
    assert found(machine, f"http://127.0.0.1:{plain}/intake/v1")[0] == "captive-portal"
    assert found(machine, f"https://localhost:{plain}/intake/v1")[0] == "captive-portal"


def test_a_shut_port_a_lost_name_and_a_pulled_cable_are_told_apart(
    serve: Serve, machine: Machine, tmp_path: Path
) -> None:
    assert found(machine, "")[0] == "ward-by-hand"
    code, blanks = found(machine, "https://localhost:9/intake/v1")
    assert (code, blanks["port"]) == ("ward-unreachable", "9")
    nowhere = "https://phuong.invalid/intake/v1"  # RFC 2606: no such name, ever
    assert found(machine, nowhere)[0] == "name-unknown"
    lay(tmp_path / "proc/net/route", "Iface\tDestination\n")
    assert found(machine, nowhere)[0] == "network-none"


def test_an_address_over_which_the_token_would_travel_in_the_clear_is_a_mistake(
    machine: Machine,
) -> None:
    code, blanks = found(machine, "http://phuong.example/intake/v1")
    assert code == "config-wrong"
    assert "in the clear" in blanks["fault"]


def test_the_units_own_token_comes_first_and_a_missing_one_says_where(tmp_path: Path) -> None:
    own, root = tmp_path / "own", tmp_path / "root"
    root.write_text("goc\n")
    assert token_of(root, own) == ("goc", "")
    own.write_text("rieng\n")
    assert token_of(root, own) == ("rieng", "")
    assert token_of(None, None)[0] is None
    assert str(tmp_path / "none") in token_of(tmp_path / "none", None)[1]


def test_a_box_is_asked_with_roots_token_whether_the_configuration_names_the_copy_or_not() -> None:
    """The uploader's unit is given it either way, and sends with it."""
    copy = Path("/run/credentials/tramhoso-uploader.service/ward.token")
    assert token_place(None, is_box=True) == token_place(copy, is_box=True) == ROOTS_TOKEN
    assert token_place(None, is_box=False) is None  # a try-out has no file of root's
    own = Path("/home/mau/token")
    assert token_place(own, is_box=True) == own
