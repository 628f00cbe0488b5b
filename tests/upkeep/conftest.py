"""A point whose clock goes on for months."""

from appliance.desk.point import Point
from appliance.store.volunteers import Volunteer
from tests.point.conftest import (  # noqa: F401 - fixtures of the point
    clock,
    config,
    dossier_id,
    helper,
    point,
    scan_into,
    ward_keys,
)
from tests.point.supplements import arrive
from tests.restoring.conftest import SLOT, fill, seal


def deliver(point: Point, dossier_id: str, helper: Volunteer) -> str:
    """The whole way of a dossier, to the ward's receipt."""
    fill(point, dossier_id)
    scan_into(point, dossier_id, SLOT)
    seal(point, dossier_id, helper.id)
    arrive(point, dossier_id)
    return dossier_id
