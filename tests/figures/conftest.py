"""A point in a temporary folder whose clock goes on for months."""

from tests.point.conftest import clock, config, dossier_id, helper, point, ward_keys

__all__ = ["clock", "config", "dossier_id", "helper", "point", "ward_keys"]
