"""The station reads pages once nothing else waits; nobody has to ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config import Config, TextSection
from appliance.desk.point import Point
from appliance.imaging.text.program import vietnamese_is_here
from appliance.store.dossier import pages
from tests.point.conftest import WardKeys, point_config, scan_into
from tests.station.conftest import RunningStation

pytestmark = pytest.mark.skipif(not vietnamese_is_here(), reason="needs tesseract-ocr-vie")


@pytest.fixture
def config(tmp_path: Path, ward_keys: WardKeys) -> Config:
    return point_config(tmp_path, ward_keys).model_copy(update={"text": TextSection(layer="auto")})


def test_pages_are_cleaned_and_then_read_without_anybody_asking(
    station: RunningStation, point: Point, dossier_id: str
) -> None:
    ids = scan_into(point, dossier_id, "giay_chung_sinh", count=2)

    def all_read() -> bool:
        with point.database.reading() as connection:
            return all(pages.get_page(connection, one).text for one in ids)

    station.until(all_read)
