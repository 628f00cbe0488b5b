"""What was sent down, as the head's page shows it: what stands at which box, what was refused."""

from __future__ import annotations

from sqlalchemy import Connection

from web.ward.boxes.fleet import Seen, fleet
from web.ward.boxes.publications import Published, published
from web.ward.service import WardService

WELL = ("has-it", "nothing")


def what_stands(ward: WardService, conn: Connection) -> dict[str, object]:
    """For the template: the newest publications, and every box with the name of its state."""
    sent: list[Published] = published(ward.home)
    newest = sent[0].number if sent else 0
    boxes = [(one, state_of(one, newest)) for one in fleet(conn, ward.now())]
    boxes.sort(key=lambda pair: (pair[1] in WELL, pair[0].name))  # what to look at first
    return {"sent": sent, "boxes": boxes, "have_it": sum(how == "has-it" for _, how in boxes)}


def state_of(box: Seen, newest: int) -> str:
    """Which sentence tells how far a box is: ``has-it``, ``refused``, ``ahead``, ``not-yet``…"""
    if box.refused_publication is not None and box.refused_publication >= newest:
        return "refused"
    if box.publication is None:
        return "not-yet" if newest else "nothing"
    if box.publication > newest:
        return "ahead"
    return "has-it" if box.publication == newest else "not-yet"
