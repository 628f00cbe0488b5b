"""A small procedure to break on purpose, and the shipped one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from appliance.core.errors import ProcedureWrong
from appliance.core.forms.fields import Answer
from appliance.core.forms.procedure import Procedure
from appliance.procedures.former_units import FormerUnits, former_units
from appliance.procedures.reader import load_procedures, read_procedure
from appliance.procedures.units import Units, units

SMALL = """\
id: thu-nho
code: 1.000001
version: 2026-11-21
title: Thủ tục thử
valid_from: 2026-01-01
sources:
  - {title: Văn bản thử}
who_files: Ai cũng được.
where: Ủy ban nhân dân xã.
processing: {working_days: 3}
people:
  - {key: child, called: trẻ}
slots:
  - key: giay
    title: Giấy thử
    required: {asked: other}
sections:
  - title: Phần một
    fields:
      - key: asked
        type: choice
        codes: quan_he_khai_sinh
        label: Quan hệ
        required: true
      - key: which
        type: text
        label: Quan hệ nào
        when: {asked: other}
        required: true
      - key: copies
        type: integer
        label: Số bản
      - key: agreed
        type: yes_no
        label: Đồng ý
      - key: day
        type: date
        label: Ngày
  - title: Phần hai
    when: {agreed: yes}
    fields:
      - key: place
        type: address
        label: Nơi ở
"""

Broken = Callable[[str, str], list[str]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a procedure file and say where."""

    def written(text: str) -> Path:
        path = tmp_path / "thu_nho.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def small(write: Callable[[str], Path]) -> Procedure:
    """The small procedure, unbroken."""
    return read_procedure(write(SMALL))


@pytest.fixture
def broken(write: Callable[[str], Path]) -> Broken:
    """Replace one piece of the small procedure and return what the reader says, without folder."""

    def told(old: str, new: str) -> list[str]:
        assert SMALL.count(old) == 1, f"{old!r} must stand in the small procedure once"
        path = write(SMALL.replace(old, new))
        with pytest.raises(ProcedureWrong) as caught:
            read_procedure(path)
        return str(caught.value).replace(f"{path}:", "").splitlines()

    return told


@pytest.fixture(scope="session")
def khai_sinh() -> Procedure:
    """Birth registration as shipped."""
    return load_procedures()["khai-sinh"]


@pytest.fixture(scope="session")
def places() -> Units:
    """The shipped administrative units."""
    return units()


@pytest.fixture(scope="session")
def former() -> FormerUnits:
    """The shipped units of before 1/7/2025."""
    return former_units()


@pytest.fixture
def today() -> date:
    """A Saturday in November."""
    return date(2026, 11, 21)


@pytest.fixture
def complete() -> dict[str, Answer]:
    """Answers about synthetic people that leave nothing to say."""
    home: Answer = {
        "country": "VN",
        "province": "56",
        "commune": "22615",
        "detail": "Thôn Suối Mẫu",
    }
    return {
        "requester_name": "Trần Thị Minh Châu",
        "requester_birth_date": "20/11/1990",
        "requester_id_number": "048190004567",
        "requester_phone": "0900000123",
        "relation": "mother",
        "registration_kind": "on_time",
        "birth_kind": "both_known",
        "child_name": "Cao Minh Thử",
        "child_birth_date": "05/11/2026",
        "child_sex": "1",
        "child_nationality": "VN",
        "child_ethnicity": "21",
        "birth_place": home,
        "home_town": home,
        "mother_name": "Trần Thị Minh Châu",
        "mother_id_number": "048190004567",
        "mother_birth_date": "20/11/1990",
        "mother_nationality": "VN",
        "mother_ethnicity": "01",
        "mother_residence_kind": "1",
        "mother_residence": home,
        "father_name": "Cao Văn Mẫu",
        "father_id_number": "056085001234",
        "father_birth_date": "1985",
        "father_nationality": "VN",
        "father_ethnicity": "21",
        "father_residence_kind": "1",
        "father_residence": home,
        "copies": 2,
        "result_delivery": "counter",
    }
