"""Provinces and communes after 1/7/2025, read once, when first asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from appliance.core.forms.places import Place


@dataclass(frozen=True)
class Units:
    """The administrative units of a date; keeps the promise of ``core.forms.places.Places``."""

    valid_from: str
    source: str
    names: dict[str, str]  # province code → full name
    communes: dict[str, dict[str, str]]  # province code → commune code → full name

    def provinces(self) -> tuple[Place, ...]:
        """All provinces in the order of their codes."""
        return tuple(Place(code, name) for code, name in self.names.items())

    def communes_of(self, province: str) -> tuple[Place, ...]:
        """The communes of a province in the order of the alphabet; empty for an unknown code."""
        return tuple(Place(code, name) for code, name in self.communes.get(province, {}).items())

    def province_name(self, code: str) -> str | None:
        """Full name, or None for an unknown code."""
        return self.names.get(code)

    def commune_name(self, code: str, province: str) -> str | None:
        """Full name, or None when that province has no such commune."""
        return self.communes.get(province, {}).get(code)


@cache
def units() -> Units:
    """The shipped units (``units.json``, made by ``build_units``)."""
    text = resources.files("appliance.procedures").joinpath("units.json").read_text("utf-8")
    document = json.loads(text)
    return Units(
        document["valid_from"],
        document["source"],
        {code: name for code, name, _ in document["provinces"]},
        {code: dict(communes) for code, _, communes in document["provinces"]},
    )
