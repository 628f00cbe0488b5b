"""What was seen of one thing on the glass, as text that can be kept and read back.

It holds what codes say, so it is personal: encrypted wherever it is kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from appliance.core.cards.citizen_card import read_citizen_card
from appliance.core.cards.mrz import CardMrz
from appliance.core.cards.sheet import CardLook, Side
from appliance.core.forms.citizen_id import CitizenId
from appliance.core.forms.sex import Sex
from appliance.core.paper.findings import Blank, Code, Findings, Item, Kind, Quad, Warn


@dataclass(frozen=True, slots=True)
class Seen:
    """The findings, what they are when it is an identity card, and how often it can shrink."""

    found: Findings
    card: CardLook | None = None
    ways: int = 1  # of coding it, dearest first
    own: Quad | None = None  # where the box saw it, before any person cut it out elsewhere


def seen_text(seen: Seen) -> str:
    """*seen* as JSON."""
    found, item = seen.found, seen.found.item
    return json.dumps(
        {
            "quad": item.quad,
            "size_mm": [item.width_mm, item.height_mm],
            "kind": item.kind.value,
            "snapped": item.snapped,
            "angle_deg": found.angle_deg,
            "turn": found.turn,
            "blank": [found.blank.is_blank, found.blank.evidence],
            "codes": [_code_told(code) for code in found.codes],
            "warnings": [[warn.code, warn.place, warn.severe] for warn in found.warnings],
            "card": _card_told(seen.card),
            "ways": seen.ways,
            "own": seen.own,
        },
        ensure_ascii=False,
    )


def seen_of(text: str | bytes) -> Seen:
    """What ``seen_text`` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is not that.
    """
    said = json.loads(text)
    width, height = said["size_mm"]
    item = Item(_quad(said["quad"]), width, height, Kind(said["kind"]), said["snapped"])
    codes = tuple(_code(code) for code in said["codes"])
    found = Findings(
        item,
        said["angle_deg"],
        said["turn"],
        Blank(*said["blank"]),
        codes,
        tuple(Warn(*warn) for warn in said["warnings"]),
    )
    own = said.get("own", said["quad"])  # of before anybody could cut by hand: its only one
    return Seen(found, _card(said["card"], codes), said["ways"], own and _quad(own))


def _code_told(code: Code) -> list[Any]:
    return [code.kind, code.payload, code.quad]


def _code(said: list[Any]) -> Code:
    kind, payload, quad = said
    return Code(kind, payload, quad and _quad(quad))


def _card_told(card: CardLook | None) -> dict[str, Any] | None:
    if card is None:
        return None
    lines = card.mrz and [card.mrz.number.number, card.mrz.born, card.mrz.sex, card.mrz.valid_until]
    return {"side": card.side, "quad": card.quad, "upright": card.upright_known, "lines": lines}


def _card(said: dict[str, Any] | None, codes: tuple[Code, ...]) -> CardLook | None:
    """What its QR code says is read anew: the code is the truth, and it is there."""
    if said is None:
        return None
    cards = (read_citizen_card(code.payload) for code in codes if code.kind == "qr")
    return CardLook(
        side=said["side"] and Side(said["side"]),
        quad=_quad(said["quad"]),
        upright_known=said["upright"],
        codes=codes,
        card=next((card for card in cards if card is not None), None),
        mrz=_mrz(said["lines"]),
    )


def _mrz(lines: list[Any] | None) -> CardMrz | None:
    number = CitizenId.read(lines[0]) if lines else None
    if lines is None or number is None:
        return None
    return CardMrz(number, lines[1], lines[2] and Sex(lines[2]), lines[3])


def _quad(corners: Any) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return a, b, c, d
