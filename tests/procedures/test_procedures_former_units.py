"""The table of old wards is what the script makes; a damaged package is refused."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from importlib import resources

import pytest
from click.testing import CliRunner

from appliance.procedures import build_former_units

COLUMNS = "province, district, ward, provinceAlias, districtAlias, wardAlias, provinceKey"
COLUMNS += ", districtKey, wardKey, provinceCode, districtCode, wardCode"


def shipped_text():
    return resources.files("appliance.procedures").joinpath("former_units.tsv").read_text("utf-8")


@pytest.fixture
def package(monkeypatch, tmp_path, places):
    """The package as its build script finds it, made back from the shipped table."""
    info = tmp_path / "vietnamadminunits-9.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vietnamadminunits\nVersion: 9.9\n")
    folder = tmp_path / "vietnamadminunits" / "data"
    folder.mkdir(parents=True)
    names = ("dataset.db", "converter_2025.json")
    listed = "".join(f"vietnamadminunits/data/{name},,\n" for name in names)
    (info / "RECORD").write_text(listed)
    today = [
        (province.code, unit.code, province.code, unit.code)  # any keys do, if they are unique
        for province in places.provinces()
        for unit in places.communes_of(province.code)
    ]
    province_of = {code: province for province, _, _, code in today}
    former, whole, parted = [], defaultdict(lambda: defaultdict(list)), defaultdict(dict)
    for number, line in enumerate(shipped_text().splitlines()):
        cells = [*line.split("\t"), "", ""]
        order = f"{number:06}"
        if cells[0] == "=":
            province, province_order, province_also = cells[1], order, cells[2]
        elif cells[0] == "-":
            district, district_order, district_also = cells[1], order, cells[2]
        else:
            ward = "" if cells[0] == district else cells[0]
            keys = [province_order, district_order, order]
            also = (json.dumps(a.split()) for a in (province_also, district_also, cells[2]))
            former.append((province, district, ward or None, *also, *keys, province_order,
                           district_order, order))  # fmt: skip
            codes = cells[1].split()
            if len(codes) == 1:
                whole[province_of[codes[0]]][codes[0]].append("_".join(keys))
            else:
                parted[province_of[codes[0]]]["_".join(keys)] = [
                    {"newWardKey": code, "isDefaultNewWard": code == codes[0]} for code in codes
                ]
    (folder / names[1]).write_text(
        json.dumps({"DICT_PROVINCE_WARD_NO_DIVIDED": whole, "DICT_PROVINCE_WARD_DIVIDED": parted})
    )
    with sqlite3.connect(folder / names[0]) as data:
        data.execute("CREATE TABLE admin_units (provinceKey, wardKey, provinceCode, wardCode)")
        data.executemany("INSERT INTO admin_units VALUES (?, ?, ?, ?)", today)
        data.execute(f"CREATE TABLE admin_units_legacy ({COLUMNS})")
        marks = ", ".join("?" * 12)
        data.executemany(f"INSERT INTO admin_units_legacy VALUES ({marks})", reversed(former))
    monkeypatch.syspath_prepend(tmp_path)
    return folder / names[0]


def test_the_shipped_table_is_what_the_script_makes(package, tmp_path):
    target = tmp_path / "former.tsv"
    result = CliRunner().invoke(build_former_units.main, [str(target)])
    assert result.exit_code == 0, result.output
    made, shipped = (
        [line for line in text.splitlines() if not line.startswith("=")]
        for text in (target.read_text("utf-8"), shipped_text())
    )
    assert made == shipped


def test_a_package_that_forgot_a_ward_is_refused(package, tmp_path):
    with sqlite3.connect(package) as data:
        data.execute("DELETE FROM admin_units_legacy WHERE ward = 'Phường Trúc Bạch'")
    result = CliRunner().invoke(build_former_units.main, [str(tmp_path / "former.tsv")])
    assert result.exit_code == 1
    assert "expected 10040 communes" in result.output
    assert not (tmp_path / "former.tsv").exists()


def test_the_table_is_small_enough_to_be_read_through_at_each_question():
    assert len(shipped_text().encode()) < 350_000


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Thừa Thiên Huế", True),
        ("TP.HCM", True),
        ("tỉnh Đắc Lắc", True),
        ("Ha Noi", True),
        ("Sài Gòn", False),
        ("", False),
    ],
)
def test_an_old_province_is_known_by_the_names_on_cards(former, name, known):
    assert former.is_province(name) is known
    assert bool(former.wards_of(name)) is known
