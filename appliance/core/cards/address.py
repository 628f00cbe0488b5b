"""The address on an identity card, which is free text, as today's province, commune and detail.

Cards issued before 1/7/2025 name three levels (ward, district, province of then), later ones two.
Nothing is guessed: where an old ward was parted, or the text fits twice, there are several
choices for a person; where nothing fits, the whole text stays in the detail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from appliance.core.forms.fields import HOME_COUNTRY
from appliance.core.forms.place_words import keys_of, place_key, spelling, without_kind
from appliance.core.forms.places import FormerPlaces, FormerWard, Place, Places
from appliance.core.spelling import clean_text

TWO_LEVELS_SINCE = date(2025, 7, 1)
_COUNTRY_KEYS = frozenset({"vietnam", "vn"})
_Unit = TypeVar("_Unit", Place, FormerWard)
_LONGEST_NAME = 6  # words of a province or district


@dataclass(frozen=True, slots=True)
class HomeAddress:
    """One way to read it. *former* is the old ward's name, which also ends the detail.

    Not *sure*: it fits, but a part of the text had to be passed over.
    """

    province: str
    commune: str
    detail: str
    former: str = ""
    sure: bool = True

    def answer(self) -> dict[str, str]:
        """As an address field stores it."""
        parts = {"province": self.province, "commune": self.commune, "detail": self.detail}
        return {"country": HOME_COUNTRY} | {name: text for name, text in parts.items() if text}


def read_address(
    text: str, issued: date | None, places: Places, former: FormerPlaces
) -> tuple[HomeAddress, ...]:
    """Every way to read the address of a card issued on that day; empty for an empty text.

    One sure way: it may be proposed. Otherwise a person chooses. A way without a commune: the
    province was understood at best.
    """
    parts = _parts(text)
    if not parts:
        return ()
    ways: dict[tuple[str, str], HomeAddress] = {}
    for before, province in _cut_province(parts, places, former):
        for way in _ways(before, province, issued, places, former):
            ways.setdefault((way.province, way.commune), way)
    return tuple(ways.values()) or _province_only(parts, places, former)


def _parts(text: str) -> list[str]:
    """Between commas; a country at the end is left out, glued words are parted."""
    parts = [part for part in (_unglued(clean_text(p)) for p in text.split(",")) if part]
    if len(parts) > 1 and place_key(parts[-1]) in _COUNTRY_KEYS:
        parts.pop()
    return parts


def _unglued(part: str) -> str:
    """``Hải ChâuĐà Nẵng`` is two names that lost the sign between them."""
    pairs = zip(part, f"{part[1:]} ", strict=True) if part else ()
    return "".join(a + (" " if a.islower() and b.isupper() else "") for a, b in pairs)


def _cut_province(
    parts: list[str], places: Places, former: FormerPlaces
) -> Iterator[tuple[list[str], str]]:
    """What stands before the province, and its name; perhaps glued to the part before it."""
    last = parts[-1]
    if _new_province(last, places) or former.is_province(last):
        yield parts[:-1], last
        return
    for rest, name in _tails(last):
        if _new_province(name, places) or former.is_province(name):
            yield [*parts[:-1], rest], name


def _tails(part: str) -> Iterator[tuple[str, str]]:
    """Both pieces of each cut between two words, the longest tail first."""
    words = part.split()
    for length in range(min(len(words) - 1, _LONGEST_NAME), 0, -1):
        yield " ".join(words[:-length]), " ".join(words[-length:])


def _ways(
    parts: list[str], province: str, issued: date | None, places: Places, former: FormerPlaces
) -> Iterator[HomeAddress]:
    """What the card's day makes likely; the other reading only when that one finds nothing.

    Many communes took the name of their old district. So an old card never means a new commune
    for sure, and on a new card three levels that fit are a second way beside the two.
    """
    new = list(_two_levels(parts, province, places))
    old = list(_three_levels(parts, province, places, former))
    if issued is None:
        yield from [*old, *new]
    elif issued >= TWO_LEVELS_SINCE:
        yield from new
        yield from [way for way in old if way.sure or not new]
    else:
        yield from old or [replace(way, sure=False) for way in new]


def _two_levels(parts: list[str], province: str, places: Places) -> Iterator[HomeAddress]:
    code = _new_province(province, places)
    if code and parts:
        communes = places.communes_of(code)
        for commune in _best(parts[-1], communes):
            yield HomeAddress(code, commune.code, ", ".join(parts[:-1]))


def _three_levels(
    parts: list[str], province: str, places: Places, former: FormerPlaces
) -> Iterator[HomeAddress]:
    """Ward and district; an island without wards; the two glued; at last the ward alone."""
    wards = former.wards_of(province)
    if not wards or not parts:
        return
    islands = [ward for ward in wards if ward.name == ward.district]
    found: list[tuple[FormerWard, str, list[str]]] = []
    if len(parts) > 1:
        inside = _of_district(parts[-1], wards)
        found = [(ward, parts[-2], parts[:-2]) for ward in _best(parts[-2], inside)]
    found = found or [(ward, parts[-1], parts[:-1]) for ward in _best(parts[-1], islands)]
    found = found or [
        (ward, name, parts[:-1])
        for name, district in _tails(parts[-1])
        for ward in _best(name, _of_district(district, wards))
    ]
    sure = bool(found)
    found = found or [(ward, parts[-1], parts[:-1]) for ward in _best(parts[-1], wards)]
    for ward, written, detail in found:
        for commune in ward.communes:
            yield replace(_moved(ward, commune, written, detail, places), sure=sure)


def _moved(
    ward: FormerWard, commune: str, written: str, detail: list[str], places: Places
) -> HomeAddress:
    """The old ward's name goes to the end of the detail, unless the commune still has it."""
    known = _wanted(written) & keys_of(ward.name)
    name = ward.name if known else written  # a still older name stays as the card has it
    today = places.commune_name(commune, ward.province) or ""
    if spelling(today) == spelling(name):
        return HomeAddress(ward.province, commune, ", ".join(detail))
    return HomeAddress(ward.province, commune, ", ".join([*detail, f"{name} (cũ)"]), name)


