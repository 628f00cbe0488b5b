"""Help with accounts, paying and the post: five guides, step by step, to read or to take home."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, render_template
from markupsafe import Markup

from appliance.desk.running.public_prints import scam_card_pdf, step_guide_pdf
from appliance.papers.drawings import drawing
from appliance.papers.prints.step_guide import GuideStep
from web.station import outside
from web.station.guides.paper import media, pdf, size
from web.station.guides.room import all_of, pages, say
from web.station.look import look


@pages.get("/guides/accounts")
def accounts() -> str:
    """The five guides, and that nobody here asks for a password."""
    return render_template("guides/accounts.html", guides=all_of("accounts.order"))


@pages.get("/guides/accounts/<guide>")
def account(guide: str) -> str:
    """One of them, to read or to print."""
    return render_template(
        "guides/account.html", guide=guide, told=_told(guide), guides=all_of("accounts.order")
    )


@pages.get("/guides/accounts/<guide>/leaflet.pdf")
def account_leaflet(guide: str) -> Response:
    """The same on A4, one page; ``?paper=roll`` for a till printer. In the reader's language."""
    told, paper, language = _told(guide), media(), str(look().language)
    url = outside.address_for_others("guides.account", guide=guide)
    return pdf(
        ("account", guide, paper, language, url or ""),
        lambda point: step_guide_pdf(
            point,
            paper,
            url,
            title=told["title"],
            lead=told["lead"],
            never=say("accounts.never"),
            steps=tuple(map(_step, told["steps"])),
            sources=told["sources"],
            bring=tuple(told["bring"]),
            fields=tuple((one["label"], one["line"]) for one in told.get("fields", ())),
            language=language,
        ),
        f"{say('accounts.called')} {told['title']}",
    )


@pages.get("/guides/scams/card.pdf")
def scam_card() -> Response:
    """Ten cards for the wallet on an A4 sheet; ``?size=large`` four of A6; ``?paper=roll`` one."""
    paper, is_large, language = media(), size() == "large", str(look().language)
    url = outside.address_for_others("guides.scams")
    return pdf(
        ("scam-card", paper, str(is_large), language, url or ""),
        lambda point: scam_card_pdf(point, paper, url, is_large=is_large, language=language),
        say("scam_card.called"),
    )


@pages.app_template_filter("drawn")
def drawn(name: str) -> Markup:
    """A drawing beside words that say the same; a screen reader passes it by."""
    return Markup(drawing(name).replace("<svg ", '<svg class="drawing" aria-hidden="true" ', 1))  # noqa: S704 - our own file


def _told(guide: str) -> Any:
    if guide not in all_of("accounts.order"):
        abort(404)
    return all_of(f"accounts.{guide}")


def _step(told: dict[str, Any]) -> GuideStep:
    return GuideStep(
        told["title"], tuple(told["lines"]), told["drawing"], told["sure"], told.get("seen", "")
    )
