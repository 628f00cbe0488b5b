"""What the ward sent down: what stands, whether it is whole, whether one was refused."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.core.diagnosis import Finding, person, well
from appliance.core.errors.publication import PublicationDamaged
from appliance.desk.point import Point


def look_at_published(point: Point) -> Iterator[Finding]:
    """Every byte that stands is read: some seconds on a slow card."""
    now = point.shelf.standing()
    if now.refused is not None:
        yield person("publication-refused", number=now.refused.number, why=now.refused.why)
    if not now.number:
        return
    try:
        damaged = point.shelf.damaged_files(now.number)
    except PublicationDamaged as error:
        damaged = [str(error)]
    if damaged:
        yield person(PublicationDamaged.code, number=now.number, why=", ".join(damaged[:5]))
    else:
        yield well("publication-well", number=now.number)
