"""`tramhoso print labels`: what boxes left on the stick, as sheets to stick on them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from click.testing import CliRunner, Result

from appliance.cli import tramhoso

LABEL = {
    "point": "KV-0001",
    "name": "Nhà văn hóa thôn Đông",
    "page": "https://kv-0001.local/",
    "trust_page": "http://kv-0001.local/",
    "fingerprint": ":".join(["AB"] * 32),
    "ssid": "TramHoSo-KV-0001",
    "password": "mat*khau#[1]",
}


def printed(folder: Path) -> Result:
    words = ["print", "labels", str(folder), "--to", str(folder / "labels.pdf")]
    return CliRunner().invoke(tramhoso, words)


def test_each_box_of_the_stick_has_its_label_and_eight_fill_a_sheet(tmp_path: Path):
    for number in range(1, 10):
        wifi = {} if number == 2 else {"ssid": "", "password": ""}
        said = LABEL | {"point": f"KV-{number:04}"} | wifi
        (tmp_path / f"KV-{number:04}.json").write_text(json.dumps(said))
    done = printed(tmp_path)
    assert done.exit_code == 0, done.output
    pdf = tmp_path / "labels.pdf"
    assert pdf.stat().st_mode & 0o777 == 0o600  # a Wi-Fi's password stands there
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True)
    sheets = text.stdout.split("\f")[:-1]
    assert len(sheets) == 2
    assert all(f"KV-{number:04}" in sheets[0] for number in range(1, 9))
    assert "KV-0009" in sheets[1]
    assert sheets[0].count("AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB\n") == 16
    assert sheets[0].count("mat*khau#[1]") == 1


def test_a_folder_without_labels_and_a_damaged_one_are_told(tmp_path: Path):
    assert "no box left its label here" in printed(tmp_path).stderr
    (tmp_path / "KV-0001.json").write_text('{"point": "KV-0001"')
    said = printed(tmp_path)
    assert said.exit_code == 1
    assert "KV-0001.json: no label of a box" in said.stderr
    assert not (tmp_path / "labels.pdf").exists()
