"""The on-screen panel fits a laptop and a phone.

With TRAMHOSO_PICTURES set, pictures are kept in that folder (docs/pages is made so).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.core.ports import Signal
from appliance.pretend.panel import ScreenPanel
from tests.screenshots import keep_picture
from tests.station_page.chromium import chromium

pytestmark = [
    pytest.mark.browser,
]


@pytest.mark.parametrize("width", [1366, 360])
def test_the_panel_is_not_wider_than_the_screen(
    screen: ScreenPanel, tmp_path: Path, width: int
) -> None:
    screen.show(Signal.READY)
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 740})
        page.goto(screen.url)
        keep_picture(page, f"panel-{width}", whole=True)
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide <= 0
