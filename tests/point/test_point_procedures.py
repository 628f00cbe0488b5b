"""A dossier of every procedure goes under the seal, with its summary and all that was answered."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from sqlalchemy import select, update

from appliance.core.answers import counted_answers
from appliance.core.manifest import CONTENTS_SLOT, SUMMARY_SLOT, Contents
from appliance.desk import dossiers
from appliance.desk.point import Point
from appliance.store.tables import dossier
from appliance.store.volunteers import Volunteer
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


def test_a_dossier_carries_its_form_packed_and_an_older_one_as_it_was(
    point: Point, helper: Volunteer
) -> None:
    dossier_id = dossiers.open_dossier(point, "khai-sinh", helper.id)
    whole = dossiers.look_at(point, dossier_id).procedure
    plain = whole.model_dump_json().encode()
    with point.database.writing() as connection:
        kept = connection.scalar(select(dossier.c.procedure_json))
        connection.execute(update(dossier).values(procedure_json=plain))

    assert len(kept) < len(plain) / 5
    assert dossiers.look_at(point, dossier_id).procedure == whole
