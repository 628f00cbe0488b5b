"""The administrative units after 1/7/2025."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections import Counter
from importlib import resources

import pytest
from click.testing import CliRunner

from appliance.procedures import build_units


def all_communes(places):
    return [unit for province in places.provinces() for unit in places.communes_of(province.code)]


def test_there_are_34_provinces_and_3321_communes(places):
    communes = all_communes(places)
    assert len(places.provinces()) == 34
    assert len({unit.code for unit in communes}) == len(communes) == 3321
    kinds = Counter(
        next(kind for kind in ("Xã", "Phường", "Đặc khu") if unit.name.startswith(kind + " "))
        for unit in communes
    )
    assert kinds == {"Xã": 2621, "Phường": 687, "Đặc khu": 13}


@pytest.mark.parametrize(
    ("province", "province_name", "commune", "name"),
    [
        ("01", "Thành phố Hà Nội", "00004", "Phường Ba Đình"),
        ("48", "Thành phố Đà Nẵng", "20242", "Phường Hải Châu"),
        ("56", "Tỉnh Khánh Hòa", "22615", "Xã Bắc Khánh Vĩnh"),
        ("42", "Tỉnh Hà Tĩnh", "18073", "Phường Thành Sen"),
        ("79", "Thành phố Hồ Chí Minh", "26884", "Phường Gò Vấp"),
        # where two public data sets disagree, the list of the statistics office decides
        ("01", "Thành phố Hà Nội", "00082", "Phường Cửa Nam"),
        ("01", "Thành phố Hà Nội", "00166", "Phường Cầu Giấy"),
        ("01", "Thành phố Hà Nội", "00226", "Phường Văn Miếu - Quốc Tử Giám"),
        ("04", "Tỉnh Cao Bằng", "01537", "Xã Lý Quốc"),
        ("04", "Tỉnh Cao Bằng", "01561", "Xã Vinh Quý"),
    ],
)
def test_a_unit_has_its_official_code_and_name(places, province, province_name, commune, name):
    assert places.province_name(province) == province_name
    assert places.commune_name(commune, province) == name


def test_a_commune_belongs_to_one_province_only(places):
    assert places.commune_name("00004", "56") is None
    assert places.commune_name("00004", "99") is None
    assert places.communes_of("99") == ()
    assert places.province_name("02") is None  # Hà Giang is part of Tuyên Quang now


def test_communes_are_found_by_the_alphabet_without_their_kind(places):
    names = [unit.name.split(" ", 1)[1] for unit in places.communes_of("01")]
    assert names[:3] == ["An Khánh", "Ba Đình", "Ba Vì"]
    assert names.index("Cầu Giấy") < names.index("Dân Hòa") < names.index("Đa Phúc")


def test_the_data_is_small_composed_and_says_where_it_is_from(places):
    file = resources.files("appliance.procedures").joinpath("units.json")
    assert len(file.read_bytes()) < 250_000
    assert places.valid_from == "2025-07-01"
    assert "19/2025/QĐ-TTg" in places.source
    for unit in all_communes(places):
        assert unicodedata.is_normalized("NFC", unit.name)
        assert "  " not in unit.name


def write_data_set(monkeypatch, tmp_path, rows):
    """A package as ``build_units`` finds it: metadata on the path and one SQLite file."""
    info = tmp_path / "vietnamadminunits-9.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vietnamadminunits\nVersion: 9.9\n")
    (info / "RECORD").write_text("vietnamadminunits/data/dataset.db,,\n")
    folder = tmp_path / "vietnamadminunits" / "data"
    folder.mkdir(parents=True)
    with sqlite3.connect(folder / "dataset.db") as data:
        data.execute("CREATE TABLE admin_units (provinceCode, province, wardCode, ward)")
        data.executemany("INSERT INTO admin_units VALUES (?, ?, ?, ?)", rows)
    monkeypatch.syspath_prepend(tmp_path)


def test_the_shipped_units_are_what_the_script_makes(monkeypatch, tmp_path, places):
    rows = [
        (province.code, province.name, unit.code, unicodedata.normalize("NFD", f" {unit.name}  "))
        for province in places.provinces()
        for unit in places.communes_of(province.code)
    ]
    write_data_set(monkeypatch, tmp_path, reversed(rows))
    target = tmp_path / "units.json"
    result = CliRunner().invoke(build_units.main, [str(target)])
    assert result.exit_code == 0, result.output
    made = json.loads(target.read_text("utf-8"))
    shipped = json.loads(
        resources.files("appliance.procedures").joinpath("units.json").read_text("utf-8")
    )
    assert made["provinces"] == shipped["provinces"]
    assert made["package"] == "vietnamadminunits 9.9 (MIT)"


def test_a_data_set_that_lost_a_commune_is_refused(monkeypatch, tmp_path):
    write_data_set(monkeypatch, tmp_path, [("01", "Thành phố Hà Nội", "00004", "Phường Ba Đình")])
    result = CliRunner().invoke(build_units.main, [str(tmp_path / "units.json")])
    assert result.exit_code == 1
    assert "expected 34 provinces" in result.output
    assert not (tmp_path / "units.json").exists()
