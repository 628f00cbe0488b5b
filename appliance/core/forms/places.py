"""Names of provinces and communes, asked for through a promise: the core reads no files."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Place(NamedTuple):
    """A province or commune: its national code and its full name ("Xã Bắc Khánh Vĩnh")."""

    code: str
    name: str


class Places(Protocol):
    """The administrative units of a date."""

    def provinces(self) -> tuple[Place, ...]:
        """All provinces, in the office's order."""
        ...

    def communes_of(self, province: str) -> tuple[Place, ...]:
        """The communes of a province code; empty for an unknown one."""
        ...

    def province_name(self, code: str) -> str | None:
        """Full name, or None for an unknown code."""
        ...

    def commune_name(self, code: str, province: str) -> str | None:
        """Full name, or None when that province has no such commune."""
        ...


class FormerWard(NamedTuple):
    """A commune of before 1/7/2025, and the communes that it went to."""

    name: str  # "Phường Trúc Bạch"; of an island without communes the district's
    district: str
    also: tuple[str, ...]  # keys of still older names, see ``place_words``
    district_also: tuple[str, ...]
    province: str  # today's code
    communes: tuple[str, ...]  # today's codes, the largest share first


class FormerPlaces(Protocol):
    """Three levels, 63 provinces: what cards issued before 1/7/2025 say."""

    def wards_of(self, province: str) -> tuple[FormerWard, ...]:
        """The wards of an old province by any of its names; empty for an unknown one."""
        ...

    def is_province(self, name: str) -> bool:
        """Whether one of the 63 has that name."""
        ...
