"""Where the communes of before 1/7/2025 went (``former_units.tsv``, made by its build script)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources

from appliance.core.forms.place_words import keys_of, place_key, without_kind
from appliance.core.forms.places import FormerWard

_PROVINCE, _DISTRICT = "=", "-"


class FormerUnits:
    """Keeps the promise of ``core.forms.places.FormerPlaces``.

    Nothing stays in memory but the names of the provinces: the file is read through at each
    question (about 10 000 lines), of which a card asks three or four.
    """

    def __init__(self) -> None:
        self._provinces: dict[str, int] = {}  # key → number of the province in the file
        count = 0
        for cells in _rows():
            if cells[0] == _PROVINCE:
                for key in keys_of(cells[1]) | set(cells[2].split()):
                    self._provinces[key] = count
                count += 1

    def is_province(self, name: str) -> bool:
        """Whether one of the 63 has that name, with or without its kind."""
        return self._number(name) is not None

    def wards_of(self, province: str) -> tuple[FormerWard, ...]:
        """The wards of an old province by any of its names; empty for an unknown one."""
        wanted = self._number(province)
        return () if wanted is None else tuple(_wards(wanted))

    def _number(self, name: str) -> int | None:
        by_kind = self._provinces.get(place_key(name))
        return self._provinces.get(place_key(without_kind(name))) if by_kind is None else by_kind


@cache
def former_units() -> FormerUnits:
    """The shipped units."""
    return FormerUnits()


def _wards(wanted: int) -> Iterator[FormerWard]:
    number, code, district = -1, "", ""
    district_also: tuple[str, ...] = ()
    for cells in _rows():
        if cells[0] == _PROVINCE:
            number, code = number + 1, cells[3]
            if number > wanted:
                return
        elif number == wanted and cells[0] == _DISTRICT:
            district, district_also = cells[1], tuple(cells[2].split())
        elif number == wanted:
            also = tuple(cells[2].split()) if len(cells) > 2 else ()
            yield FormerWard(cells[0], district, also, district_also, code, tuple(cells[1].split()))


def _rows() -> Iterator[list[str]]:
    file = resources.files("appliance.procedures").joinpath("former_units.tsv")
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n").split("\t")
