"""What the form held from the start, and somebody has now looked at and left as it stands."""

from __future__ import annotations

import json
from collections.abc import Collection

from appliance.core.dossiers.dossier import DossierState
from appliance.core.forms.answers import default_answers, visible_fields
from appliance.desk.dossier.dossiers import look_at
from appliance.desk.point import Point
from appliance.store.dossier import dossiers


def confirm(point: Point, dossier_id: str, keys: Collection[str]) -> None:
    """A page with these fields was left by a button that saves.

    Of them those are noted that are shown and still hold what a new dossier starts with.

    Raises:
        DossierMovedOn: it is not OPEN any more.
    """
    view = look_at(point, dossier_id)
    first = default_answers(view.procedure)
    left = {
        field.key
        for field in visible_fields(view.procedure, view.answers)
        if field.key in keys
        and field.key in first
        and view.answers.get(field.key) == first[field.key]
    }
    if left <= view.confirmed:
        return
    with point.database.writing() as connection:
        known = set(json.loads(dossiers.row_of(connection, dossier_id).confirmed or "[]"))
        dossiers.move_dossier(
            connection,
            dossier_id,
            DossierState.OPEN,
            DossierState.OPEN,
            confirmed=json.dumps(sorted(known | left)),
        )
