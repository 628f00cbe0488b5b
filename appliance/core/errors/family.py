"""Who can put a trouble right, and the root of every error that a person can hear of."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar


class Who(StrEnum):
    """Who can put it right. The lamp and the page address this person."""

    CITIZEN = "citizen"  # paper in the tray, a finger on the button
    VOLUNTEER = "volunteer"  # something to do on the page or at the scanner
    TECHNICIAN = "technician"  # cable, configuration, certificate, disk
    WARD = "ward"  # an officer must look
    TIME = "time"  # it is tried again by itself


class ApplianceError(Exception):
    """Root of the family. Only subclasses with a code are raised."""

    code: ClassVar[str] = ""
    who: ClassVar[Who] = Who.TECHNICIAN


def concrete_errors(root: type[ApplianceError] = ApplianceError) -> Iterator[type[ApplianceError]]:
    """Every error that can reach a person, for the test that walks the family."""
    for child in root.__subclasses__():
        if child.code:
            yield child
        yield from concrete_errors(child)
