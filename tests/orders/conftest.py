"""A box and its ward; what the ward tells is asked for through its own door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from appliance import __version__
from appliance.desk.dossier import dossiers
from appliance.desk.sending import sealing
from appliance.desk.sending.delivery import health
from appliance.destinations.ward_service import HeartbeatAnswer
from appliance.imaging.child.main import cleaned
from appliance.keys.canonical import canonical_json
from appliance.pretend.sample_answers import sample_answers
from tests.folder.boxes import LAN, CarryingBox
from tests.folder.conftest import box, new_box, office, place, point_made, ward_made
from tests.folder.office import Office
from tests.point.conftest import scan_into
from web.ward.app import create_app

__all__ = ["box", "new_box", "office", "place", "point_made", "ward_made"]


@pytest.fixture
def door(office: Office) -> Iterator[FlaskClient]:
    """The ward's service, without a socket in between."""
    app = create_app(office.settings)
    yield app.test_client()
    app.extensions["tramhoso.ward"].engine.dispose()


@pytest.fixture
def beat(door: FlaskClient, box: CarryingBox) -> Callable[..., tuple[int, dict[str, Any]]]:
    """One heartbeat of the box; status and body of the answer."""

    def beat(**changes: object) -> tuple[int, dict[str, Any]]:
        told = health(box.point, __version__).model_copy(update=changes)
        answer = door.put(
            "/intake/v1/heartbeat",
            data=canonical_json(told),
            headers={"Authorization": f"Bearer {box.token}"},
        )
        return answer.status_code, answer.get_json()

    return beat


@pytest.fixture
def heard(beat: Callable[..., tuple[int, dict[str, Any]]]) -> Callable[[], HeartbeatAnswer]:
    """As the uploader reads it."""
    return lambda: HeartbeatAnswer.model_validate(beat()[1])


@pytest.fixture
def seal(box: CarryingBox) -> Callable[[], str]:
    """A dossier filled, scanned and sealed by the desk itself; returns its id."""

    def seal() -> str:
        point = box.point
        dossier_id = dossiers.open_dossier(point, "khai-sinh", LAN)
        dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
        scan_into(point, dossier_id, "giay_chung_sinh")
        sealing.ask_to_seal(point, dossier_id, LAN, consented=True)
        sealing.grant_next(point, cleaned)
        return dossier_id

    return seal
