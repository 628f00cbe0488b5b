"""A button of a dossier's page was pressed: keep what was typed, do it, show the page again."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, jsonify, redirect, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.errors import DossierError, DossierUnknown, PressError
from web.station.form.one_topic import CHECK, keep_typed, topic_link
from web.station.gate import wants_fragment

SLOT = "slot-"  # how the place of a paper is called on every page that shows it


def act(dossier_id: str, change: Callable[[], object], anchor: str) -> ResponseReturnValue:
    """Do it, then show the page it was pressed on; a refusal is told there in three sentences.

    *anchor* is the place on that page; ``slot-KEY`` leads to the page of that paper when the
    button's own page has not said what it is.
    """
    if wants_fragment():
        change()
        return jsonify(done=True)
    refused = keep_typed(dossier_id)
    if refused is not None:
        return refused
    try:
        change()
    except DossierUnknown:
        raise
    except (PressError, DossierError) as error:
        flash(error.code, "notice")
    return redirect(back_to(dossier_id, anchor), 303)


def back_to(dossier_id: str, anchor: str) -> str:
    """The page a form came from: no Referer tells, by our own policy.

    Form fields: ``topic``, a number, or ``slot``, a key, whichever page it is.
    """
    topic, slot = request.form.get("topic", ""), request.form.get("slot", "")
    if topic.isascii() and topic.isdigit() and len(topic) < 4:
        return topic_link(dossier_id, int(topic), _anchor=anchor)
    if slot or anchor.startswith(SLOT):
        key = anchor.removeprefix(SLOT) if anchor.startswith(SLOT) else slot
        back = CHECK if request.form.get("back") == CHECK else None
        return link("papers.show", dossier_id=dossier_id, slot=key, back=back, _anchor=anchor)
    return link("dossier.show", dossier_id=dossier_id, _anchor=anchor)
