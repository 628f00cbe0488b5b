"""When somebody is there, as the technician wrote it in one line."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from appliance.config import read_config
from appliance.core.errors import ConfigWrong
from appliance.core.point.hours import Shift, opening_at
from appliance.core.point.hours_section import HoursSection
from tests.guides.test_guides_pages import words_of
from tests.station_page.conftest import Browser, Clock


def read(tmp_path: Path, text: str) -> HoursSection:
    path = tmp_path / "config.toml"
    path.write_text(f"[hours]\n{text}\n")
    return read_config(path).hours


def test_one_line_tells_hours_and_people() -> None:
    assert Shift.read("08:00-11:00") == Shift(time(8), time(11))
    assert Shift.read(" 14:00 - 16:30  anh Nam, bà Tư") == Shift(
        time(14), time(16, 30), "anh Nam, bà Tư"
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('monday = ["8h-11h"]', "hours.monday.0: '8h-11h' is not like 08:00-11:00"),
        ('monday = ["08:00-25:00"]', "hours.monday.0: '08:00-25:00' has an hour that no clock"),
        ('sunday = ["11:00-08:00"]', "hours.sunday.0: '11:00-08:00' closes before it opens"),
        ("friday = [8]", "hours.friday.0: 8 is not like 08:00-11:00"),
        ('friday = ["14:00-15:00", "08:00-09:00"]', "hours.friday: write the hours of a day from"),
        ('fryday = ["08:00-09:00"]', "unknown key; did you mean friday?"),
    ],
)
def test_a_slip_of_the_technician_is_told_with_its_place(
    tmp_path: Path, line: str, told: str
) -> None:
    with pytest.raises(ConfigWrong) as wrong:
        read(tmp_path, line)
    assert told in str(wrong.value)


def test_a_holiday_closes_the_day_whatever_the_week_says(tmp_path: Path) -> None:
    hours = read(tmp_path, 'monday = ["08:00-11:00"]\nclosed = [2026-11-23]')
    assert hours.on(date(2026, 11, 23)) == ()
    assert hours.on(date(2026, 11, 30)) == (Shift(time(8), time(11)),)
    found = opening_at(datetime(2026, 11, 22, 9, tzinfo=UTC), hours.on)
    assert found is not None
    assert found.day == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("utc", "told"),
    [
        # a Sunday, UTC+7
        (datetime(2026, 11, 22, 0, 59, tzinfo=UTC), "Hôm nay mở cửa từ 8 giờ."),
        (datetime(2026, 11, 22, 1, 0, tzinfo=UTC), "đang mở cửa, đến 11 giờ. Người trực: chị Lan"),
        (datetime(2026, 11, 22, 4, 0, tzinfo=UTC), "Mở lại: Thứ Hai, 23/11/2026, từ 8 giờ."),
        (datetime(2026, 11, 23, 4, 30, tzinfo=UTC), "Hôm nay mở cửa từ 14 giờ."),
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "đến 16 giờ 30. Người trực: anh Nam, bà Tư"),
        (datetime(2026, 11, 24, 2, 0, tzinfo=UTC), "Mở lại: Thứ Tư, 25/11/2026, từ 18 giờ."),
    ],
)  # fmt: skip
def test_the_first_page_tells_whether_somebody_is_there(
    reader: Browser, clock: Clock, utc: datetime, told: str
) -> None:
    clock.now = utc
    assert told in words_of(reader.get("/guides").text)
    assert told in words_of(reader.get("/guides/hours").text)


def test_the_week_tells_days_people_and_what_is_closed(reader: Browser) -> None:
    page = words_of(reader.get("/guides/hours").text)
    assert (
        "Thứ Hai 8 giờ đến 11 giờ Người trực: chị Lan 14 giờ đến 16 giờ 30 Người trực: anh Nam"
        in page
    )
    assert "Thứ Ba Nghỉ" in page
    assert "Thứ Hai, 08/02/2027" in page
    assert "02/09/2026" not in page  # over
    assert "Nhà văn hóa thôn Đông, cạnh trường mầm non" in page


@pytest.mark.parametrize("hours", [HoursSection()])
def test_a_point_that_wrote_no_hours_says_so(reader: Browser) -> None:
    for path in ("/guides", "/guides/hours"):
        page = words_of(reader.get(path).text)
        assert "Chưa ghi giờ mở cửa. Hãy hỏi người trực." in page
    assert "Thứ Hai" not in page
