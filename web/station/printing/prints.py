"""What can be printed for a dossier: on the point's printer, or as a file, which always works."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request
from flask import url_for as link
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import DossierMovedOn, PrinterError, PrintingFailed, Who
from appliance.core.errors.printer import PrinterAbsent
from appliance.core.printing import Media, PrintNews, PrintState
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.dossier.printing import dossier_print, printer_for
from appliance.desk.sending.following import follow_up_url
from appliance.papers.names import paper_file_name
from appliance.papers.prints.offered import Offered, prints_for
from appliance.wording import Notice
from web.station.here import point, station, volunteer
from web.station.printing.print_book import Handed, PrintBook
from web.station.speech import said

pages = Blueprint("prints", __name__)
BOOK = "tramhoso-prints"
# A press hands the sheet over and then shows the page, which looks at it once: together no more
# than five seconds, however silent the print system is.
HANDING_S, LOOKING_S = 3.0, 1.5
SENTENCES = ("what", "safe", "next")
TO_TAKE_HOME = "receipt_slip"
RIGHTS = "rights_slip"
WITH_ANSWERS = frozenset(
    {"value_sheet", "signing_sheet"}
)  # after the seal only the ward reads them


@dataclass(frozen=True, slots=True)
class Sheet:
    """One print on one paper."""

    offered: Offered
    media: Media
    has_printer: bool
    handed: Handed | None
    is_first_choice: bool  # its one bold button: A4, unless only a roll printer is there

    @property
    def name(self) -> str:
        """How addresses and buttons call it."""
        return f"{self.offered.key}-{self.media}"

    @property
    def is_on_its_way(self) -> bool:
        """Whether it may still come out of the printer."""
        return self.handed is not None and self.handed.is_on_its_way


@pages.record_once
def _open_the_book(state: BlueprintSetupState) -> None:
    state.app.extensions[BOOK] = PrintBook()


@pages.get("/dossiers/<uuid:dossier_id>/prints")
def show(dossier_id: object) -> ResponseReturnValue:
    """The list; each with *In* where there is a printer, and always with *Tải về*."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.locked:
        return render_template("locked.html", view=view)
    follow(view.dossier.id)
    return render_template("prints.html", **_facts(view))


@pages.get("/dossiers/<uuid:dossier_id>/prints/now")
def now(dossier_id: object) -> ResponseReturnValue:
    """The part that changes while a sheet is on its way."""
    wanted = str(dossier_id)
    follow(wanted)

    def draw() -> str:
        view = dossiers.look_at(point(), wanted)
        return render_template("_prints_now.html", **_facts(view))

    key = ("prints", wanted, tuple(book().of(wanted).values()))
    return station().freshness.answer(key, draw)


@pages.get("/dossiers/<uuid:dossier_id>/prints/<filename>")
def file(dossier_id: object, filename: str) -> Response:
    """The PDF, made now and kept nowhere; *filename* is a sheet's name with ``.pdf``."""
    view = dossiers.look_at(point(), str(dossier_id))
    sheet = _sheet(view, filename.removesuffix(".pdf"))
    answer = Response(_pdf(view, sheet), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=_file_name(view, sheet))
    return answer


@pages.post("/dossiers/<uuid:dossier_id>/prints")
def hand_over(dossier_id: object) -> ResponseReturnValue:
    """Form field: ``sheet``, a sheet's name. What goes wrong is told beside that sheet."""
    view = dossiers.look_at(point(), str(dossier_id))
    sheet = _sheet(view, request.form.get("sheet", ""))
    handed = Handed(sheet.offered.key, sheet.media, point().clock())
    here = link("prints.show", dossier_id=dossier_id, _anchor=sheet.offered.key)
    if not book().begin(view.dossier.id, handed):
        return redirect(here, 303)
    job, news = None, PrintNews(PrintState.GIVEN_UP)
    try:
        pdf = _pdf(view, sheet)
        printer = replace(printer_for(point(), sheet.media), deadline_s=HANDING_S)
        job = printer.print(pdf, sheet.media)
        news = PrintNews(PrintState.WAITING)
    except (PrinterError, PrintingFailed) as error:
        current_app.logger.warning("%s: %s", type(error).__name__, error)
        news = PrintNews(PrintState.GIVEN_UP, error.code)
    except DossierMovedOn as error:  # sealed on another screen since the list was drawn
        flash(error.code, "notice")
    finally:
        book().note(view.dossier.id, handed, news, job=job)
    return redirect(here, 303)


