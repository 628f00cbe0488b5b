"""The same figures as files to hand in: PDF, workbook, CSV."""

from __future__ import annotations

from flask import Response

from appliance.papers.figures.csv_file import csv_of
from appliance.papers.figures.files import pdf_of, xlsx_of
from web.station.visits.figures import Chosen, chosen, read
from web.station.visits.room import pages

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/figures/report.pdf")
def report_pdf() -> Response:
    """A4; the address says period and place as that of the page."""
    asked = chosen()
    return _file(pdf_of(read(asked)), "application/pdf", asked, "pdf")


@pages.get("/figures/report.xlsx")
def report_xlsx() -> Response:
    """One sheet a table."""
    asked = chosen()
    return _file(xlsx_of(read(asked)), _XLSX, asked, "xlsx")


@pages.get("/figures/report.csv")
def report_csv() -> Response:
    """All tables one below the other."""
    asked = chosen()
    return _file(csv_of(read(asked)), "text/csv; charset=utf-8", asked, "csv")


def _file(content: bytes, mimetype: str, asked: Chosen, ending: str) -> Response:
    answer = Response(content, content_type=mimetype)
    name = "-".join(part for part in ("so-lieu", str(asked.period), asked.place) if part)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.{ending}")
    return answer
