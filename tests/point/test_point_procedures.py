"""A dossier of every procedure goes under the seal, with its summary and all that was answered."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from sqlalchemy import select

from appliance.core.forms.answers import counted_answers
from appliance.core.wire.manifest import CONTENTS_SLOT, SUMMARY_SLOT, Contents
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.store.people.volunteers import Volunteer
from appliance.store.schema.tables import procedure_version
from tests.point.conftest import WardKeys, scan_into
from tests.point.test_point_seal import opened_at_the_ward, seal
from tests.station_page.test_station_page_procedures import PROCEDURES, ordinary


@pytest.mark.parametrize("procedure_id", PROCEDURES)
def test_a_dossier_of_each_procedure_can_be_sealed(
    point: Point, helper: Volunteer, ward_keys: WardKeys, procedure_id: str
) -> None:
    dossier_id = dossiers.open_dossier(point, procedure_id, helper.id)
    procedure = dossiers.look_at(point, dossier_id).procedure
    answers = {key: ordinary(field) for key, field in procedure.fields.items()}
    dossiers.save_answers(point, dossier_id, answers)
    for slot in dossiers.look_at(point, dossier_id).missing_slots:
        scan_into(point, dossier_id, slot.key)
    last = procedure.slots[-1].key  # at least one paper, also where none is required
    scan_into(point, dossier_id, last)
    view = dossiers.look_at(point, dossier_id)
    seal(point, dossier_id, helper)
    plain = opened_at_the_ward(point, dossier_id, ward_keys)
    contents = Contents.model_validate_json(plain[CONTENTS_SLOT])
    assert contents.answers == counted_answers(procedure, view.answers)
    assert {page.slot_key for page in view.pages} | {SUMMARY_SLOT, CONTENTS_SLOT} == set(plain)
    with pikepdf.open(BytesIO(plain[SUMMARY_SLOT])) as summary:
        assert len(summary.pages) >= 1


def test_dossiers_of_one_procedure_share_one_packed_form(point: Point, helper: Volunteer) -> None:
    first = dossiers.open_dossier(point, "khai-sinh", helper.id)
    dossiers.open_dossier(point, "khai-sinh", helper.id)
    dossiers.open_dossier(point, "khai-tu", helper.id)
    whole = dossiers.look_at(point, first).procedure
    with point.database.reading() as connection:
        kept = connection.scalars(select(procedure_version.c.text)).all()

    assert whole == point.procedures["khai-sinh"]
    assert len(kept) == 2
    assert sum(map(len, kept)) < len(whole.model_dump_json()) / 3
