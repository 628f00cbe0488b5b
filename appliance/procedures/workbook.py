"""An officer's workbook as rows of plain text. The only file that knows openpyxl."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException

from appliance.core.spelling import clean_text
from appliance.procedures.sheet_words import Complaint, heads_of

LARGEST_FILE = 2_000_000  # bytes; a procedure has a hundred rows
LARGEST_UNPACKED = 40_000_000  # a small file may unfold into a very large one
MOST_ROWS = 1000
LONGEST_CELL = 2000  # letters
COLUMNS = 6
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx behind a password
_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty; *number* as the program shows it, from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by the name an officer gave it, and what is wrong with single cells."""

    name: str
    rows: tuple[Row, ...]
    complaints: tuple[Complaint, ...]


def read_sheets(path: Path) -> list[Sheet] | Complaint:
    """All sheets in their order, or why there are none. Never raises for what a file holds."""
    trouble = _trouble_with(path)
    if trouble is not None:
        return trouble
    try:
        values = load_workbook(path, read_only=True, data_only=True)
        formulas = load_workbook(path, read_only=True)
        sheets = [
            _sheet(name, values[name], formulas[name])
            for name in values.sheetnames
            if hasattr(values[name], "iter_rows")  # a chart has a sheet of its own
        ]
        values.close()
        formulas.close()
    except Exception:  # openpyxl raises whatever its XML makes it stumble over
        return Complaint("not-a-workbook", path.name)
    return sheets


def write_empty(path: Path, facts: list[tuple[str, ...]], questions: list[tuple[str, ...]]) -> None:
    """A workbook to fill in: both sheets with their heads and these rows."""
    book = Workbook()
    book.remove(book.active)
    for name, rows, widths in (
        ("Thủ tục", facts, (24, 60, 40, 12)),
        ("Câu hỏi", questions, (30, 40, 16, 20, 12, 40)),
    ):
        sheet = book.create_sheet(name)
        for row in (heads_of(name), *rows):
            sheet.append(row)
        for place, width in enumerate(widths):
            sheet.column_dimensions["ABCDEF"[place]].width = width
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="DDE8E6")
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.number_format = "@"  # text: a program must not turn 1.001193 into a number
        sheet.freeze_panes = "A2"
    book.save(path)


def _trouble_with(path: Path) -> Complaint | None:
    try:
        size = path.stat().st_size
        head = path.open("rb").read(4) if path.is_file() else b""
    except OSError:
        return Complaint("not-there", path.name)
    if size > LARGEST_FILE:
        return Complaint("too-large", path.name, said={"most": str(LARGEST_FILE // 1_000_000)})
    if head == _OLD_OR_LOCKED:
        return Complaint("old-format", path.name)
    try:
        with ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except (OSError, BadZipFile, InvalidFileException, ValueError):
        return Complaint("not-a-workbook", path.name)
    if unpacked > LARGEST_UNPACKED:
        return Complaint("too-large", path.name, said={"most": str(LARGEST_FILE // 1_000_000)})
    return None


def _sheet(name: str, values: Any, formulas: Any) -> Sheet:
    rows: list[Row] = []
    complaints: list[Complaint] = []
    limits = {"max_row": MOST_ROWS + 1, "max_col": COLUMNS, "values_only": True}
    both = zip(values.iter_rows(**limits), formulas.iter_rows(**limits), strict=False)
    for number, (cells, written) in enumerate(both, start=1):
        texts = [_text(cell) for cell in cells]
        texts += [""] * (COLUMNS - len(texts))
        complaints += _wrong_cells(name, number, texts, written)
        if any(texts):
            if number > MOST_ROWS:
                complaints.append(Complaint("too-many-rows", name, said={"most": str(MOST_ROWS)}))
                break
            rows.append(Row(number, tuple(text[:LONGEST_CELL] for text in texts)))
    return Sheet(name, tuple(rows), tuple(complaints))


def _wrong_cells(
    name: str, number: int, texts: list[str], written: tuple[object, ...]
) -> Iterator[Complaint]:
    for place, text in enumerate(texts):
        raw = written[place] if place < len(written) else None
        if text in _ERRORS:
            yield Complaint("error-cell", name, number, place, {"written": text})
        elif not text and isinstance(raw, str) and raw.startswith("="):
            yield Complaint("formula", name, number, place)
        elif len(text) > LONGEST_CELL:
            said = {"length": str(len(text)), "most": str(LONGEST_CELL)}
            yield Complaint("too-long", name, number, place, said)


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return clean_text(cell)
