"""A box, its ward and a stick, as the tests of carrying make them."""

from tests.folder.conftest import box, new_box, office, place, point_made, ward_made

__all__ = ["box", "new_box", "office", "place", "point_made", "ward_made"]
