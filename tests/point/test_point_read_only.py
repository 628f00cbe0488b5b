"""A card that turns read only around a commit: what may be lost is not called saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest

from appliance.core.errors import CardReadOnly
from appliance.desk import noting
from appliance.desk.point import Point
from appliance.store.card.diary import Diary
from tests.point.conftest import scan_into

SLOT = "giay_chung_sinh"


class RefusingDiary(Diary):
    """What the kernel answers once ext4 has turned read only."""

    def note(self, kind: str, row: Mapping[str, Any]) -> None:
        raise CardReadOnly(f"{kind}: Read-only file system")


class TurnedPoint(Point):
    """The commit was still answered with yes; the line after it no more."""

    @property
    def diary(self) -> Diary:
        return RefusingDiary(self.config.paths.state / "diary")


def turned(point: Point) -> Point:
    return TurnedPoint(**{one.name: getattr(point, one.name) for one in fields(point) if one.init})


def test_a_page_whose_line_is_refused_is_not_called_saved(point: Point, dossier_id: str) -> None:
    with pytest.raises(CardReadOnly):
        scan_into(turned(point), dossier_id, SLOT)
    left = list(point.spool.iterdir())
    assert left, "the scanner's own file goes last, so that nothing is lost in between"


def test_whatever_else_is_refused_there_costs_only_its_line(point: Point, dossier_id: str) -> None:
    noting.answers_saved(turned(point), dossier_id)
    noting.dossier_opened(turned(point), dossier_id)