def _of_district(name: str, wards: Sequence[FormerWard]) -> list[FormerWard]:
    wanted = _wanted(name)
    return [ward for ward in wards if wanted & (keys_of(ward.district) | set(ward.district_also))]


def _best(written: str, units: Sequence[_Unit]) -> list[_Unit]:
    """Units of that name. Where one name means several, the closest spelling decides."""
    wanted = _wanted(written)
    found = [unit for unit in units if wanted & (keys_of(unit.name) | _older_keys(unit))]
    closer: list[Callable[[_Unit], bool]] = [
        lambda unit: unit.name.casefold() == written.casefold(),
        lambda unit: spelling(unit.name) == spelling(written),
        lambda unit: bool(wanted & keys_of(unit.name)),
    ]
    return next((same for is_it in closer if (same := [u for u in found if is_it(u)])), found)


def _older_keys(unit: Place | FormerWard) -> set[str]:
    return set(unit.also) if isinstance(unit, FormerWard) else set()


def _wanted(written: str) -> set[str]:
    return {place_key(written), place_key(without_kind(written))}


def _new_province(name: str, places: Places) -> str:
    wanted = _wanted(name)
    return next((p.code for p in places.provinces() if wanted & keys_of(p.name)), "")


def _province_only(
    parts: list[str], places: Places, former: FormerPlaces
) -> tuple[HomeAddress, ...]:
    for before, name in _cut_province(parts, places, former):
        code = _new_province(name, places) or next((w.province for w in former.wards_of(name)), "")
        return (HomeAddress(code, "", ", ".join(before)),)
    return (HomeAddress("", "", ", ".join(parts)),)
