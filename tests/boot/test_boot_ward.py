"""A ward's machine by its documentation, and a box at the other end of a cable.

The box is installed too: its own `tramhoso enrol`, its own uploader, the ward's own TLS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.boot.conftest import SUITE, booted
from tests.boot.installed import (
    CONFIG,
    PYTHON,
    SCANNER_PORT,
    SETUP,
    TRAMHOSO,
    WARD_HOME,
    asked,
    changed_nothing,
    installed,
    is_active,
    nothing_failed,
    tree,
    visited,
    wait_for,
)
from tests.boot.machine import Machine
from tests.boot.test_boot_two_boxes import Network

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(3000)]

HOST = "hoso.phuong.example"
URL = f"https://{HOST}/intake/v1"
INSTALL = (SETUP, "install-ward", "--url", URL, "--offline", "/bundle")
CERTIFICATE = ("--certificate", "/etc/ssl/ward.pem", "--key", "/etc/ssl/private/ward.key")
OFFICER = "/src/tests/boot/officer.py"
CA = "/root/ca.pem"
EXPOSED_AT_MOST = 1.5
# word for word as docs/ward.md has them
BACKUP = """
sqlite3 /var/lib/tramhoso-ward/ward.sqlite ".backup /root/ward.sqlite"
tar -C /var/lib/tramhoso-ward --exclude='./ward.sqlite*' --exclude=./uploads -cf /root/ward.tar .
"""
RESTORE = """
systemctl stop tramhoso-ward
find /var/lib/tramhoso-ward -mindepth 1 -delete
tar -C /var/lib/tramhoso-ward -xf /root/ward.tar
cp /root/ward.sqlite /var/lib/tramhoso-ward/ward.sqlite
mkdir -p /var/lib/tramhoso-ward/uploads
chown -R tramhoso-ward:tramhoso-ward /var/lib/tramhoso-ward
chmod -R go= /var/lib/tramhoso-ward
systemctl start tramhoso-ward
"""
MAKE_CERTIFICATE = f"""
cd /etc/ssl
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=CA \
  -keyout /root/ca.key -out {CA} -addext basicConstraints=critical,CA:TRUE
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={HOST} \
  -keyout private/ward.key -out /root/ward.csr
printf 'subjectAltName=DNS:{HOST}\\nbasicConstraints=CA:FALSE\\n' >/root/ext
openssl x509 -req -in /root/ward.csr -CA {CA} -CAkey /root/ca.key -days 30 -extfile /root/ext \
  -out ward.pem
echo no certificate >broken.pem
"""
OURS = r"find / -xdev \( -path /src -o -path /bundle \) -prune -o -name '*tramhoso*' -print"
DELIVERED = "SELECT count(*) FROM dossier WHERE id = '{}' AND state = 'delivered'"


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Machine]:
    yield from booted(SUITE, tmp_path / "ward", "sqlite3")


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Machine]:
    with ExitStack() as machine:
        yield machine.enter_context(contextmanager(booted)(SUITE, tmp_path / "box"))


def ward_command(ward: Machine, *words: str) -> str:
    """As docs/ward.md says: as the user that owns the folder."""
    verb, *more = words
    words = (TRAMHOSO, "ward", *verb.split(), WARD_HOME, *more)
    return ward.run(*words, user="tramhoso-ward", HOME=WARD_HOME).stdout.strip()


def officer(ward: Machine, *words: str) -> dict[str, Any]:
    """What an officer finds, through nginx and its certificate."""
    said = ward.run(PYTHON, OFFICER, f"https://{HOST}/", *words, SSL_CERT_FILE=CA).stdout
    return dict(json.loads(said))


def it_says_first_what_it_would_do(ward: Machine) -> None:
    before = tree(ward)
    said = ward.run(*INSTALL, "--dry-run").stdout
    assert "user tramhoso-ward is new" in said
    assert tree(ward) == before


def a_wrong_word_changes_nothing(ward: Machine) -> None:
    before = tree(ward)
    for words, code in (
        ((SETUP, "install-ward", "--offline", "/bundle"), 64),
        ((SETUP, "install-ward", "--url", "http://x.example/intake/v1"), 64),
        ((*INSTALL, "--certificate", "/etc/ssl/none.pem", "--key", "/etc/ssl/none.key"), 78),
        ((*INSTALL, "--certificate", "/etc/ssl/ward.pem"), 64),
    ):
        done = ward.run(*words, check=False)
        assert (done.returncode, len(done.stderr.splitlines())) == (code, 1), done.stderr
    assert tree(ward) == before


def without_a_certificate_it_runs_and_says_what_is_missing(ward: Machine) -> str:
    said = ward.run(*INSTALL).stdout
    assert f"no certificate for {HOST} yet" in said
    assert is_active(ward, "tramhoso-ward")
    password = re.search(r"canbo  password (\S+)", said)
    assert password, said
    return password[1]


def a_broken_certificate_leaves_nginx_as_it_was(ward: Machine) -> None:
    words = ("--certificate", "/etc/ssl/broken.pem", "--key", "/etc/ssl/private/ward.key")
    done = ward.run(*INSTALL, *words, check=False)
    assert done.returncode == 78
    assert "nginx refuses this ward's site" in done.stderr
    ward.run("nginx", "-t")
    assert is_active(ward, "nginx")


def with_one_boxes_and_officers_reach_it(ward: Machine) -> None:
    ward.run(*INSTALL, *CERTIFICATE)
    assert is_active(ward, "nginx")
    nothing_failed(ward)


def again_it_changes_nothing_also_without_words(ward: Machine) -> None:
    before = tree(ward)
    for words in (INSTALL, (SETUP, "install-ward", "--offline", "/bundle")):
        said = ward.run(*words).stdout
        assert changed_nothing(said), said
    assert tree(ward) == before


def it_is_as_shut_as_was_promised(ward: Machine) -> float:
    words = ("systemd-analyze", "security", "--no-pager", "tramhoso-ward.service")
    overall = ward.run(*words).stdout.split("Overall exposure level for")[1]
    figure = float(overall.split(":")[1].split()[0])
    assert figure <= EXPOSED_AT_MOST, overall
    return figure


def only_nginx_may_knock(ward: Machine) -> None:
    """Whoever reaches the socket says of itself from where it comes."""
    knock = "import socket; socket.socket(socket.AF_UNIX).connect('/run/tramhoso-ward/http.sock')"
    assert ward.run("python3", "-c", knock, user="nobody", check=False).returncode != 0
    ward.run("python3", "-c", knock, user="www-data")


def root_is_told_whose_folder_it_is(ward: Machine) -> None:
    done = ward.run(TRAMHOSO, "ward", "token", "list", WARD_HOME, check=False)
    assert done.returncode == 1
    assert "sudo -u tramhoso-ward" in done.stderr


def a_box_joins_by_a_code(ward: Machine, box: Machine) -> str:
    """Returns the PIN of a volunteer."""
    code = ward_command(ward, "enrol-code", "Hộp mẫu", "--url", URL)
    box.write("/root/ward-ca.pem", ward.shell(f"cat {CA}"))
    box.write("/root/box.toml", CONFIG)
    box.shell(f"printf '127.0.0.1 tramhoso.local\\n192.168.7.1 {HOST}\\n' >>/etc/hosts")
    installed(box)
    box.run(TRAMHOSO, "enrol", code, "--url", URL, "--ca-file", "/root/ward-ca.pem")
    wait_for(lambda: is_active(box, "tramhoso-uploader"))
    words = (TRAMHOSO, "volunteer", "add", "Lê Thị Mẫu")
    return box.run(*words, user="tramhoso").stdout.strip()


def a_dossier_arrives(box: Machine, pin: str) -> None:
    """Scanned, sealed, sent by the box's own uploader, and its receipt proven there."""
    dossier = str(visited(box, pin, str(SCANNER_PORT), "begin", "3", "0")["dossier"])
    visited(box, pin, str(SCANNER_PORT), "seal", dossier)
    wait_for(lambda: asked(box, DELIVERED.format(dossier)) == "1", 900)


