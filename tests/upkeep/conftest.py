"""A point whose clock goes on for months."""

from tests.point.conftest import (  # noqa: F401 - fixtures of the point
    clock,
    config,
    dossier_id,
    helper,
    point,
    ward_keys,
)
