"""Papers are opened in memory only: nothing plain on the ward's disk, while or after reading."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.security.test_security_marks import found_in, spellings
from tests.ward.conftest import RunningWard
from tests.ward.officer import Officer
from tests.ward.papers import SealedDossier, sealed_dossier
from web.ward.init import init_ward
from web.ward.settings import WardSettings

CHILD = "Nguyễn Thị Dấu Riêng Mẫu"
PAPER = b"%PDF-1.4\n" + random.Random(11).randbytes(5 << 20) + b"\n%%EOF\n"


@pytest.fixture
def ward(database: str | None, tmp_path: Path) -> Iterator[RunningWard]:
    """A ward whose temporary files have a folder of their own."""
    settings = WardSettings(tmp_path / "home", database)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    running = RunningWard(settings, init_ward(settings))
    running.environment = {"TMPDIR": str(temporary)}
    yield running.start()
    running.kill()


def marks() -> set[bytes]:
    """Words of the answers, and pieces of the paper from several places of it."""
    pieces = {PAPER[at : at + 24] for at in range(1000, len(PAPER) - 100, len(PAPER) // 9)}
    return spellings(CHILD) | pieces


def plain_places(ward: RunningWard, temporary: Path) -> list[str]:
    """Every file of the ward, also one whose name is gone, that holds anything plain."""
    assert ward.process
    files = [p for top in (ward.settings.home, temporary) for p in top.rglob("*") if p.is_file()]
    for handle in Path(f"/proc/{ward.process.pid}/fd").iterdir():
        try:
            if str(handle.readlink()).endswith("(deleted)"):
                files.append(handle)
        except OSError:
            continue
    return [str(path) for path in files if found_in(path, marks())]


def slow_reader(ward: RunningWard, officer: Officer, path: str) -> socket.socket:
    """Asked for a paper, and takes in the head of the answer only."""
    address = urlsplit(ward.site)
    line = socket.create_connection((address.hostname or "", address.port or 0), timeout=30)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in officer.session.cookies)
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: ward\r\nCookie: {cookies}\r\n\r\n".encode())
    assert line.recv(64).startswith(b"HTTP/1.1 200")
    return line


def test_nothing_plain_lies_anywhere_while_and_after_an_officer_reads(
    ward: RunningWard, tmp_path: Path
) -> None:
    dossier: SealedDossier = sealed_dossier(
        ward.made.recipient, child=CHILD, papers={"giay_chung_sinh": PAPER}
    )
    ward.box.deliver(dossier)
    officer = Officer(ward.site)
    assert ward.made.password
    officer.sign_in(ward.made.officer, ward.made.password)
    page = officer.page(f"/inbox/{dossier.id}")
    assert CHILD in page.text
    [view, _] = [link for link in page.links if "/papers/" in link]
    lines = [slow_reader(ward, officer, view) for _ in range(3)]
    assert plain_places(ward, tmp_path / "tmp") == []
    for line in lines:
        line.close()
    assert officer.get(view).content == PAPER
    assert plain_places(ward, tmp_path / "tmp") == []
    # The control: what lies about is found.
    strays = [tmp_path / "tmp" / "left.pdf", ward.settings.home / "uploads" / "note"]
    for stray, plain in zip(strays, (PAPER, f"của {CHILD}".encode()), strict=True):
        stray.write_bytes(plain)
    assert set(plain_places(ward, tmp_path / "tmp")) == {str(stray) for stray in strays}
    for stray in strays:
        stray.unlink()
    ward.stop()
    assert [
        str(path)
        for top in (ward.settings.home, tmp_path / "tmp")
        for path in top.rglob("*")
        if path.is_file() and found_in(path, marks())
    ] == []
