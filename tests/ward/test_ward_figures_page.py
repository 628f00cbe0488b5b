"""What an officer sees of all points together, types in, and takes along."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.engine import Engine

from appliance.core.point.figures import Channel, Figures, Month
from appliance.core.point.figures_told import Commune, HeardMonthTold, MonthTold
from appliance.core.point.served import place_key
from appliance.core.point.visits import Face, Purpose
from tests.ward.officer import Page
from tests.ward.test_ward_figures import HERE, THERE, boxes_of, forget
from web.ward import figures as rows
from web.ward.app import create_app
from web.ward.audit import lines_before
from web.ward.database import open_database, reading, writing
from web.ward.init import WardMade, init_ward
from web.ward.office.officers import add_officer
from web.ward.settings import WardSettings

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
FIGURES = "/office/figures"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> WardSettings:
    return WardSettings(tmp_path_factory.mktemp("ward") / "home")


@pytest.fixture(scope="module")
def made(settings: WardSettings) -> WardMade:
    return init_ward(settings)


@pytest.fixture
def engine(made: WardMade, settings: WardSettings) -> Iterator[Engine]:
    opened = open_database(settings.database_url)
    with writing(opened) as conn:
        forget(conn)
    yield opened
    opened.dispose()


@pytest.fixture
def stranger(made: WardMade, settings: WardSettings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def officer(stranger: FlaskClient, engine: Engine) -> FlaskClient:
    """Signed in, and no head."""
    name = f"bình-{datetime.now(UTC).timestamp()}"
    with writing(engine) as conn:
        add_officer(conn, name, "mật khẩu thử")
    form = {"csrf_token": token_on(stranger, "/sign-in"), "name": name, "password": "mật khẩu thử"}
    assert stranger.post("/sign-in", data=form).location == "/inbox"
    return stranger


def token_on(client: FlaskClient, path: str) -> str:
    return re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)[0]


def tell(
    engine: Engine, box: int, commune: Commune | None, place: str, month: str, **counts: Any
) -> None:
    told = MonthTold(
        revision=1,
        figures=Month.of(place_key(place) or "x", place, month, Figures(**counts)),
        commune=commune,
    )
    heard = HeardMonthTold.model_validate(told.model_dump(mode="json", exclude_none=True))
    with writing(engine) as conn:
        rows.take(conn, boxes_of(conn)[box], heard, "0" * 64, NOW + timedelta(seconds=box))


def text_of(client: FlaskClient, query: str = "?period=2026-11") -> str:
    answer = client.get(FIGURES + query)
    assert answer.status_code == 200
    return Page(answer.text).text


def type_total(client: FlaskClient, month: str, dossiers: str, **more: str) -> str:
    form = {"csrf_token": token_on(client, f"{FIGURES}?period=2026-11"), "month": month}
    answer = client.post(f"{FIGURES}/total", data=form | {"dossiers": dossiers} | more)
    assert answer.status_code in {302, 404}
    return Page(client.get(answer.location).text).text if answer.location else "404"


def test_only_officers_see_figures(stranger: FlaskClient) -> None:
    for path in ("", "/2026-11.pdf", "/2026-11.csv"):
        assert stranger.get(FIGURES + path).location == "/sign-in"


def test_two_boxes_at_one_place_are_one_line_and_their_sum(
    officer: FlaskClient, engine: Engine
) -> None:
    khai_sinh = {"khai-sinh": {Channel.WARD: 3}}
    tell(engine, 0, HERE, "Nha van hoa", "2026-11", dossiers=khai_sinh)
    tell(engine, 1, HERE, "Nha van hoa", "2026-11", dossiers=khai_sinh, visits={Purpose.POST: 1317})
    tell(engine, 1, HERE, "Cho huyen", "2026-11", dossiers=khai_sinh)
    text = text_of(officer)
    assert "Nha van hoa hai, một" in text  # both are named
    assert "Cho huyen hai" in text
    assert "1.317" in text
    assert "Hồ sơ đã xong 9" in text


def test_a_typed_number_makes_the_share_and_leaves_a_line_in_the_journal(
    officer: FlaskClient, engine: Engine
) -> None:
    tell(engine, 0, HERE, "Cà phê", "2026-11", dossiers={"khai-sinh": {Channel.WARD: 103}})
    assert "Tỷ lệ hồ sơ của phường làm qua điểm chưa có" in text_of(officer)
    told = type_total(officer, "2026-11", "170")
    assert "Đã lưu tổng số của tháng 11 năm 2026" in told
    assert "60,6 %" in told
    doubted = type_total(officer, "2026-11", "17")
    assert "Đã lưu 17, nhưng riêng các điểm đã có 103 hồ sơ trong tháng 11 năm 2026" in doubted
    type_total(officer, "2026-11", "170")
    with reading(engine) as conn:
        newest = lines_before(conn)[0]
    assert (newest.deed, newest.told) == ("total-entered", {"month": "2026-11", "dossiers": 170})
    assert "Đã bỏ tổng số" in type_total(officer, "2026-11", " ")
    assert "60,6 %" not in text_of(officer)


@pytest.mark.parametrize("typed", ["-1", "1e3", "một trăm", "99999999", "１７０", "1000001", "0x1"])
def test_what_is_no_number_changes_nothing(
    officer: FlaskClient, engine: Engine, typed: str
) -> None:
    type_total(officer, "2026-11", "1 700")
    assert "Chưa lưu" in type_total(officer, "2026-11", typed)
    with reading(engine) as conn:
        assert rows.totals(conn, "2026-11", "2026-11", "") == {"2026-11": 1700}


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "x", "<b>"])
def test_a_number_of_no_month_changes_nothing(
    officer: FlaskClient, engine: Engine, month: str
) -> None:
    assert "không hiểu tháng này" in type_total(officer, month, "170")
    with reading(engine) as conn:
        assert rows.totals(conn, "2000-01", "2099-12", "") == {}


def test_an_office_of_two_communes_chooses_one_to_type_its_number(
    officer: FlaskClient, engine: Engine
) -> None:
    tell(engine, 0, HERE, "Nha van hoa", "2026-11", dossiers={"khai-sinh": {Channel.WARD: 10}})
    tell(engine, 2, THERE, "Nha van hoa", "2026-11", dossiers={"khai-sinh": {Channel.WARD: 30}})
    both = text_of(officer)
    assert "Nha van hoa (Xã Bắc Khánh Vĩnh)" in both
    assert "Nha van hoa (Phường Hải Châu)" in both  # one name, two houses
    assert "Lưu tổng số" not in both
    assert "Lưu tổng số" in text_of(officer, "?period=2026-11&commune=22615")
    assert "50 %" in type_total(officer, "2026-11", "20", commune="22615")
    assert type_total(officer, "2026-11", "20", commune="99999") == "404"
    assert "Xã Bắc Khánh Vĩnh 10 20 50 %" in text_of(officer)
    assert "Phường Hải Châu 30 chưa có chưa có" in text_of(officer)


def test_few_faces_are_not_shown_until_points_together_have_enough(
    officer: FlaskClient, engine: Engine
) -> None:
    tell(engine, 0, HERE, "Mot", "2026-11", faces={Face.SAD: 2})
    assert "Chưa hài lòng 2" not in text_of(officer)
    tell(engine, 1, HERE, "Hai", "2026-11", faces={Face.SAD: 1, Face.GLAD: 4})
    assert "Chưa hài lòng 3" in text_of(officer)


def test_a_month_without_figures_says_so_and_any_address_is_a_month(officer: FlaskClient) -> None:
    assert "Chưa điểm nào báo số liệu của tháng 1 năm 2031" in text_of(officer, "?period=2031-01")
    for odd in ("?period=x", "?period=2026-13", "", "?commune=%00", "?period=2026-11&commune=' OR"):
        text_of(officer, odd)


def test_the_files_say_what_the_page_says(
    officer: FlaskClient, engine: Engine, tmp_path: Path
) -> None:
    dossiers = {"khai-sinh": {Channel.WARD: 7}}
    tell(engine, 0, HERE, "=1+1", "2026-11", dossiers=dossiers, visits={Purpose.POST: 4})
    tell(engine, 0, HERE, "Cho huyen", "2026-11", dossiers=dossiers)
    table = officer.get(f"{FIGURES}/2026-11.csv")
    assert table.data.startswith(b"\xef\xbb\xbf")  # Excel shows Vietnamese
    cells = [
        cell for row in csv.reader(io.StringIO(table.data.decode("utf-8-sig"))) for cell in row
    ]
    assert "Số liệu tháng 11 năm 2026" in cells
    assert "'=1+1" in cells
    assert "=1+1" not in cells  # a place's name is no formula
    (tmp_path / "f.xlsx").write_bytes(officer.get(f"{FIGURES}/2026-11.xlsx").data)
    book = load_workbook(tmp_path / "f.xlsx")
    values = {cell.value for sheet in book for line in sheet.iter_rows() for cell in line}
    assert {14, "=1+1"} <= values
    assert not [
        cell
        for sheet in book
        for line in sheet.iter_rows()
        for cell in line
        if cell.data_type == "f"
    ]
    sheet = officer.get(f"{FIGURES}/2026-11.pdf")
    assert sheet.data.startswith(b"%PDF")
    assert sheet.headers["Content-Disposition"].startswith("attachment")
    for odd in ("2026-11.exe", "26.pdf", "2026-13.csv"):
        assert officer.get(f"{FIGURES}/{odd}").status_code == 404
