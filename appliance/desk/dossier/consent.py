"""What the citizen agrees to: one wording, dated, kept inside the seal."""

from __future__ import annotations

from functools import cache

from appliance.catalogues import read_catalogue
from appliance.core.forms.procedure import Procedure
from appliance.desk.point import Point


def consent_text(point: Point, procedure: Procedure) -> str:
    """The sentences beside the tick, naming the purpose (Luật 91/2025/QH15)."""
    return _filled("text", point, procedure)


def supplement_consent_text(point: Point, procedure: Procedure, *, corrects: bool) -> str:
    """The same for what is brought later because the ward asked for it.

    *corrects* when answers of the form are corrected, with papers or without.
    """
    return _filled("correction" if corrects else "supplement", point, procedure)


def _filled(name: str, point: Point, procedure: Procedure) -> str:
    return _wording()[name].format(procedure=procedure.title, point=point.config.point.name)


@cache
def _wording() -> dict[str, str]:
    return read_catalogue("appliance.desk.dossier", "consent_vi")
