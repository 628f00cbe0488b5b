"""A list of points at the ward: each line gets a code, and each code makes one box."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result

from appliance.cli import tramhoso
from tests.ward.box import TIMEOUT_S
from tests.ward.conftest import RunningWard
from web.ward.boxes.devices import new_token

LIST = "\ufeffcode;name\r\nKV-0001;Nhà văn hóa thôn Đông\r\nKV-0002;Quán Bờ Kè, cạnh sông\r\n;\r\n"


@pytest.fixture(scope="module")
def database() -> None:
    """SQLite alone, as for single codes."""


def asked(ward: RunningWard, folder: Path, text: str = LIST) -> Result:
    (folder / "points.csv").write_text(text, encoding="utf-8", newline="")
    words = ["ward", "enrol-codes", str(ward.settings.home), str(folder / "points.csv")]
    return CliRunner().invoke(tramhoso, [*words, "--to", str(folder / "stick.csv")])


def codes(folder: Path) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO((folder / "stick.csv").read_text("utf-8")))
    return {row["code"]: row["enrol_code"] for row in rows}


def enrol(ward: RunningWard, code: str) -> requests.Response:
    return requests.post(
        f"{ward.base}/enrol",
        json={"code": code, "version": "1"},
        headers={"Authorization": f"Bearer {new_token()}"},
        timeout=TIMEOUT_S,
    )


def test_every_point_of_a_list_gets_a_code_and_comes_under_its_code_and_name(ward, tmp_path):
    done = asked(ward, tmp_path)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "stick.csv").stat().st_mode & 0o777 == 0o600
    made = codes(tmp_path)
    assert list(made) == ["KV-0001", "KV-0002"]
    assert not any(code in done.output for code in made.values())
    came = enrol(ward, made["KV-0002"])
    assert came.status_code == 201, came.text
    assert came.json()["name"] == "KV-0002 Quán Bờ Kè, cạnh sông"

    again = asked(ward, tmp_path)  # the afternoon goes on another day
    assert "KV-0002 Quán Bờ Kè, cạnh sông: its box came already; no code" in again.stderr
    later = codes(tmp_path)
    assert later["KV-0002"] == ""
    assert enrol(ward, made["KV-0001"]).status_code == 410  # the earlier list has ended
    assert enrol(ward, later["KV-0001"]).status_code == 201


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code,called\nKV-1,a\n", "its first line names the columns: code,name"),
        ("code,name\nKV-0001,a\nKV-0001,b\n", "KV-0001 stands there twice"),
        ("code,name\nKV-0001,a\nKV-0002,\n", "line 3: a point has a code and a name"),
    ],
)
def test_a_mistake_in_the_list_makes_no_code_at_all(ward, tmp_path, text, told):
    done = asked(ward, tmp_path, text)
    assert done.exit_code == 1
    assert told in done.stderr
    assert not (tmp_path / "stick.csv").exists()
