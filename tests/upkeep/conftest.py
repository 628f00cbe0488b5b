"""A point whose clock goes on for months."""

from appliance.desk.point import Point
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import *
from tests.point.conftest import scan_into
from tests.point.supplements import arrive
from tests.restoring.conftest import SLOT, fill, seal


def deliver(point: Point, dossier_id: str, helper: Volunteer) -> str:
    """The whole way of a dossier, to the ward's receipt."""
    fill(point, dossier_id)
    scan_into(point, dossier_id, SLOT)
    seal(point, dossier_id, helper.id)
    arrive(point, dossier_id)
    return dossier_id
