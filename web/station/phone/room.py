"""What every page of the phone stands on: whose it is, its words, and what is told when not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from flask import Blueprint, g, jsonify, make_response, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from appliance.catalogues import read_catalogue
from appliance.core.dossiers.dossier import Dossier, Page
from appliance.core.dossiers.phone_link import PhoneLink, PhoneRefused, Why
from appliance.core.errors import ApplianceError, DossierMovedOn, DossierUnknown, Unexpected, Who
from appliance.desk.dossier import phone_links
from appliance.desk.dossier.dossiers import DossierView
from appliance.procedures.english import in_english, said_in_english
from appliance.wording import Notice, notice_for
from appliance.wording.findings import Advice, advice_for
from web.station.door.nearby import only_from_nearby
from web.station.gate import PHONE, wants_fragment
from web.station.here import point
from web.station.look import Language, look

pages = Blueprint(PHONE, __name__, template_folder="templates")
AT_THE_DOOR = frozenset({"phone.open", "phone.claim", "phone.left"})
FOLLOWING = frozenset({"phone.follow", "phone.follow_now"})
FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class Phone:
    """The phone that asks, let in."""

    link: PhoneLink
    dossier: Dossier

    @property
    def minutes_left(self) -> int:
        """Whole minutes until it is over, never less than one."""
        left = (self.link.expires_at - point().clock()).total_seconds()
        return max(1, int(left // 60))


def phone() -> Phone:
    """Who asks; the guard has let this request through."""
    found = g.phone
    assert isinstance(found, Phone)  # noqa: S101 - narrows the type; the guard put it there
    return found


def secret() -> str | None:
    """What only the phone that took the code holds."""
    return request.cookies.get(cookie_name())


def cookie_name() -> str:
    """Bound to this host where the page is encrypted, so that no neighbour can set it."""
    return "__Host-phone" if point().config.web.https else "phone"


@pages.before_request
def _only_who_was_let_in() -> ResponseReturnValue | None:
    if not only_from_nearby():
        return told("far", FORBIDDEN)
    if request.endpoint in AT_THE_DOOR:
        return None
    following = request.endpoint in FOLLOWING
    try:
        g.phone = Phone(*phone_links.link_of_phone(point(), secret(), following=following))
    except PhoneRefused as refusal:
        return refused(refusal)
    return None


def refused(refusal: PhoneRefused) -> ResponseReturnValue:
    """Nothing of any dossier is shown, only why."""
    if refusal.why is Why.SEALED and not wants_fragment():
        return redirect(link("phone.follow"), 303)
    return told(refusal.why, FORBIDDEN)


def told(name: str, status: int) -> ResponseReturnValue:
    """A page with the three sentences of *name*, or the same for our own script."""
    if wants_fragment():
        return jsonify(notice=_as_json(words_of(name))), 401 if status == FORBIDDEN else status
    page = render_template("phone/told.html", told=words_of(name), inside="phone" in g)
    return make_response(page, status)


def words_of(name: str, language: Language | None = None) -> Notice:
    """The three sentences for a person who holds a phone; the point's own where there are none."""
    language = language or look().language
    told_here = _words(language)["told"]
    sentences = told_here.get(name)
    if sentences is None and language is Language.ENGLISH:
        sentences = told_here[Unexpected.code]
    if sentences is None:
        return notice_for(name)
    return Notice(name, Who.CITIZEN, **sentences)


def phone_said(path: str, **blanks: object) -> str:
    """The sentence at a dotted place of ``phone_XX.toml``; a missing one raises KeyError."""
    found: Any = _words(look().language)
    for name in path.split("."):
        found = found[name]
    return str(found).format(**blanks)


def traps_said() -> Mapping[str, str] | None:
    """The portal's traps in English; None: as on paper."""
    if look().language is Language.VIETNAMESE:
        return None
    found: Mapping[str, str] = _words(look().language)["traps"]
    return found


def in_this_language(view: DossierView) -> DossierView:
    """*view* with its procedure in the reader's language: to show, never to store or to send."""
    if look().language is Language.VIETNAMESE:
        return view
    return replace(view, procedure=in_english(view.procedure))


def also_in_english(text: str) -> str:
    """What an office's own word means, for a page in English; else nothing."""
    return (said_in_english(text) or "") if look().language is Language.ENGLISH else ""


def clock_of(moment: datetime) -> str:
    """``09:45`` on the wall clock here."""
    return f"{moment.astimezone(point().zone):%H:%M}"


@pages.context_processor
def _words_for_templates() -> dict[str, object]:
    return {
        "phone_said": phone_said,
        "words_of": words_of,
        "clock_of": clock_of,
        "phone": g.get("phone"),
        "look": look(),
        "also_in_english": also_in_english,
        "advice_of": advice_of,
    }


@pages.errorhandler(ApplianceError)
def _known(error: ApplianceError) -> ResponseReturnValue:
    known = ((DossierMovedOn, 409), (DossierUnknown, 404))
    return told(error.code, next((code for kind, code in known if isinstance(error, kind)), 503))


@pages.errorhandler(CSRFError)
def _expired(_error: CSRFError) -> ResponseReturnValue:
    return told("form-expired", 400)


@pages.errorhandler(HTTPException)
def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    return told({413: "too-large", 404: "page-not-found"}.get(status, "bad-request"), status)


def advice_of(page: Page) -> list[Advice]:
    """What cleaning found on a page, in the reader's language; the severe ones first."""
    found = (advice_for(warning, look().language) for warning in page.warnings)
    return sorted(found, key=lambda one: not one.severe)


def _as_json(notice: Notice) -> dict[str, str]:
    return {"what": notice.what, "safe": notice.safe, "next": notice.next}


@cache
def _words(language: Language) -> dict[str, Any]:
    return read_catalogue("web.station.phone", f"phone_{language}")
