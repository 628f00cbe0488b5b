"""The three sentences of every error, read once."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from appliance.catalogues import read_catalogue
from appliance.core.errors import ApplianceError, Unexpected, Who, concrete_errors


class Notice(NamedTuple):
    """What a person reads when something went wrong (thông báo)."""

    code: str
    who: Who
    what: str
    safe: str
    next: str


@cache
def notices() -> dict[str, Notice]:
    """All notices by error code. A code without its three sentences raises KeyError."""
    sentences = read_catalogue("appliance.wording", "wording_vi")
    return {
        error.code: Notice(error.code, error.who, **sentences[error.code])
        for error in concrete_errors()
    }


def notice_for(error: ApplianceError | str) -> Notice:
    """The notice of an error or of a stored code; an unknown code becomes *unexpected*."""
    code = error if isinstance(error, str) else error.code
    return notices().get(code) or notices()[Unexpected.code]
