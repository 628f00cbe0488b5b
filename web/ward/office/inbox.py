"""The officers' pages: the list, one dossier, its papers, the answers."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

from flask import (
    Response,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from appliance.core.errors import DossierMovedOn
from appliance.core.wire.manifest import SUMMARY_SLOT, Contents, Manifest, WardState
from appliance.failpoints import passing
from appliance.papers.fitting import whole_title
from web.ward.audit import Deed, note
from web.ward.boxes.feed import events_of
from web.ward.boxes.wire import UUID
from web.ward.database import reading, writing
from web.ward.office.answers import (
    ACCEPTED_FROM,
    ASKED_FROM,
    CODED_FROM,
    Touch,
    accept,
    ask_for_supplement,
    enter_national_code,
)
from web.ward.office.current import corrections, current_papers, out_of_date
from web.ward.office.forms import CodeForm, MoveForm, supplement_form
from web.ward.office.listing import Line, found_by, one_line, page_of, waiting
from web.ward.office.reader import DossierUnreadable, Reader
from web.ward.office.sign_in import inbox
from web.ward.service import the_ward
from web.ward.wording import words

LONGEST_NUMBER = 60  # letters of what is searched for
MOST_REVISIONS = 10_000  # beyond which a number is no revision's
DIGEST = re.compile(r"[0-9a-f]{64}\Z")

__all__ = ["inbox"]  # with the pages below on it


@inbox.get("/")
def front() -> AnyResponse:
    """The list is the front page."""
    return redirect(url_for("inbox.show_list"))


@inbox.get("/inbox")
def show_list() -> str:
    """Newest first; those that wait for an officer, or all; or what a number finds."""
    everything = request.args.get("show") == "all"
    number = request.args.get("number", "").strip()[:LONGEST_NUMBER]
    with reading(the_ward().engine) as conn:
        found = found_by(conn, number) if number else ()
        page = (
            None
            if number
            else page_of(
                conn,
                waiting_only=not everything,
                older_than=_known_id("older"),
                newer_than=_known_id("newer"),
            )
        )
        count, oldest = waiting(conn)
    return render_template(
        "ward/inbox.html",
        lines=page.lines if page else found,
        everything=everything,
        number=number,
        page=page,
        count=count,
        oldest=oldest,
    )


def _known_id(name: str) -> str | None:
    told = request.args.get(name, "")
    return told if UUID.match(told) else None


@inbox.get("/inbox/<dossier_id>")
def show_dossier(dossier_id: str) -> str:
    """What the citizen brought, decrypted for this one answer."""
    line = _line(dossier_id)
    ward = the_ward()
    _note(Deed.OPENED, dossier_id)
    reader = Reader(ward.engine, ward.home)
    opened: list[tuple[Manifest, Contents]] = []
    unreadable = []
    for number in reversed(reader.revisions(dossier_id)):
        try:
            opened.append(reader.contents(dossier_id, number))
        except DossierUnreadable:
            unreadable.append(number)
    with reading(ward.engine) as conn:
        events = events_of(conn, dossier_id)
    papers = current_papers(opened)
    return render_template(
        "ward/dossier.html",
        line=line,
        opened=opened,
        papers=papers if len(opened) > 1 else (),
        replaced=out_of_date(opened, papers),
        corrected=corrections(opened),
        unreadable=unreadable,
        events=events,
        titles=_titles(opened),
        accept_form=MoveForm(seen=line.state) if line.state in ACCEPTED_FROM else None,
        supplement_form=_supplement_form(opened, line) if line.state in ASKED_FROM else None,
        code_form=(
            CodeForm(seen=line.state, national_code=line.national_code)
            if line.state in CODED_FROM
            else None
        ),
    )


@inbox.get("/inbox/<dossier_id>/papers/<int:number>/<sealed_sha256>")
def show_paper(dossier_id: str, number: int, sealed_sha256: str) -> Response:
    """One PDF, decrypted on the fly; ``?download`` saves it under its name."""
    _line(dossier_id)
    if not DIGEST.match(sealed_sha256) or number > MOST_REVISIONS:
        abort(404)
    ward = the_ward()
    saves = "download" in request.args
    _note(Deed.SAVED if saves else Deed.READ, dossier_id, revision=number, paper=sealed_sha256)
    reader = Reader(ward.engine, ward.home)
    try:
        manifest, contents = reader.contents(dossier_id, number)
        listed = next((f for f in contents.files if f.sealed_sha256 == sealed_sha256), None)
        if listed is None:
            abort(404)
        plain = reader.paper(manifest, listed)
    except DossierUnreadable:
        abort(404)
    answer = send_file(
        io.BytesIO(plain),
        mimetype="application/pdf",
        as_attachment=saves,
        download_name=listed.name,
        etag=False,
    )
    answer.headers["Cache-Control"] = "no-store"  # send_file says no-cache, which may keep it
    return answer


@inbox.post("/inbox/<dossier_id>/accept")
def do_accept(dossier_id: str) -> AnyResponse:
    """Đã tiếp nhận."""
    ward, form = the_ward(), MoveForm()
    if form.validate_on_submit():
        _moved("accepted", lambda: accept(ward.engine, _touch(dossier_id, form)))
    return _back(dossier_id)


@inbox.post("/inbox/<dossier_id>/supplement")
def do_supplement(dossier_id: str) -> AnyResponse:
    """Yêu cầu bổ sung."""
    line, ward = _line(dossier_id), the_ward()
    reader = Reader(ward.engine, ward.home)
    try:
        opened = [reader.contents(dossier_id, n) for n in reader.revisions(dossier_id)]
    except DossierUnreadable:
        opened = []
    form = _supplement_form(opened, line)
    if form.validate_on_submit():
        told, items = (form.text.data or "").strip() or None, form.items()
        _moved(
            "supplement",
            lambda: ask_for_supplement(ward.engine, _touch(dossier_id, form), told, items),
        )
    else:
        flash(words()["notice"]["nothing_asked"], "danger")
    return _back(dossier_id)


@inbox.post("/inbox/<dossier_id>/code")
def do_code(dossier_id: str) -> AnyResponse:
    """Nhập mã hồ sơ."""
    ward, form = the_ward(), CodeForm()
    told = (form.national_code.data or "")[:60]
    try:
        _moved(
            "code_saved",
            lambda: enter_national_code(ward.engine, _touch(dossier_id, form), told),
        )
    except ValueError:
        flash(words()["form"]["bad_code"].format(code=told), "danger")
    return _back(dossier_id)


def _note(deed: Deed, dossier_id: str, **told: str | int) -> None:
    """Before anything is decrypted: who cannot be written down reads nothing."""
    ward = the_ward()
    with writing(ward.engine) as conn:
        note(conn, ward.now(), g.officer, deed, dossier_id, **told)


def _moved(done: str, move: Callable[[], None]) -> None:
    try:
        move()
    except DossierMovedOn:
        flash(words()["notice"]["moved_on"], "warning")
        return
    if __debug__:
        passing("ward-event-before-bell")
    the_ward().bell.ring()
    flash(words()["notice"][done], "success")


def _touch(dossier_id: str, form: MoveForm) -> Touch:
    if form.seen.data not in set(WardState):
        raise DossierMovedOn("a state nobody knows")
    return Touch(dossier_id, WardState(form.seen.data), g.officer, the_ward().now())


def _titles(opened: list[tuple[Manifest, Contents]]) -> dict[str, str]:
    """What papers are called, also those that were only asked for, and answers."""
    known = {slot.slot: slot.title for _, contents in opened for slot in contents.slots}
    sections = [section for _, contents in opened for section in contents.sections]
    known |= {row.key: row.label for section in sections for row in section.rows if row.key}
    return known | {f.slot: whole_title(f.title) for _, contents in opened for f in contents.files}


def _supplement_form(opened: list[tuple[Manifest, Contents]], line: Line) -> Any:
    files = [f for _, contents in opened for f in contents.files if f.slot != SUMMARY_SLOT]
    slots = [slot for _, contents in opened for slot in contents.slots]
    # the first revision holds the whole form; those after it what was corrected
    sections = [
        one for _, contents in opened if contents.revision == 1 for one in contents.sections
    ]
    form = supplement_form(files, slots, sections)
    if request.method == "GET":
        form.seen.data = line.state
    return form


def _line(dossier_id: str) -> Line:
    if not UUID.match(dossier_id):
        abort(404)
    with reading(the_ward().engine) as conn:
        line = one_line(conn, dossier_id)
    if line is None:
        abort(404)
    return line


def _back(dossier_id: str) -> AnyResponse:
    return redirect(url_for("inbox.show_dossier", dossier_id=dossier_id))
