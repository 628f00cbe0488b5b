"""A report as a file to hand in: PDF and workbook, each made in a child of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from typing import Any

from appliance.core.errors import PrintingFailed
from appliance.papers.figures.report import Report, Table
from appliance.papers.figures.words import number, say
from appliance.papers.typeset import typeset

_CHILD = "appliance.papers.figures.xlsx_child"
_DEADLINE_S = 60.0


def pdf_of(report: Report) -> bytes:
    """The report on A4, as PDF/A-2b.

    Raises:
        PrintingFailed: no sheet came out.
    """
    content = {
        "title": report.title,
        "point_name": report.point_name,
        "place_name": report.place_name,
        "tables": [_told(table) for table in report.tables],
        "say": {
            "made": say("made", time=f"{report.made_at:%H:%M}", day=f"{report.made_at:%d/%m/%Y}"),
            "not_official": say("not_official"),
            "empty": say("empty"),
            "page": say("page"),
        },
    }
    return typeset("figures", content, report.made_at)


def xlsx_of(report: Report) -> bytes:
    """The report as a workbook.

    Raises:
        PrintingFailed: none came out.
    """
    told = asdict(report) | {"made_at": report.made_at.isoformat()}
    try:
        done = subprocess.run(
            [sys.executable, "-m", _CHILD],
            input=json.dumps(told).encode(),
            stdout=subprocess.PIPE,
            timeout=_DEADLINE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PrintingFailed(f"no workbook within {_DEADLINE_S:g} s") from error
    if done.returncode != 0:
        raise PrintingFailed(f"the workbook child ended with {done.returncode}")
    return done.stdout


def _told(table: Table) -> dict[str, Any]:
    """Cells as words, and how long the bar before each of them is, from 0 to 1."""
    most = max((count for _, count in table.bars), default=0) or 1
    lengths = [count / most for _, count in table.bars]
    rows = [
        {
            "cells": [cell if isinstance(cell, str) else number(cell) for cell in row],
            "bar": lengths[index] if index < len(lengths) else None,
        }
        for index, row in enumerate(table.rows)
    ]
    return {
        "title": table.title,
        "head": list(table.head),
        "numbers": [_is_number(table, column) for column in range(len(table.head))],
        "rows": rows,
        "note": table.note,
        "drawn": bool(table.bars),
    }


def _is_number(table: Table, column: int) -> bool:
    return column > 0 and any(isinstance(row[column], int) for row in table.rows)
