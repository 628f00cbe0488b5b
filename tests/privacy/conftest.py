"""Dossiers at every stage of their way, for the tests of what is erased when."""

from __future__ import annotations

import pytest

from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import scan_into

SLOT = "giay_chung_sinh"
ANSWERED = {"child_name": "Cao Minh Mẫu"}


@pytest.fixture
def draft(point: Point, dossier_id: str) -> str:
    """A dossier with an answer and a page."""
    dossiers.save_answers(point, dossier_id, ANSWERED)
    scan_into(point, dossier_id, SLOT)
    return dossier_id


@pytest.fixture
def sealed(point: Point, dossier_id: str, helper: Volunteer) -> str:
    """A dossier that waits in the outbox; nobody tried to send it."""
    return seal(point, dossier_id, helper)


def seal(point: Point, dossier_id: str, helper: Volunteer) -> str:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, SLOT)
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    assert sealing.grant_next(point, cleaned) == dossier_id
    return dossier_id


def key_names(point: Point) -> set[str]:
    """Every desk key that memory or card still tell of."""
    return point.vault.known()
