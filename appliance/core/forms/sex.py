"""The one code list that cards and people share with the procedures; it knows no library."""

from __future__ import annotations

from enum import StrEnum


class Sex(StrEnum):
    """As the national code list of sexes numbers them."""

    MALE = "1"
    FEMALE = "2"
