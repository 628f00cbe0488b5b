"""Which side of an identity card a page shows, remembered: lists of papers ask again and again."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from appliance.core.cards.sheet import Side
from appliance.core.dossiers.dossier import Page
from appliance.core.errors import DossierLocked, PageDamaged
from appliance.core.paper.findings import Kind
from appliance.desk.pages.scanning import findings_of
from appliance.desk.point import Point

_REMEMBERED = 500  # findings of cards; a file of them never changes, so neither does its side
_sides: OrderedDict[str, Side | None] = OrderedDict()
_lock = Lock()


def side_of(point: Point, page: Page) -> Side | None:
    """None where it is no card, is shown as it was scanned, or nothing told which side it is."""
    name = page.findings
    if page.kind is not Kind.ID_CARD or name is None or page.plain:
        return None
    with _lock:
        if name in _sides:
            _sides.move_to_end(name)
            return _sides[name]
    try:
        seen = findings_of(point, page)
    except (DossierLocked, PageDamaged):
        return None  # the page itself is told about where it is shown
    side = seen.card.side if seen is not None and seen.card is not None else None
    with _lock:
        _sides[name] = side
        while len(_sides) > _REMEMBERED:
            _sides.popitem(last=False)
    return side
