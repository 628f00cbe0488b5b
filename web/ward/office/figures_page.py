"""All points together at the office: months and years, its own number, files to hand in."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from appliance.core.errors import PrintingFailed
from appliance.core.point.figures import total
from appliance.core.point.period import Period
from appliance.papers.figures.charts import lying_bars
from appliance.papers.figures.csv_file import csv_of
from appliance.papers.figures.files import pdf_of, xlsx_of
from appliance.papers.figures.report import Report, Table
from appliance.papers.figures.words import number
from appliance.papers.names import paper_file_name
from web.ward.audit import Deed, note
from web.ward.database import reading, writing
from web.ward.figures import by_month, communes, note_total
from web.ward.office.figures_report import office, period_words, words
from web.ward.office.sign_in import know_the_officer
from web.ward.service import the_ward

figures_page = Blueprint("figures_page", __name__, url_prefix="/office/figures")
figures_page.before_request(know_the_officer)

MOST_DOSSIERS = 1_000_000  # a month; more is a slip of the finger
FILES: dict[str, tuple[Callable[[Report], bytes], str]] = {
    "pdf": (pdf_of, "application/pdf"),
    "xlsx": (xlsx_of, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (csv_of, "text/csv; charset=utf-8"),
}


@figures_page.get("")
def show() -> str:
    """``?period=2026-11`` or ``2026``; ``commune``, a code, where the office has several."""
    period, commune = _period(), _commune()
    ward = the_ward()
    with reading(ward.engine) as conn:
        found = office(ward, conn, period, commune)
    return render_template(
        "ward/figures.html",
        say=words(),
        office=found,
        report=found.report,
        period=period,
        commune=commune,
        now=_now(),
        told=period_words,
        drawn=drawn,
        number=number,
        link=_link,
        kinds=tuple(FILES),
        # several communes: each types its own
        may_total=period.month is not None and (commune is not None or len(found.communes) < 2),
    )


@figures_page.post("/total")
def save_total() -> AnyResponse:
    """How many dossiers the commune had in a month; nothing takes the number back."""
    period, commune = Period.read(request.form.get("month", "")), _commune()
    if period is None or period.month is None:
        flash(words()["total"]["unknown_month"], "danger")
        return redirect(url_for("figures_page.show"))
    typed = "".join(request.form.get("dossiers", "").split()).replace(".", "")
    here = redirect(_link("figures_page.show", period, commune))
    is_number = typed.isascii() and typed.isdigit() and len(typed) < 8
    if typed and not (is_number and int(typed) <= MOST_DOSSIERS):
        flash(words()["total"]["wrong"], "danger")
        return here
    dossiers = int(typed) if typed else None
    ward, month = the_ward(), str(period)
    with writing(ward.engine) as conn:
        if commune is not None and commune not in communes(conn):
            abort(404)
        note_total(conn, commune or "", month, dossiers, g.officer, ward.now())
        where = {"commune": commune} if commune else {}
        note(conn, ward.now(), g.officer, Deed.TOTALLED, month=month, dossiers=dossiers, **where)
        through = total(by_month(conn, month, month, commune).values()).dossiers_in_all
    is_doubtful = dossiers is not None and dossiers < through
    told = words()["total"]["doubtful" if is_doubtful else "saved" if typed else "taken_back"]
    said = {"dossiers": number(dossiers or 0), "through": number(through)}
    flash(told.format(period=period_words(period), **said), "warning" if is_doubtful else "success")
    return here


@figures_page.get("/<period>.<kind>")
def file(period: str, kind: str) -> AnyResponse:
    """The same tables as PDF, workbook or CSV."""
    wanted = Period.read(period)
    if wanted is None or kind not in FILES:
        abort(404)
    ward, commune = the_ward(), _commune()
    with reading(ward.engine) as conn:
        report = office(ward, conn, wanted, commune).report
    make, mimetype = FILES[kind]
    try:
        made = make(report)
    except PrintingFailed:
        flash(words()["failed"], "danger")
        return redirect(_link("figures_page.show", wanted, commune))
    answer = Response(made, content_type=mimetype)
    name = paper_file_name(report.title).removesuffix(".pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.{kind}")
    return answer


def drawn(table: Table) -> Markup:
    """Its bars; a screen reader hears the name and reads the table."""
    return Markup(lying_bars(table.bars, table.title))  # noqa: S704 - drawn here


def _link(endpoint: str, period: Period, commune: str | None, kind: str | None = None) -> str:
    if kind is not None:
        return url_for(endpoint, period=str(period), kind=kind, commune=commune)
    return url_for(endpoint, period=str(period), commune=commune)


def _period() -> Period:
    return Period.read(request.args.get("period", "")) or _now()


def _now() -> Period:
    ward = the_ward()
    return Period.of(ward.now().astimezone(ZoneInfo(ward.settings.time_zone)).date())


def _commune() -> str | None:
    """The commune that is asked about; None: all of them."""
    return request.values.get("commune", "")[:5] or None
