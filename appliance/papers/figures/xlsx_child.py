"""A report as a workbook, one sheet a table. The only file of the point's page that needs openpyxl.

Run as ``python -m appliance.papers.figures.xlsx_child`` with the report as JSON on stdin; the
workbook comes on stdout. A process of its own: openpyxl weighs 12 MB that the page's service would
keep for one file a month.
"""

from __future__ import annotations

import io
import json
import re
import sys
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
_HEAD = PatternFill("solid", fgColor="E2EFF1")
LONGEST_NAME = 31  # of a sheet, as Excel counts


def workbook_of(told: dict[str, Any]) -> bytes:
    """The file. Text is stored as text, whatever sign it begins with."""
    book = Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = told["title"], "Trạm Hồ Sơ"
    made_at = datetime.fromisoformat(told["made_at"]).replace(tzinfo=None)
    book.properties.created = book.properties.modified = made_at
    for table in told["tables"]:
        name = _NOT_IN_A_NAME.sub(" ", table["title"])[:LONGEST_NAME].strip()
        sheet = book.create_sheet(name)
        _write(sheet, 1, [told["title"]], bold=True)
        _write(sheet, 2, [f"{told['point_name']} – {told['place_name']}"])
        _write(sheet, 4, table["head"], bold=True, fill=_HEAD)
        for number, row in enumerate(table["rows"], start=5):
            _write(sheet, number, row)
        if table["note"]:
            _write(sheet, 6 + len(table["rows"]), [table["note"]])
        sheet.freeze_panes = "A5"
        for column in range(1, len(table["head"]) + 1):
            cells = [str(row[column - 1]) for row in [table["head"], *table["rows"]]]
            width = min(max(map(len, cells)) + 3, 60)
            sheet.column_dimensions[get_column_letter(column)].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(
    sheet: Worksheet,
    row: int,
    cells: list[Any],
    bold: bool = False,
    fill: PatternFill | None = None,
) -> None:
    for column, value in enumerate(cells, start=1):
        cell = sheet.cell(row, column, value)
        if isinstance(value, str):
            cell.data_type = "s"  # never "f": a place may be called =1+1
            cell.alignment = Alignment(vertical="top")
        if bold:
            cell.font = Font(bold=True)
        if fill is not None:
            cell.fill = fill


def main() -> None:
    """One workbook."""
    sys.stdout.buffer.write(workbook_of(json.load(sys.stdin.buffer)))


if __name__ == "__main__":
    main()
