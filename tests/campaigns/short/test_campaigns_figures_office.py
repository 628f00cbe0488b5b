"""The point's figures open in LibreOffice as they were written. Needs libreoffice-calc."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.papers.figures.csv_file import csv_of
from appliance.papers.figures.files import xlsx_of
from tests.visits.test_visits_figures import report

pytestmark = [
    pytest.mark.campaign,
    pytest.mark.timeout(600),
    pytest.mark.skipif(shutil.which("soffice") is None, reason="libreoffice-calc is not here"),
]
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


# what LibreOffice's own window offers for a file with the mark: comma, quotes, UTF-8, from line 1
AS_ITS_WINDOW_DOES = ("--infilter=CSV:44,34,76,1",)


def opened(folder: Path, file: Path, to: str, *how: str) -> str:
    """Have LibreOffice read *file* and write it again; returns all it said of it."""
    done = subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            *how,
            *("--headless", "--convert-to", to, "--outdir", str(folder / "out"), str(file)),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    lines = (done.stdout + done.stderr).splitlines()
    return "\n".join(line for line in lines if "javaldx" not in line)  # no Java here; of no file


@pytest.mark.parametrize("period", ["2026-11", "2026"])
def test_the_workbook_opens_without_a_warning_with_every_cell(tmp_path: Path, period: str) -> None:
    found = report(period)
    file = tmp_path / "so-lieu.xlsx"
    file.write_bytes(xlsx_of(found))
    said = opened(tmp_path, file, EVERY_SHEET)
    assert not [word for word in ("warning", "error", "repair") if word in said.lower()], said
    sheets = sorted((tmp_path / "out").glob("*.csv"))
    assert len(sheets) == len(found.tables)
    seen = {
        tuple(row)
        for sheet in sheets
        for row in csv.reader(sheet.open(encoding="utf-8"), strict=True)
    }
    for table in found.tables:
        for row in table.rows:
            told = tuple(str(cell) for cell in row)
            assert any(one[: len(told)] == told for one in seen), told


def test_the_csv_opens_with_every_letter_and_calculates_nothing(tmp_path: Path) -> None:
    file = tmp_path / "so-lieu.csv"
    file.write_bytes(csv_of(report()))
    said = opened(tmp_path, file, "xlsx:Calc MS Excel 2007 XML", *AS_ITS_WINDOW_DOES)
    assert not [word for word in ("warning", "error", "repair") if word in said.lower()], said
    from openpyxl import load_workbook

    book = load_workbook(tmp_path / "out/so-lieu.xlsx")
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert "Tài khoản, VNeID" in [cell.value for cell in cells]
    assert 1300 in [cell.value for cell in cells]
