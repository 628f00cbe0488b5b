"""The days that the law leaves are counted beside the form, from the day that was typed."""

from __future__ import annotations

import re
from html import unescape

import pytest

from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from tests.station_page.conftest import Browser, Clock, id_of


def due_line(html: str) -> str:
    found = re.search(r'<p class="due[^"]*">(.*?)</p>', html, re.DOTALL)
    return re.sub(r"\s+", " ", unescape(found[1])).strip() if found else ""


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ("05/11/2026", "còn 43 ngày, đến hết ngày 04/01/2027"),
        ("23/09/2026", "còn 1 ngày, đến hết ngày 23/11/2026"),  # a Sunday: until Monday
        ("20/09/2026", "Đã quá hạn 3 ngày (hạn là ngày 19/11/2026)"),
        ("11/2026", ""),  # nothing is guessed
        ("05/12/2026", ""),  # not born yet: another sentence says so
        ("", ""),
    ],
)
def test_the_days_left_are_told_from_the_day_of_birth(
    browser: Browser, dossier: str, point: Point, born: str, said: str
) -> None:
    dossiers.save_answers(point, id_of(dossier), {"child_birth_date": born})
    for path in (dossier, f"{dossier}/check"):
        line = due_line(browser.get(path).text)
        assert said in line
        assert bool(said) == bool(line)


def test_the_last_day_is_said_as_such(
    browser: Browser, dossier: str, point: Point, clock: Clock
) -> None:
    dossiers.save_answers(point, id_of(dossier), {"child_birth_date": "23/09/2026"})
    clock.pass_by(days=1)
    browser.sign_in()
    assert due_line(browser.get(dossier).text) == "Hôm nay là ngày cuối còn đúng hạn."


def test_the_count_comes_along_when_the_day_is_typed(browser: Browser, dossier: str) -> None:
    told = browser.send(f"{dossier}/answers", child_birth_date="05/11/2026").json
    assert told is not None
    assert "còn 43 ngày" in told["summary"]
