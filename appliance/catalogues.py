"""The sentences and tables that are shipped beside the code, one TOML file for each room."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any


def read_catalogue(package: str, name: str) -> dict[str, Any]:
    """All of ``{name}.toml`` that *package* ships, read anew at each call: callers keep it.

    What stands here was written by us and looked at by the tests, so a file that is missing or
    is no TOML ends the process instead of being told to anybody.
    """
    file = resources.files(package).joinpath(f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
