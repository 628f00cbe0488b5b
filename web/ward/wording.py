"""The officers' and citizens' sentences that Python chooses, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def words() -> dict[str, Any]:
    """The catalogue ``wording_vi.toml``, by table."""
    text = resources.files("web.ward").joinpath("wording_vi.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
