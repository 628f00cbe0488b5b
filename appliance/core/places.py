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
