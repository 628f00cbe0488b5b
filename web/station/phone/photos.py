"""Photograph a paper into its slot. The file is only encrypted here; the station looks at it."""

from __future__ import annotations

from typing import Any, BinaryIO

from flask import Response, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import CAMERA, DossierState
from appliance.core.errors import DiskFull, DossierMovedOn, DossierUnknown
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.pages import page_edits, photos, scanning
from appliance.desk.pages.scanning import PageImage
from web.station.here import point, station
from web.station.look import look
from web.station.phone.room import in_this_language, pages, phone
from web.station.slots import slots_of

HEAD_BYTES = 16
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis")


@pages.get("/phone/papers")
def papers() -> ResponseReturnValue:
    """Every slot with its pages, what is still lacking, and a camera beside each."""
    view = _view()
    if view.locked:
        return render_template("phone/locked.html", view=view)
    return render_template("phone/papers.html", **_facts(view))


@pages.get("/phone/papers/now/<slot>")
def papers_now(slot: str) -> ResponseReturnValue:
    """One slot as it is now: a photograph becomes a page a few seconds after it was sent."""

    def draw() -> str:
        view = _view()
        if view.dossier.state is not DossierState.OPEN:
            raise DossierMovedOn(f"dossier {view.dossier.id} is {view.dossier.state}")
        facts = _facts(view)
        place = next((one for one in facts["slots"] if one.slot.key == slot), None)
        if place is None:
            raise DossierUnknown(f"no slot {slot[:60]!r}")
        return render_template("phone/_slot_now.html", place=place, **facts)

    return station().freshness.answer(
        ("phone-papers", phone().dossier.id, slot, look().language), draw
    )


@pages.post("/phone/papers/<slot>/photo")
def bring(slot: str) -> ResponseReturnValue:
    """Form field: ``photo``, a JPEG, PNG or HEIC of at most 30 MB."""
    trouble = _bring(slot)
    if trouble:
        flash(trouble, "told")
        return redirect(link("phone.papers", _anchor="content"), 303)
    return redirect(link("phone.papers", _anchor=f"slot-{slot}"), 303)


@pages.post("/phone/pages/<uuid:page_id>/remove")
def remove(page_id: object) -> ResponseReturnValue:
    """Take out a photograph that did not come out well; the volunteer can put it back."""
    view = _view()
    page = next((one for one in view.pages if one.id == str(page_id)), None)
    if page is None or page.mode != CAMERA:
        raise DossierUnknown(f"page {page_id} is no photograph of this dossier")
    page_edits.remove_page(point(), page.id)
    return redirect(link("phone.papers", _anchor=f"slot-{page.slot_key}"), 303)


@pages.get("/phone/pages/<uuid:page_id>/<any(preview, small):wanted>.jpg")
def picture(page_id: object, wanted: str) -> Response:
    """A picture of one page of this dossier; never kept by the phone."""
    jpeg = scanning.page_image(point(), phone().dossier.id, str(page_id), PageImage(wanted))
    return Response(jpeg, mimetype="image/jpeg")


def _bring(slot: str) -> str | None:
    """None when it was kept; else what to tell."""
    sent = request.files.get("photo")
    if sent is None or not sent.filename:
        return "nothing-chosen"
    body: BinaryIO = sent.stream  # type: ignore[assignment]  # a file in memory, see body.py
    head, size = body.read(HEAD_BYTES), body.seek(0, 2)
    body.seek(0)
    try:
        if trouble := _trouble_with(head, size):
            return trouble
        photos.bring(point(), phone().dossier.id, slot, body, size)
    except photos.ManyWaiting:
        return "many-waiting"
    except (DiskFull, DossierMovedOn) as error:
        return error.code
    return None


def _trouble_with(head: bytes, size: int) -> str | None:
    if not head:
        return "file-empty"
    if not _may_be_a_photo(head):
        return "not-a-picture"
    return "too-large" if size > photos.LARGEST_BYTES else None


def _may_be_a_photo(head: bytes) -> bool:
    """By its first bytes; whether it is whole is for the station's child to find out."""
    heic = head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS
    return heic or head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def _view() -> DossierView:
    return dossiers.look_at(point(), phone().dossier.id)


def _facts(view: DossierView) -> dict[str, Any]:
    return {
        "view": view,
        "slots": slots_of(in_this_language(view)),
        "on_their_way": photos.on_their_way(point(), view.dossier.id),
        "own_titles": {slot.key: slot.title for slot in view.procedure.slots},
        "camera": CAMERA,
        "largest": photos.LARGEST_BYTES,
    }
