"""The words of figures, and numbers as they are written here."""

from __future__ import annotations

from functools import cache
from typing import Any

from appliance.catalogues import read_catalogue


def say(path: str, **blanks: object) -> str:
    """The sentence at a dotted place of ``figures_vi.toml``; a missing one raises KeyError."""
    found: Any = _catalogue()
    for name in path.split("."):
        found = found[name]
    return str(found).format(**blanks)


def number(value: float) -> str:
    """``1.317`` and ``60,6``: one digit behind the comma, where there is something behind it."""
    text = f"{value:,.1f}".removesuffix(".0")
    return text.translate(str.maketrans(",.", ".,"))


@cache
def _catalogue() -> dict[str, Any]:
    return read_catalogue("appliance.papers.figures", "figures_vi")
