"""Simple drawings of our own, the same on pages and on paper; none imitates an official screen."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_NAME = re.compile(r"[a-z]+")


@cache
def drawing(name: str) -> str:
    """The SVG of that name, in the colour of the text around it.

    Raises:
        KeyError: there is no such drawing.
    """
    file = resources.files("appliance.papers").joinpath(f"templates/drawings/{name}.svg")
    if not _NAME.fullmatch(name) or not file.is_file():
        raise KeyError(name)
    return file.read_text("utf-8").strip()
