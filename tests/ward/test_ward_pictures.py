"""The officers' pages fit a laptop and a phone.

With TRAMHOSO_PICTURES set, pictures are kept in that folder (docs/pages is made so).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from appliance.core.point.figures import Channel, Figures, Month
from appliance.core.point.figures_told import MonthTold
from appliance.core.point.visits import HowDone, Purpose
from appliance.keys.canonical import canonical_json
from tests.screenshots import keep_picture
from tests.station_page.chromium import chromium
from tests.ward.box import Box
from tests.ward.conftest import RunningWard
from tests.ward.papers import sealed_dossier

COUNTS = Figures(
    visits={Purpose.DOSSIER: 61, Purpose.ACCOUNT: 240, Purpose.POST: 18},
    helped={HowDone.GUIDED: 90, HowDone.TOGETHER: 150, HowDone.ALONE: 79},
    dossiers={"khai-sinh": {Channel.WARD: 31}, "trich-luc": {Channel.WARD: 22, Channel.PHONE: 8}},
    minutes={14: 20, 22: 33},
    asked=4,
    supplements=3,
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
]


@pytest.mark.parametrize("width", [1366, 360])
def test_no_page_of_the_ward_is_wider_than_the_screen(
    ward: RunningWard, box: Box, recipient: str, tmp_path: Path, width: int
) -> None:
    sealed = [sealed_dossier(recipient, child="CAO MINH MẪU") for _ in range(3)]
    codes = [box.deliver(one).json()["code"] for one in sealed]
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 768})

        def picture(name: str, *, whole: bool = False) -> None:
            page.wait_for_load_state("load")
            keep_picture(page, f"{name}-{width}", whole=whole)
            too_wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert too_wide <= 0, f"{name} is {too_wide} px wider than a screen of {width}"

        page.goto(ward.site)
        picture("ward-sign-in")
        page.get_by_label("Tên đăng nhập").fill(ward.made.officer)
        page.get_by_label("Mật khẩu").fill(ward.made.password or "")
        page.get_by_role("button", name="Đăng nhập").click()
        page.get_by_role("link", name=codes[0]).click()
        page.get_by_role("combobox").first.select_option("unreadable")
        page.get_by_text("Cần sửa câu trả lời trong tờ khai").click()
        page.locator("#field_0").select_option("child_name")
        page.locator("#wrong_0").select_option("mismatch")  # seen once an answer is chosen
        page.locator("#said_0").fill("Không khớp với thẻ.")
        assert not page.locator("#wrong_1").is_visible()
        page.get_by_label("Nội dung yêu cầu").fill("Mời bác quét lại trang 2, chữ ký bị mờ.")
        page.get_by_role("button", name="Gửi yêu cầu bổ sung").click()
        picture("ward-dossier")
        page.goto(f"{ward.site}/inbox?show=all")
        picture("ward-inbox")
        told = MonthTold(revision=1, figures=Month.of("TH-0001", "Nhà văn hóa", "2026-11", COUNTS))
        path = "/figures/TH-0001/2026-11"
        assert box.ask("PUT", path, data=canonical_json(told)).status_code == 200
        page.goto(f"{ward.site}/office/figures?period=2026-11")
        picture("ward-figures", whole=True)
        assert Axe().run(page).response["violations"] == []
        browser.close()
