"""No answer before the disk has it: the order of system calls behind a 201."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.ward.conftest import RunningWard, until
from tests.ward.papers import sealed_dossier
from web.ward.init import init_ward
from web.ward.settings import WardSettings
from web.ward.vault import FRESH, drop_strays

CALLS = "fsync,fdatasync,link,linkat,rename,renameat,renameat2,sendto,sendmsg,write"


def can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    done = subprocess.run(["strace", "-o", "/dev/null", "true"], check=False, timeout=30)
    return done.returncode == 0


@pytest.mark.skipif(not can_trace(), reason="strace is not installed or may not trace here")
def test_a_receipt_leaves_only_after_bytes_names_and_rows_are_synced(tmp_path: Path) -> None:
    settings, log = WardSettings(tmp_path / "home"), tmp_path / "calls"
    ward = RunningWard(settings, init_ward(settings))
    # -D: the ward stays our child; -y: file names beside descriptors
    ward.under = ("strace", "-D", "-f", "-y", "-s", "200", "-e", f"trace={CALLS}", "-o", str(log))
    ward.start()
    try:
        dossier = sealed_dossier(ward.made.recipient)
        ward.box.upload_all(dossier)
        assert ward.box.commit(dossier).status_code == 201
        answers = len(dossier.files) + 1
        until(lambda: log.read_text().count("HTTP/1.1 201 ") == answers, "answers not traced")
    finally:
        ward.kill()
    calls = log.read_text().splitlines()

    def last(pattern: str, before: int = len(calls)) -> int:
        found = [n for n, line in enumerate(calls[:before]) if re.search(pattern, line)]
        assert found, f"never called: {pattern}"
        return found[-1]

    answered = last("HTTP/1.1 201 ")
    row_synced = last(r"sync\(\d+<[^>]*ward\.sqlite-wal>", answered)
    for sha256 in dossier.files:
        folder = re.escape(str(settings.home / "sealed" / sha256[:2]))
        named = last(rf"rename.*{sha256}", row_synced)
        linked = last(rf"link(at)?\(.*{folder}/\w+\.new", named)
        upload = re.search(r"uploads/([0-9a-f-]{36})", calls[linked])
        assert upload
        last(rf"fsync\(\d+<[^>]*uploads/{upload[1]}>", linked)
        assert last(rf"fsync\(\d+<{folder}>", row_synced) > named


def test_a_second_name_that_a_killed_commit_left_goes_after_its_time(tmp_path: Path) -> None:
    sealed = tmp_path / "sealed"
    (sealed / "ab").mkdir(parents=True)
    bytes_of_a_paper = sealed / "ab" / "abcdef"
    bytes_of_a_paper.write_bytes(b"sealed")
    os.utime(bytes_of_a_paper, (0, 0))  # it arrived long ago, its second name is of now
    left = sealed / "ab" / f"0123{FRESH}"
    left.hardlink_to(bytes_of_a_paper)
    now = datetime.now(UTC)
    assert drop_strays(sealed, now - timedelta(hours=1)) == 0  # perhaps a commit of this moment
    assert drop_strays(sealed, now + timedelta(hours=1)) == 1
    assert [path.name for path in sealed.rglob("*") if path.is_file()] == ["abcdef"]