@pages.post("/dossiers/<uuid:dossier_id>/prints/cancel")
def cancel(dossier_id: object) -> ResponseReturnValue:
    """Form field: ``sheet``. What has come out already stays out."""
    view = dossiers.look_at(point(), str(dossier_id))
    sheet = _sheet(view, request.form.get("sheet", ""))
    if sheet.handed is not None and sheet.handed.job is not None and sheet.is_on_its_way:
        printer = replace(printer_for(point(), sheet.media), deadline_s=HANDING_S)
        try:
            printer.cancel(sheet.handed.job)
        except PrinterError as error:
            flash(error.code, "notice")
        else:
            book().note(view.dossier.id, sheet.handed, sheet.handed.news, cancelled=True)
    return redirect(link("prints.show", dossier_id=dossier_id, _anchor=sheet.offered.key), 303)


def follow(dossier_id: str) -> None:
    """Ask the print system about each sheet that is on its way; a silent one is asked once."""
    for handed in book().of(dossier_id).values():
        if handed.job is None or not handed.is_on_its_way:
            continue
        printer = replace(printer_for(point(), handed.media), deadline_s=LOOKING_S)
        news = printer.follow(handed.job)
        book().note(dossier_id, handed, news)
        if news.trouble == PrinterAbsent.code:
            return


def _pdf(view: DossierView, sheet: Sheet) -> bytes:
    return dossier_print(
        point(),
        view,
        sheet.offered.key,
        sheet.media,
        volunteer_name=volunteer().name,
        follow_up_url=follow_up_url(point(), view.dossier),
    )


def _sheets(view: DossierView) -> list[Sheet]:
    handed, printers = book().of(view.dossier.id), point().config.printer
    only_a_roll = bool(printers.slips) and not printers.sheets
    return [
        Sheet(
            offered,
            media,
            bool(printers.queue_for(media)),
            handed.get((offered.key, media)),
            media is (Media.ROLL if only_a_roll and Media.ROLL in offered.media else Media.A4),
        )
        for offered in _in_order(view)
        for media in offered.media
    ]


def _in_order(view: DossierView) -> list[Offered]:
    """After the seal what the citizen takes home comes first."""
    has_left = view.dossier.state in (DossierState.DELIVERED, DossierState.ERASED)
    offered = prints_for(view.dossier.procedure_id, has_left=has_left)
    return sorted(offered, key=lambda one: _is_sealed(view) and one.key != TO_TAKE_HOME)


def _is_sealed(view: DossierView) -> bool:
    return view.dossier.state not in (DossierState.OPEN, DossierState.SEALING)


def _sheet(view: DossierView, name: str) -> Sheet:
    for sheet in _sheets(view):
        if sheet.name == name:
            return sheet
    return abort(404)


def _facts(view: DossierView) -> dict[str, object]:
    is_sealed = _is_sealed(view)
    groups: dict[str, list[Sheet]] = {}
    for sheet in _sheets(view):
        # a file for a till roll helps nobody where there is none; its address works all the same
        is_of_use = sheet.media is Media.A4 or sheet.has_printer
        if is_of_use and _says_something(view, sheet.offered.key):
            groups.setdefault(sheet.offered.key, []).append(sheet)
    every = [sheet for group in groups.values() for sheet in group]
    return {
        "view": view,
        "groups": list(groups.values()),
        "has_printer": any(sheet.has_printer for sheet in every),
        "is_moving": any(sheet.is_on_its_way for sheet in every),
        "is_open": view.dossier.state is DossierState.OPEN,
        "is_sealed": is_sealed,
        "state_of": state_of,
        "gave_up": Notice(
            "given-up", Who.VOLUNTEER, *(said(f"prints.given_up.{part}") for part in SENTENCES)
        ),
    }


def _says_something(view: DossierView, key: str) -> bool:
    """Whether the sheet tells anything now: answers before the seal, what was erased after it."""
    if view.dossier.state is DossierState.ERASED:
        return key == RIGHTS
    return not (_is_sealed(view) and key in WITH_ANSWERS)


def state_of(handed: Handed) -> str:
    """A key of the sentences: where that press stands."""
    if handed.news.state is PrintState.GIVEN_UP and handed.cancelled:
        return "cancelled"
    if handed.cancelled and handed.is_on_its_way:
        return "cancelling"
    if handed.news.trouble is not None and handed.is_on_its_way:
        return "held"
    return str(handed.news.state)


def _file_name(view: DossierView, sheet: Sheet) -> str:
    roll = " 80 mm" if sheet.media is Media.ROLL else ""  # before the title, which may be cut
    return paper_file_name(f"{view.dossier.number}{roll} {sheet.offered.title}")


def book() -> PrintBook:
    """The one of this process."""
    found = current_app.extensions[BOOK]
    assert isinstance(found, PrintBook)  # noqa: S101 - narrows the type; this room put it there
    return found
