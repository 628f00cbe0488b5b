"""The officers' and citizens' sentences that Python chooses, read once."""

from __future__ import annotations

from functools import cache
from typing import Any

from appliance.catalogues import read_catalogue


@cache
def words() -> dict[str, Any]:
    """The catalogue ``wording_vi.toml``, by table."""
    return read_catalogue("web.ward", "wording_vi")
