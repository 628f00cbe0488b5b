"""A report as CSV that opens with Vietnamese letters, and in which no cell is a formula."""

from __future__ import annotations

import csv
import io

from appliance.papers.figures.report import Cell, Report

# how a cell begins that a spreadsheet would calculate, or hand to another program
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_of(report: Report) -> bytes:
    """UTF-8 with the mark that Excel needs; the tables one below the other."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([plain(report.title)])
    writer.writerow([plain(report.point_name), plain(report.place_name)])
    for table in report.tables:
        writer.writerow([])
        writer.writerow([plain(table.title)])
        writer.writerow([plain(cell) for cell in table.head])
        writer.writerows([plain(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def plain(cell: Cell) -> Cell:
    """Text that stays text wherever it is opened; numbers as they are."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_BEGINS_A_FORMULA):
        return f"'{cell}"
    return cell
