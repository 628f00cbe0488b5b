"""The ward's own guides and notices, beside ours: written, drawn and read aloud."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Response, abort, current_app, render_template, send_file
from flask import url_for as link
from markupsafe import Markup

from appliance.core.errors.publication import PublicationDamaged
from appliance.core.wire.publication import Kind, Tongue, name_of
from appliance.published.sent_down import Leaf
from web.station.guides.room import pages
from web.station.here import point
from web.station.look import OWN_NAMES, look

_PICTURE_TYPES = {".png": "image/png", ".jpg": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as the page shows it. *spoken* is the address of a recording, when there is one."""

    name: str
    tongue: Tongue
    title: str
    html: Markup
    spoken: str | None
    spoken_in: str


@pages.get("/guides/more/<leaf>")
def more(leaf: str) -> str:
    """One guide of the ward, in the reader's language, else in Vietnamese."""
    found = point().sent_down.now.leaf(Kind.GUIDE, leaf, look().tongue)
    if found is None or not found.front.holds_on(point().today()):
        abort(404)
    shown = _shown(found, below=1)
    if shown is None:
        abort(404)
    return render_template("guides/more.html", shown=shown, lead=found.front.lead)


@pages.get("/guides/pictures/<picture>")
def picture(picture: str) -> Response:
    """A picture of these texts."""
    path = _file(Kind.PICTURE, picture)
    return send_file(path, _PICTURE_TYPES[path.suffix])


@pages.get("/guides/voices/<recording>")
def voice(recording: str) -> Response:
    """A recording, whole or the part that a player asks for."""
    return send_file(_file(Kind.VOICE, recording), "audio/wav", conditional=True)


@pages.context_processor
def _for_the_first_page() -> dict[str, object]:
    return {"ward_guides": ward_guides, "ward_notices": ward_notices}


def ward_guides() -> list[Leaf]:
    """What the ward has to tell besides ours, by title."""
    found = point().sent_down.now.standing(Kind.GUIDE, look().tongue, point().today())
    return sorted(found, key=lambda leaf: leaf.front.title)


def ward_notices() -> list[Shown]:
    """What holds today, the newest first."""
    found = point().sent_down.now.standing(Kind.NOTICE, look().tongue, point().today())
    newest = sorted(found, key=lambda leaf: str(leaf.front.first_day or ""), reverse=True)
    return [shown for leaf in newest if (shown := _shown(leaf, below=3)) is not None]


def _shown(leaf: Leaf, below: int) -> Shown | None:
    try:
        text = leaf.text()
    except PublicationDamaged as error:
        current_app.logger.error("%s: %s", error.code, error)
        return None
    from appliance.published.markdown import to_html  # noqa: PLC0415 - 1.3 MB

    html = to_html(
        text.body,
        picture=lambda name: link("guides.picture", picture=name),
        guide=lambda name: link("guides.more", leaf=name),
        leads_out=not look().kiosk,
        below=below,
    )
    spoken = point().sent_down.now.voice(leaf.name, look().tongue)
    return Shown(
        leaf.name,
        leaf.tongue,
        leaf.front.title,
        Markup(html),  # noqa: S704 - by our own renderer, which lets no HTML through
        link("guides.voice", recording=spoken[1].name) if spoken else None,
        OWN_NAMES[spoken[0]] if spoken else "",
    )


def _file(kind: Kind, name: str) -> Path:
    """Names are looked up among those of the list, never joined to a path."""
    found = point().sent_down.now.files.get(kind, {}).get(name)
    if found is None or not found.is_file() or not name_of(name):
        abort(404)
    return found
