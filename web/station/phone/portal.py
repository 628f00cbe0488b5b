"""Take it to the National Portal: the papers as PDFs, and every value ready to be copied."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, redirect, render_template
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import DossierState
from appliance.core.forms.answers import Answers
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.sending import takeaways
from appliance.papers.prints.value_sheet import CopySection, copy_rows, traps_of
from web.station.here import point, station
from web.station.look import look
from web.station.phone.room import in_this_language, pages, phone, traps_said

HARDLY = 1 / 3  # of the lines: a whole form leaves about that many empty for good reasons


@pages.get("/phone/portal")
def portal() -> ResponseReturnValue:
    """The traps first, then the files, then the values in the portal's order."""
    view = _view()
    if view.locked:
        return render_template("phone/locked.html", view=view)
    sections = _rows(view, view.answers)
    is_hardly_filled = _is_hardly_filled(view, sections)
    return render_template(
        "phone/portal.html",
        traps=(
            # first of all: what no portal can do for them
            *((in_this_language(view).procedure.presence,) if view.procedure.presence else ()),
            *traps_of(view.procedure, traps_said()),
        ),
        is_hardly_filled=is_hardly_filled,
        sections=_written(sections) if is_hardly_filled else sections,
        **_facts(view),
    )


@pages.get("/phone/portal/now")
def portal_now() -> ResponseReturnValue:
    """The list of files; the station needs some seconds to make them."""

    def draw() -> str:
        return render_template("phone/_files_now.html", **_facts(_view()))

    return station().freshness.answer(("phone-portal", phone().dossier.id, look().language), draw)


@pages.post("/phone/portal/files")
def make_files() -> ResponseReturnValue:
    """Have the papers made into PDFs as they are now."""
    takeaways.ask(point(), phone().link, _view())
    return redirect(link("phone.portal", _anchor="files"), 303)


@pages.get("/phone/portal/files/<int:number>/<name>")
def file(number: int, name: str) -> Response:
    """One PDF. *name* is only for the phone, which keeps it under that name."""
    own_name, pdf = takeaways.pdf_of(point(), phone().dossier.id, number)
    takeaways.note_taken(point(), phone().dossier.id)
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=own_name)
    return answer


def _is_hardly_filled(view: DossierView, sections: tuple[CopySection, ...]) -> bool:
    """Whether the copy would be a wall of empty lines, and the form can still be filled."""
    rows = [row for section in sections for row in section.rows]
    written = sum(bool(row.text) for row in rows)
    return view.dossier.state is DossierState.OPEN and written < len(rows) * HARDLY


def _written(sections: tuple[CopySection, ...]) -> tuple[CopySection, ...]:
    kept = (
        replace(section, rows=tuple(row for row in section.rows if row.text))
        for section in sections
    )
    return tuple(section for section in kept if section.rows)


def _rows(view: DossierView, answers: Answers) -> tuple[CopySection, ...]:
    return copy_rows(view.procedure, answers, point().places)


def _view() -> DossierView:
    return dossiers.look_at(point(), phone().dossier.id)


def _facts(view: DossierView) -> dict[str, object]:
    return {
        "view": view,
        "taken": takeaways.takeaway_of(point(), view),
        "rows_of": {slot.key: slot.portal_row for slot in view.procedure.slots},
        "has_pages": any(not page.left_out for page in view.pages),
    }
