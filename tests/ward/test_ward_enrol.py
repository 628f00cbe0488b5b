"""A new box and the ward: one code, once, from the officer's command to the first heartbeat."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import requests
from click.testing import CliRunner, Result

from appliance.cli import tramhoso
from appliance.commands import enrol
from appliance.config import read_config
from appliance.setup.certificates import renewed
from tests.delivery.certificates import ThrowAwayCa
from tests.ward.box import TIMEOUT_S, Box
from tests.ward.conftest import RunningWard
from web.ward.boxes.devices import devices, new_token
from web.ward.boxes.enrolment import new_code
from web.ward.database import writing

EXAMPLE = Path(__file__).parents[2] / "docs/config.example.toml"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def database() -> None:
    """SQLite alone: codes are rows like others, and a second server costs the suite seconds."""


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    """The folder of a box that knows no ward yet."""
    folder = tmp_path / "etc"
    folder.mkdir()
    shutil.copy(EXAMPLE, folder / "config.toml")
    (folder / "config.toml").chmod(0o640)
    return folder


def say(etc: Path, *words: str) -> Result:
    return CliRunner().invoke(tramhoso, ["--config", str(etc / "config.toml"), "enrol", *words])


def code_for(ward: RunningWard, name: str, life: timedelta = DAY) -> str:
    with writing(ward.engine) as conn:
        return new_code(conn, name, datetime.now(UTC), life)


def lies_there(etc: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in etc.iterdir()}


def test_a_box_enrols_by_the_code_that_an_officer_read_to_it(ward: RunningWard, etc: Path) -> None:
    words = ["ward", "enrol-code", str(ward.settings.home), "hop-moi", "--url", ward.base]
    database = ["--database", ward.settings.database] if ward.settings.database else []
    made = CliRunner().invoke(tramhoso, [*words, *database])
    code = made.stdout.strip()
    assert f"sudo tramhoso enrol {code} --url {ward.base}" in made.stderr
    done = say(etc, code.upper().replace("-", " "), "--url", ward.base)
    assert done.exit_code == 0, done.output
    assert "hop-moi" in done.output
    config = read_config(etc / "config.toml")
    assert (config.ward.url, config.ward.recipient) == (ward.base, ward.made.recipient)
    assert config.ward.verify_key == ward.made.verify_key
    assert config.ward.token_file == etc / "ward.token"
    modes = {path.name: path.stat().st_mode & 0o777 for path in etc.iterdir()}
    assert modes == {"config.toml": 0o640, "ward.token": 0o600}
    beat = {"version": "1", "queue": 0, "oldest_waiting_s": 0, "disk_free_mb": 1}
    token = (etc / "ward.token").read_text()
    assert Box(ward.base, token).ask("PUT", "/heartbeat", json=beat).status_code == 200
    assert token not in done.output


def test_a_code_may_come_from_a_program_and_stand_in_no_list_of_running_programs(ward, etc):
    code = code_for(ward, "hop-danh-sach")
    words = ["--config", str(etc / "config.toml"), "enrol", "-", "--url", ward.base]
    assert CliRunner().invoke(tramhoso, words, input=f"{code}\n").exit_code == 0


def test_a_file_that_is_no_certificate_is_told_before_the_ward_is_asked(ward, etc, tmp_path):
    (tmp_path / "ca.pem").write_text("-----BEGIN CERT")
    before = lies_there(etc)
    code = code_for(ward, "hop-ca")
    done = say(etc, code, "--url", ward.base, "--ca-file", str(tmp_path / "ca.pem"))
    assert done.exit_code == 78
    assert "ca.pem: holds no certificate (PEM); nothing was changed" in done.stderr
    assert lies_there(etc) == before
    assert say(etc, code, "--url", ward.base).exit_code == 0  # the code is still good


def test_only_four_lines_of_the_configuration_change_and_its_comments_stay(ward, etc):
    before = (etc / "config.toml").read_text().splitlines()
    assert say(etc, code_for(ward, "hop-a"), "--url", ward.base).exit_code == 0
    after = (etc / "config.toml").read_text().splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert [line.split(" = ")[0] for line in changed] == [
        "url", "recipient", "verify_key", "token_file",
    ]  # fmt: skip
    assert changed[0].endswith("# https://…/intake/v1; empty: nothing is sent yet")
    assert tomllib.loads("\n".join(after))["panel"] == tomllib.loads("\n".join(before))["panel"]


@pytest.mark.parametrize(
    ("code", "number", "told"),
    [
        ("abcd-efgh-2345", 10, "knows no such code"),
        ("123", 10, "three times four letters"),
        ("expired", 11, "too old"),
        ("used", 12, "another box came with this code"),
    ],
)
def test_a_code_that_is_no_good_changes_nothing_and_says_why(ward, etc, code, number, told):
    if code == "expired":
        code = code_for(ward, "hop-muon", timedelta(seconds=-1))
    if code == "used":
        code = code_for(ward, "hop-truoc")
        assert enrolled_by_hand(ward, code, new_token()) == 201
    before = lies_there(etc)
    answer = say(etc, code, "--url", ward.base)
    assert answer.exit_code == number
    assert told in answer.stderr
    assert "nothing was changed" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert lies_there(etc) == before


def enrolled_by_hand(ward: RunningWard, code: str, token: str) -> int:
    asked = requests.post(
        f"{ward.base}/enrol",
        json={"code": code},
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT_S,
    )
    return asked.status_code


def test_an_answer_that_was_lost_is_asked_for_again_and_is_one_box(ward, etc):
    code = code_for(ward, "hop-mat-tra-loi")
    nobody = say(etc, code, "--url", "http://127.0.0.1:9/intake/v1")
    assert nobody.exit_code == 14
    waiting = (etc / ".ward.token.waiting").read_text()
    assert enrolled_by_hand(ward, code, waiting) == 201  # and then the line broke
    assert say(etc, code, "--url", ward.base).exit_code == 0
    assert (etc / "ward.token").read_text() == waiting
    with writing(ward.engine) as conn:
        assert [box.name for box in devices(conn)].count("hop-mat-tra-loi") == 1


def test_a_cut_between_token_and_configuration_is_made_good_by_the_same_line(ward, etc):
    code = code_for(ward, "hop-mat-dien")
    empty = (etc / "config.toml").read_bytes()
    assert say(etc, code, "--url", ward.base).exit_code == 0
    token = (etc / "ward.token").read_text()
    (etc / "config.toml").write_bytes(empty)  # as it lay before its rename
    assert say(etc, code, "--url", ward.base).exit_code == 0
    assert (etc / "ward.token").read_text() == token
    assert read_config(etc / "config.toml").ward.verify_key == ward.made.verify_key


def test_a_box_that_has_a_ward_does_not_leave_it_by_accident(ward, etc):
    assert say(etc, code_for(ward, "hop-b"), "--url", ward.base).exit_code == 0
    before = lies_there(etc)
    second = code_for(ward, "hop-c")
    assert say(etc, second, "--url", ward.base).exit_code == 16
    assert lies_there(etc) == before
    assert say(etc, second, "--url", ward.base, "--again").exit_code == 0
    assert (etc / "ward.token").read_bytes() != before["ward.token"]


def test_two_boxes_with_one_code_are_one_box(ward):
    code = code_for(ward, "hop-hai-nguoi")
    with ThreadPoolExecutor(4) as many:
        said = list(many.map(lambda _: enrolled_by_hand(ward, code, new_token()), range(4)))
    assert sorted(said) == [201, 409, 409, 409]


def test_a_new_code_for_the_same_box_ends_the_one_before(ward):
    first = code_for(ward, "hop-d")
    second = code_for(ward, "hop-d")
    assert enrolled_by_hand(ward, first, new_token()) == 410
    assert enrolled_by_hand(ward, second, new_token()) == 201


def test_the_code_itself_is_nowhere_in_the_database(ward):
    code = code_for(ward, "hop-e")
    if ward.settings.serves_alone:
        assert code.encode() not in (ward.settings.home / "ward.sqlite").read_bytes()


def test_a_token_somebody_chose_is_refused(ward):
    code = code_for(ward, "hop-f")
    assert enrolled_by_hand(ward, code, "1234") == 401
    assert enrolled_by_hand(ward, code, new_token()) == 201


def test_a_ward_whose_certificate_proves_nothing_is_not_believed(etc, tmp_path):
    renewed(tmp_path, ["localhost"], ["127.0.0.1"], datetime.now(UTC))

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raise AssertionError("the token was sent")

    server = HTTPServer(("127.0.0.1", 0), Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "page.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    answer = say(
        etc, "abcd-efgh-2345", "--url", f"https://localhost:{server.server_port}/intake/v1"
    )
    server.shutdown()
    assert answer.exit_code == 15
    assert "this may not be the ward" in answer.stderr
    assert 'verify_key = ""' in (etc / "config.toml").read_text()


def test_an_authority_too_plain_for_debian_13_is_told_with_the_one_thing_to_do():
    """Its OpenSSL looks strictly; this machine's may not, so the words are OpenSSL's own."""
    told = enrol._who_mends("CA cert does not include key usage extension")
    assert told == "the ward's IT makes its authority anew with keyUsage keyCertSign: docs/ward.md"


@pytest.mark.parametrize("days", [(-9, -1), (2, 5)])
def test_a_ward_whose_certificate_ran_out_is_told_with_this_machines_date(etc, tmp_path, days):
    ca = ThrowAwayCa(tmp_path)
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = ca.server("localhost", days).wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"https://localhost:{server.server_port}/intake/v1"
    answer = say(etc, "abcd-efgh-2345", "--url", url, "--ca-file", str(ca.file))
    server.shutdown()
    server.server_close()
    assert answer.exit_code == 15
    assert len(answer.stderr.splitlines()) == 1
    assert f"here it is {datetime.now(UTC).date()}" in answer.stderr
    assert "the ward's IT renews it; nothing was changed" in answer.stderr
    assert 'verify_key = ""' in (etc / "config.toml").read_text()


def test_an_address_without_tls_is_never_asked(etc):
    answer = say(etc, "abcd-efgh-2345", "--url", "http://ward.example/intake/v1")
    assert (answer.exit_code, "use https" in answer.stderr) == (78, True)
    assert lies_there(etc).keys() == {"config.toml"}


def test_where_only_root_writes_one_line_says_so(ward, etc):
    import os

    if os.geteuid() != 0:
        pytest.skip("plays another user")
    etc.chmod(0o755)
    (etc / "config.toml").chmod(0o644)
    for above in (etc.parent, *etc.parent.parents[:4]):
        above.chmod(above.stat().st_mode | 0o011)
    words = ["--config", str(etc / "config.toml"), "enrol", "abcd-efgh-2345", "--url", ward.base]
    done = subprocess.run(
        ["setpriv", "--reuid=nobody", "--clear-groups", sys.executable,
         "-P", "-m", "appliance.cli", *words],
        capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip
    if "No module named" in done.stderr or done.returncode == 126:
        pytest.skip("nobody cannot read this clone")
    assert (done.returncode, "root writes there" in done.stderr) == (77, True), done.stderr
