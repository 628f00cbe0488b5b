"""Words of the catalogue and values of a dossier meet on a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from appliance.catalogues import read_catalogue
from appliance.core.printing import Media
from appliance.papers.typeset import typeset

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def words_of(print_key: str, language: str = "vi") -> Mapping[str, Any]:
    """The sentences of one print, and those that all share.

    Few sheets are made in English, too: prints_en.toml has those words of theirs that change.
    """
    said: dict[str, Any] = {}
    for catalogue in (_catalogue("vi"), _catalogue(language)):
        said |= catalogue["every_sheet"] | catalogue.get(print_key, {})
    return said


def content_of(sheet: DataclassInstance) -> dict[str, Any]:
    """Its fields by name. The moment is told apart: typst is given it as the day of the PDF."""
    return {key: value for key, value in asdict(sheet).items() if key != "made_at"}


def set_print(
    print_key: str,
    media: Media,
    made_at: datetime,
    content: Mapping[str, Any],
    say: Mapping[str, Any] | None = None,
) -> bytes:
    """One PDF of ``templates/prints/{print_key}.typ``; *say* replaces words of the catalogue.

    Raises:
        PrintingFailed: no sheet came out.
    """
    sheet = {
        **content,
        "media": media.value,
        "say": {**words_of(print_key), **(say or {})},
        "printed_at": f"{made_at:%H:%M}",
    }
    return typeset(f"prints/{print_key}", sheet, made_at)


def day(moment: date | datetime) -> str:
    """A day as people here write it."""
    return f"{moment:%d/%m/%Y}"


@cache
def _catalogue(language: str) -> dict[str, dict[str, Any]]:
    return read_catalogue("appliance.papers.prints", f"prints_{language}")
