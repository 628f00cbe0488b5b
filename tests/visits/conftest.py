"""The page at the point, with Lan signed in."""

from tests.station_page.conftest import *
