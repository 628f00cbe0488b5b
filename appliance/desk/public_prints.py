"""What a point hands to anybody: leaflet, notices, step guides, cards; naming nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from appliance.config import Config
from appliance.core.printing import Media
from appliance.core.procedure import Procedure
from appliance.desk.point import Point
from appliance.papers.prints.leaflet import Leaflet, hours_lines, print_leaflet
from appliance.papers.prints.scam_card import ScamCard, print_scam_card
from appliance.papers.prints.step_guide import GuideStep, StepGuide, print_step_guide
from appliance.papers.prints.wall_notice import print_wall_notice

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
        hours=hours_lines(config.hours.week, config.hours.phone),
    )


def leaflet_pdf(point: Point, media: Media, url: str | None) -> bytes:
    """The leaflet of this point.

    Raises:
        PrintingFailed: no sheet came out.
    """
    return print_leaflet(
        leaflet_of(point.config, point.procedures.leaflets, _now(point), url), media
    )


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


def _now(point: Point) -> datetime:
    return point.clock().astimezone(point.zone)


def _rank(procedure: Procedure) -> int:
    return OFTEN.index(procedure.id) if procedure.id in OFTEN else len(OFTEN)
