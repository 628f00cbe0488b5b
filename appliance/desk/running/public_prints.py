"""What a point hands to anybody: leaflet, notices, step guides, cards; naming nobody."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from appliance.config import Config
from appliance.core.forms.procedure import Procedure
from appliance.core.printing import Media
from appliance.desk.point import Point
from appliance.desk.running.usual_hours import offered_only
from appliance.hotspot import Joining, joining, local_names
from appliance.papers.prints.hotspot_sheet import HotspotSheet
from appliance.papers.prints.leaflet import Leaflet, hours_lines, print_leaflet
from appliance.papers.prints.scam_card import ScamCard, print_scam_card
from appliance.papers.prints.step_guide import GuideStep, StepGuide, print_step_guide
from appliance.papers.prints.wall_notice import print_wall_notice

CERTIFICATE = Path("/etc/tramhoso/public/tramhoso.crt")  # the box's own authority, for everybody
# What the support points of Hải Châu were asked for in 2020; the others follow in their own order
OFTEN = ("khai-sinh", "ket-hon", "khai-tu", "xac-nhan-hon-nhan", "trich-luc")


def in_asking_order(procedures: Mapping[str, Procedure]) -> list[Procedure]:
    """What people ask for most stands first."""
    return sorted(procedures.values(), key=_rank)


def leaflet_of(
    config: Config, procedures: Mapping[str, Procedure], made_at: datetime, url: str | None
) -> Leaflet:
    """The leaflet of a point as its configuration stands; *url* becomes its code."""
    return Leaflet(
        point_name=config.point.name,
        procedures=tuple(
            one.title for one in in_asking_order(procedures) if one.valid_on(made_at.date())
        ),
        made_at=made_at,
        url=url,
        address=config.hours.address,
        hours=hours_lines(config.hours),
    )


def leaflet_pdf(point: Point, media: Media, url: str | None) -> bytes:
    """The leaflet of this point.

    Raises:
        PrintingFailed: no sheet came out.
    """
    config = point.settings.model_copy(update={"hours": offered_only(point)})
    return print_leaflet(leaflet_of(config, point.procedures.leaflets, _now(point), url), media)


def notice_pdf(point: Point, procedure: Procedure, media: Media, url: str | None) -> bytes:
    """*procedure* on one sheet for the wall, or on a till roll to take home.

    Raises:
        PrintingFailed: no sheet came out.
    """
    return print_wall_notice(
        procedure, point_name=point.config.point.name, made_at=_now(point), url=url, media=media
    )


def step_guide_pdf(
    point: Point,
    media: Media,
    url: str | None,
    *,
    title: str,
    lead: str,
    never: str,
    steps: tuple[GuideStep, ...],
    sources: str,
    bring: tuple[str, ...],
    fields: tuple[tuple[str, str], ...],
    language: str,
) -> bytes:
    """One guide, step by step, on an A4 sheet or on a till roll.

    Raises:
        PrintingFailed: no sheet came out.
    """
    guide = StepGuide(
        point.config.point.name, title, lead, never, steps, sources, _now(point),
        bring, fields, url, language,
    )  # fmt: skip
    return print_step_guide(guide, media)


def scam_card_pdf(
    point: Point, media: Media, url: str | None, *, is_large: bool, language: str
) -> bytes:
    """A sheet of cards against cheats, or one on a till roll.

    Raises:
        PrintingFailed: no sheet came out.
    """
    card = ScamCard(point.config.point.name, _now(point), url, is_large, language)
    return print_scam_card(card, media)


def joining_here(config: Config) -> Joining | None:
    """How a phone joins the box's own Wi-Fi; None where there is none, or install has not run."""
    wifi = config.hotspot
    return joining(wifi.ssid, wifi.password, config.point.code) if wifi.on else None


def hotspot_of(
    config: Config, made_at: datetime, certificate: Path = CERTIFICATE
) -> HotspotSheet | None:
    """The sheet for phones beside the desk; None where there is no hotspot."""
    join = joining_here(config)
    if join is None:
        return None
    host = next(iter(config.web.allowed_hosts), local_names(config.point.code)[0])
    return HotspotSheet(
        point_name=config.point.name,
        ssid=join.ssid,
        password=join.password,
        join_code=join.code,
        page=f"https://{host}/",
        trust_page=f"http://{host}/",
        fingerprint=_fingerprint(certificate),
        made_at=made_at,
    )


def _fingerprint(certificate: Path) -> str:
    """As a browser shows it; empty before there is a certificate."""
    try:
        text = certificate.read_text("ascii")
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text)).digest().hex(":").upper()
    except (OSError, ValueError):
        return ""


def _now(point: Point) -> datetime:
    return point.clock().astimezone(point.zone)


def _rank(procedure: Procedure) -> int:
    return OFTEN.index(procedure.id) if procedure.id in OFTEN else len(OFTEN)
