"""A point in a temporary folder whose clock goes on for months."""

from tests.point.conftest import *
