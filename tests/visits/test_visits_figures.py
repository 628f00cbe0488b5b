"""The figures' page and its files say the same numbers, and no file calculates anything."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, datetime

import pikepdf
import pytest
from openpyxl import load_workbook

from appliance.core.point.figures import Channel, Face, Figures, Month
from appliance.core.point.period import Period
from appliance.core.point.visits import HowDone, Purpose
from appliance.desk import served
from appliance.desk.point import Point
from appliance.desk.running import figures, visits
from appliance.papers.figures.csv_file import csv_of, plain
from appliance.papers.figures.files import pdf_of, xlsx_of
from appliance.papers.figures.report import Asked, Report, report_of
from appliance.store.people.volunteers import Role, add_volunteer
from tests.station_page.conftest import PIN, Browser, Clock

TITLES = {"khai-sinh": "Đăng ký khai sinh", "ket-hon": "Đăng ký kết hôn"}


def report(period: str = "2026-11", place: str = "=1+1 quán", in_ward: int | None = 170) -> Report:
    month = Month(
        place="quan",
        place_name=place,
        month="2026-11",
        visits={Purpose.DOSSIER: 1300, Purpose.ACCOUNT: 17},
        helped={HowDone.ALONE: 9},
        faces={Face.GLAD: 4},
        dossiers={
            "khai-sinh": {Channel.WARD: 60, Channel.PHONE: 3},
            "ket-hon": {Channel.STICK: 40},
        },
        minutes={12: 2, 15: 1},
        asked=4,
        answer_hours={72: 1},
    )
    asked = Asked(
        period=Period.read(period) or Period(2026),
        point_name="Điểm hỗ trợ",
        place_name=place,
        made_at=datetime(2026, 11, 30, 9, 5, tzinfo=UTC),
        titles=TITLES,
        ward_totals={"2026-11": in_ward} if in_ward is not None else {},
        target_percent=50,
    )
    return report_of([month], asked)


def table(found: Report, key: str) -> tuple[tuple[object, ...], ...]:
    return next(one.rows for one in found.tables if one.key == key)


def test_a_report_says_what_was_counted_and_khanh_dong_s_share() -> None:
    found = report()
    summary = dict(table(found, "summary"))  # type: ignore[arg-type]
    assert summary["Lượt khách"] == 1317
    assert summary["Hồ sơ đã xong"] == 103
    assert summary["Làm một hồ sơ mất bao lâu (một nửa nhanh hơn mức này)"] == "12 phút"
    assert summary["Phường trả lời sau bao lâu (một nửa nhanh hơn mức này)"] == "3 ngày"
    assert summary["Tỷ lệ hồ sơ của phường làm qua điểm"] == "60,6 %"
    assert table(found, "share") == (("11/2026", 103, 170, "60,6 %"),)
    assert table(found, "dossiers")[0] == ("Đăng ký khai sinh", 60, 0, 3, 63)
    assert table(found, "dossiers")[-1] == ("Cộng", 60, 40, 3, 103)
    assert table(found, "faces") == (), "four answers could be traced"
    note = next(one.note for one in found.tables if one.key == "share")
    assert note.startswith("Đạt mục tiêu 50 %.")


def test_a_ward_s_number_that_nobody_knows_is_no_share() -> None:
    found = report(in_ward=None)
    assert table(found, "share") == (("11/2026", 103, "chưa có", "chưa có"),)


def test_a_ward_s_number_smaller_than_its_part_is_doubted_and_reaches_no_target() -> None:
    found = report(in_ward=17)
    note = next(one.note for one in found.tables if one.key == "share")
    assert "hãy xem lại con số đã ghi" in note
    assert "Đạt mục tiêu" not in note


def test_a_csv_opens_with_its_letters_and_calculates_nothing() -> None:
    found = report()
    content = csv_of(found)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    assert ["Điểm hỗ trợ", "'=1+1 quán"] in rows
    assert ["Làm hồ sơ", "1300"] in rows
    for row in rows:
        assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in row)


@pytest.mark.parametrize("wrong", ["=1+1", "+84", "-2", "@x", "\t=1", "  =1", "＝1"])
def test_a_cell_that_a_spreadsheet_would_calculate_stays_text(wrong: str) -> None:
    assert str(plain(wrong)).startswith("'")
    assert plain("Tổ 5") == "Tổ 5"
    assert plain(-2) == -2


def test_a_workbook_has_a_sheet_for_each_table_and_no_formula() -> None:
    found = report()
    book = load_workbook(io.BytesIO(xlsx_of(found)))
    assert len(book.sheetnames) == len(found.tables)
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert 1300 in [cell.value for cell in cells]
    assert "Điểm hỗ trợ – =1+1 quán" in [cell.value for cell in cells]
    for sheet in book:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, "a column on a page of its own"
        assert sheet.page_setup.fitToHeight == 0
        assert {cell.number_format for row in sheet for cell in row if cell.data_type == "n"
                and cell.value is not None} <= {"#,##0"}  # fmt: skip


def test_a_pdf_is_named_for_its_period() -> None:
    pdf = pikepdf.open(io.BytesIO(pdf_of(report("2026"))))
    assert 1 <= len(pdf.pages) <= 3
    assert str(pdf.docinfo["/Title"]) == "Số liệu năm 2026"


def test_the_page_shows_each_table_beside_its_bars(browser: Browser, point: Point) -> None:
    for purpose in (Purpose.ACCOUNT, Purpose.ACCOUNT, Purpose.POST):
        visits.touch(point, purpose)
    page = browser.get("/figures").text
    assert page.count("<h1>") == 1
    assert "Số liệu tháng 11 năm 2026" in page
    said = re.findall(r'role="img" aria-label="([^"]+)"', page)
    assert said == ["Lượt khách theo việc cần làm: nhiều nhất là Tài khoản, VNeID, 2."]
    text = html.unescape(re.sub(r"<[^>]+>", " ", page))
    assert re.search(r"Tài khoản, VNeID\s+2\s", text)


def test_a_place_s_figures_stand_alone_and_together(browser: Browser, point: Point) -> None:
    visits.touch(point, Purpose.POST)
    served.add(point, "Nhà văn hóa")
    served.move(point, "nha-van-hoa")
    visits.touch(point, Purpose.POST)
    both = browser.get("/figures").text
    assert "Theo nơi phục vụ" in both
    one = browser.get("/figures?period=2026&place=nha-van-hoa").text
    assert "Theo nơi phục vụ" not in one
    assert "Số liệu năm 2026" in one
    assert "Số liệu tháng 11" in browser.get("/figures?period=1900&place=%3Cscript%3E").text


def test_only_a_technician_types_the_ward_s_number(
    browser: Browser, stranger: Browser, point: Point, clock: Clock
) -> None:
    assert 'name="dossiers"' not in browser.get("/figures").text
    refused = browser.post("/figures/ward-total", period="2026-11", dossiers="170")
    assert refused.status_code >= 400 or "kỹ thuật viên" in refused.text
    assert figures.ward_totals_between(point, "2026-11", "2026-11") == {}
    with point.database.writing() as connection:
        add_volunteer(connection, "An", PIN, Role.TECHNICIAN, clock())
    technician = Browser(browser.client.application.test_client())
    technician.sign_in("An")
    assert 'name="dossiers"' in technician.get("/figures").text
    for typed, kept in (("1.317", 1317), ("một", 1317), ("-5", 1317), ("12345678", 1317)):
        technician.post("/figures/ward-total", period="2026-11", dossiers=typed)
        assert figures.ward_totals_between(point, "2026-11", "2026-11") == {"2026-11": kept}
    technician.post("/figures/ward-total", period="2026-11", dossiers="")
    assert figures.ward_totals_between(point, "2026-11", "2026-11") == {}


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "csv"])
def test_every_file_says_period_and_place_in_its_name(browser: Browser, kind: str) -> None:
    answer = browser.get(f"/figures/report.{kind}?period=2026-10")
    assert answer.status_code == 200
    assert f"so-lieu-2026-10.{kind}" in answer.headers["Content-Disposition"]


def test_months_of_a_year_add_up_to_the_year() -> None:
    assert Period.read("2026-13") is None
    assert str(Period(2026, 1).before) == "2025-12"
    assert str(Period(2026, 12).after) == "2027-01"
    assert str(Period(2026).after) == "2027"
    assert Figures().visits_in_all == 0
