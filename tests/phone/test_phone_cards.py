"""An identity card among the papers, as the citizen's phone names its sides."""

from __future__ import annotations

import re
from html import unescape

import pytest

from appliance.desk.point import Point
from tests import pages as drawn
from tests.phone.conftest import Phone
from tests.point.test_point_cleaning import clean_all, scanned
from tests.station_page.conftest import id_of


@pytest.mark.parametrize(
    ("look", "named"),
    [
        ("vi.plain", ["Mặt trước của thẻ", "Mặt sau của thẻ"]),
        ("en.plain", ["Front of the card", "Back of the card"]),
    ],
)
def test_the_sides_of_a_card_are_called_by_what_they_are(
    phone: Phone, point: Point, dossier: str, look: str, named: list[str]
) -> None:
    for side in ("front", "back"):
        card = drawn.card(side, 4107, 300, clockwise=0).jpeg()
        scanned(point, id_of(dossier), [card], 300)
    clean_all(point)
    phone.client.set_cookie("guide-look", look)
    papers = unescape(phone.get("/phone/papers").text)
    assert re.findall(r'<p class="paper-number">([^<]*?)\s*</p>', papers) == named
    slot = papers.partition('<ul class="sheets">')[2].partition("</ul>")[0]
    assert not re.search(r"\b([Tt]rang|[Pp]age) \d", slot)