def metrics_are_read_with_the_token_and_not_without(ward: Machine) -> None:
    token = ward_command(ward, "metrics-token").splitlines()[0]
    found = officer(ward, "metrics", token)
    assert found["without"] == 401
    told = str(found["with"])
    assert 'tramhoso_box_info{box="Hộp mẫu"' in told
    assert "tramhoso_box_seen_age_seconds" in told


def a_copy_brings_everything_back(ward: Machine, password: str) -> None:
    ward.shell(f"set -e\n{BACKUP}")
    before = officer(ward, "inbox", password)
    ward.run(SETUP, "uninstall-ward", "--erase")
    assert ward.shell(OURS) == ""
    assert "tramhoso" not in ward.shell(
        "getent passwd; getent group; cat /etc/nginx/sites-enabled/*"
    )
    assert is_active(ward, "nginx")
    ward.run(*INSTALL, *CERTIFICATE)
    ward.shell(f"set -e\n{RESTORE}")
    assert officer(ward, "inbox", password) == before


def a_box_and_a_ward_refuse_each_other(ward: Machine, box: Machine) -> None:
    done = ward.run(SETUP, "install", "--offline", "/bundle", check=False)
    assert (done.returncode, "the ward's service is installed here" in done.stderr) == (64, True)
    done = box.run(*INSTALL, check=False)
    assert (done.returncode, "a box is installed here" in done.stderr) == (64, True)


def uninstall_keeps_the_folder(ward: Machine) -> None:
    assert "kept" in ward.run(SETUP, "uninstall-ward").stdout
    assert ward.shell(OURS).split() == [WARD_HOME]


def test_a_ward_is_made_by_one_command_and_takes_dossiers_before_and_after_a_copy(
    ward, box, network, record_property
):
    network.plug_in(ward, 1)
    network.plug_in(box, 2)
    ward.shell(f"echo 127.0.0.1 {HOST} >>/etc/hosts; set -e\n{MAKE_CERTIFICATE}")

    it_says_first_what_it_would_do(ward)
    a_wrong_word_changes_nothing(ward)
    password = without_a_certificate_it_runs_and_says_what_is_missing(ward)
    a_broken_certificate_leaves_nginx_as_it_was(ward)
    with_one_boxes_and_officers_reach_it(ward)
    again_it_changes_nothing_also_without_words(ward)
    record_property("exposure", it_is_as_shut_as_was_promised(ward))
    only_nginx_may_knock(ward)
    root_is_told_whose_folder_it_is(ward)

    pin = a_box_joins_by_a_code(ward, box)
    a_dossier_arrives(box, pin)
    assert officer(ward, "inbox", password)["papers"]
    metrics_are_read_with_the_token_and_not_without(ward)
    a_box_and_a_ward_refuse_each_other(ward, box)

    ward.restart()
    network.plug_in(ward, 1)
    nothing_failed(ward)
    assert is_active(ward, "tramhoso-ward")
    a_copy_brings_everything_back(ward, password)
    uninstall_keeps_the_folder(ward)
    ward.run(*INSTALL, *CERTIFICATE)
    a_dossier_arrives(box, pin)
    assert len(officer(ward, "inbox", password)["dossiers"]) == 2
