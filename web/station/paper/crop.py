"""Cutting a page out of its scan by hand: four corners on the whole picture.

Without JavaScript each edge is moved by steps; the corners travel in the address and nothing is
kept until somebody says so.
"""

from __future__ import annotations

import math

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import CAMERA, DossierState, Page
from appliance.core.errors import CropWrong, PageDamaged
from appliance.core.paper.crop import Edge, checked, crop_of, crop_text, moved
from appliance.core.paper.findings import Quad
from appliance.desk.dossier import dossiers
from appliance.desk.pages import glance, page_edits, scanning
from web.station.form.dossier import fields_of_page
from web.station.here import point
from web.station.paper.one_page import page_in
from web.station.slots import pages_of

pages = Blueprint("crop", __name__)
STEPS_MM = (2, 10)
EDGES = tuple(Edge)


@pages.get("/dossiers/<uuid:dossier_id>/pages/<uuid:page_id>/crop")
def show(dossier_id: object, page_id: object) -> ResponseReturnValue:
    """The whole scan with the frame on it.

    ``quad`` is a frame that is not kept yet; ``edge=top:in`` moves one edge of it by ``step`` mm.
    """
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is not DossierState.OPEN:
        return redirect(link("delivery.show", dossier_id=dossier_id), 303)
    page = page_in(view, str(page_id))
    quad, wrong = _frame(page), None
    try:
        quad = _drawn(page, quad)
        quad = _stepped(page, quad)
    except CropWrong as error:
        wrong = error.code
    return render_template(
        "crop.html",
        view=view,
        page=page,
        slot=view.procedure.slot(page.slot_key),
        name=next(p.name_at_start for p in pages_of(view, page.slot_key) if p.page is page),
        quad=quad,
        quad_text=crop_text(quad),
        seen_turn=_seen_turn(page),
        size_mm=_size_mm(page, quad),
        step=_step(),
        steps=STEPS_MM,
        edges=EDGES,
        straight=page.mode != CAMERA,
        wrong=wrong,
    )


@pages.post("/dossiers/<uuid:dossier_id>/pages/<uuid:page_id>/crop")
def cut(dossier_id: object, page_id: object) -> ResponseReturnValue:
    """Form fields: ``quad``; or ``own=yes``, where the box saw the edges."""
    fields_of_page(str(dossier_id), str(page_id))
    try:
        quad = None if request.form.get("own") == "yes" else crop_of(request.form.get("quad", ""))
        page_edits.crop_page(point(), str(page_id), quad)
    except CropWrong as error:
        flash(error.code, "notice")
        return redirect(link("crop.show", dossier_id=dossier_id, page_id=page_id), 303)
    return redirect(link("one_page.show", dossier_id=dossier_id, page_id=page_id), 303)


@pages.get("/dossiers/<uuid:dossier_id>/pages/<uuid:page_id>/whole.jpg")
def whole(dossier_id: object, page_id: object) -> Response:
    """All of the scan, small; drawn anew each time and kept by nobody."""
    jpeg = glance.whole_master(point(), str(dossier_id), str(page_id))
    return Response(jpeg, mimetype="image/jpeg")


def _frame(page: Page) -> Quad:
    """Where the page is cut now; all of the picture where nobody knows."""
    if page.crop is not None:
        return page.crop
    wide, high = float(page.width_px), float(page.height_px)
    everything: Quad = ((0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high))
    if page.mode == CAMERA:
        return everything
    try:
        seen = scanning.findings_of(point(), page)
        quad = seen.own if seen is not None else None
        return _checked(page, quad) if quad else everything
    except (CropWrong, PageDamaged):
        return everything


def _drawn(page: Page, otherwise: Quad) -> Quad:
    text = request.args.get("quad")
    if text is None:
        return otherwise
    return _checked(page, crop_of(text))


def _stepped(page: Page, quad: Quad) -> Quad:
    name, _, way = request.args.get("edge", "").partition(":")
    if name not in EDGES:
        return quad
    step_px = _step() / 25.4 * page.resolution_dpi
    after = moved(quad, Edge(name), _seen_turn(page), step_px if way == "out" else -step_px)
    return _checked(page, after)


def _checked(page: Page, quad: Quad) -> Quad:
    return checked(quad, (page.width_px, page.height_px), page.resolution_dpi)


def _step() -> int:
    said = request.args.get("step", "")
    return next((step for step in STEPS_MM if str(step) == said), STEPS_MM[0])


def _seen_turn(page: Page) -> int:
    """Clockwise, from the scan to how the page is shown."""
    return (page.turn + (page.auto_turn or 0)) % 360


def _size_mm(page: Page, quad: Quad) -> tuple[int, int]:
    """Width and height as it is seen."""
    a, b, _, d = quad
    wide, high = (round(math.dist(a, p) / page.resolution_dpi * 25.4) for p in (b, d))
    return (wide, high) if _seen_turn(page) % 180 == 0 else (high, wide)
