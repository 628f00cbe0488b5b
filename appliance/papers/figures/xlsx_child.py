"""A report as a workbook, one sheet a table. The only file of the point's page that needs openpyxl.

Run as ``python -m appliance.papers.figures.xlsx_child`` with the report as JSON on stdin; the
workbook comes on stdout. A process of its own: openpyxl weighs 12 MB that the page's service would
keep for one file a month.
"""

from __future__ import annotations

import io
import json
import math
import re
import sys
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
_HEAD = PatternFill("solid", fgColor="E2EFF1")
LEAST_FIRST, MOST_WIDE, LINE_PT = 36, 44, 16
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
        _write(sheet, 4, table["head"], bold=True, fill=_HEAD)
        for number, row in enumerate(table["rows"], start=5):
            _write(sheet, number, row)
        sheet.freeze_panes = "A5"
        for column in range(1, len(table["head"]) + 1):
            cells = [str(row[column - 1]) for row in [table["head"], *table["rows"]]]
            least = LEAST_FIRST if column == 1 else 0
            width = max(min(max(map(len, cells)) + 3, MOST_WIDE), least)
            sheet.column_dimensions[get_column_letter(column)].width = width
        _across(sheet, 2, f"{told['point_name']} – {told['place_name']}", len(table["head"]))
        if table["note"]:
            _across(sheet, 6 + len(table["rows"]), table["note"], len(table["head"]))
        _as_wide_as_the_paper(sheet)
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
            side = "right" if column > 1 else "left"  # words among numbers: chưa có, 41,5 %
            cell.alignment = Alignment(vertical="top", wrap_text=column == 1, horizontal=side)
        else:
            cell.alignment = Alignment(vertical="top")
            cell.number_format = "#,##0"  # the reader's own mark between thousands
        if bold:
            cell.font = Font(bold=True)
        if fill is not None:
            cell.fill = fill


def _across(sheet: Worksheet, row: int, text: str, columns: int) -> None:
    """A line over all columns, folded: one that runs on past the table costs an empty page."""
    _write(sheet, row, [text])
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=columns)
    letters = (get_column_letter(column) for column in range(1, columns + 1))
    width = sum(sheet.column_dimensions[letter].width for letter in letters)
    sheet.row_dimensions[row].height = LINE_PT * math.ceil(len(text) / width)


def _as_wide_as_the_paper(sheet: Worksheet) -> None:
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0  # as many pages down as there are


def main() -> None:
    """One workbook."""
    sys.stdout.buffer.write(workbook_of(json.load(sys.stdin.buffer)))


if __name__ == "__main__":
    main()
