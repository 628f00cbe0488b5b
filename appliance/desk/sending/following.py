"""Where a citizen follows a dossier: the ward's page from the seal on, the portal by mã hồ sơ."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from appliance.core.dossiers.dossier import Dossier
from appliance.core.dossiers.national_code import tidy_code
from appliance.desk.point import Point
from appliance.store.dossier import dossiers

INTAKE = "/intake/v1"  # how ward.url ends; its page for citizens lies beside it


def follow_up_url(point: Point, dossier: Dossier) -> str | None:
    """What the QR on the slip opens; None before the seal, or where the ward has no such page.

    Number and secret stand behind the ``#``: browsers keep that to themselves, so that no log of
    any server holds it. The page tells state words only.
    """
    page = ward_page(point)
    if page is None or dossier.follow_secret is None:
        return None
    return f"{page}#{dossier.number}.{dossier.follow_secret}"


def ward_page(point: Point) -> str | None:
    """The ward's page for citizens, without any number."""
    told, url = point.settings.tracking.ward_page, point.config.ward.url
    if told == "off":
        return None
    if told != "auto":
        return told
    return f"{url.removesuffix(INTAKE)}/follow" if urlsplit(url).netloc else None


def portal_url(point: Point, code: str | None) -> str | None:
    """The portal's look-up as of today, with *code* in it where it takes one."""
    address = point.settings.tracking.portal_on(point.today())
    if address is None or not code:
        return None
    return address.replace("{code}", quote(code, safe=""))


def note_national_code(point: Point, dossier_id: str, typed: str) -> str:
    """Keep the mã hồ sơ that a volunteer typed, whatever it looks like; empty forgets it.

    What the ward itself tells counts more than what was typed. Returns it as stored.

    Raises:
        DossierUnknown: there is none of that id.
    """
    code = tidy_code(typed)
    with point.database.writing() as connection:
        dossiers.get_dossier(connection, dossier_id)
        dossiers.set_columns(connection, dossier_id, national_code=code or None)
    return code
