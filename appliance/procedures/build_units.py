"""Make ``units.json`` anew: ``python -m appliance.procedures.build_units``.

For a technician, when communes change: install the PyPI package ``vietnamadminunits`` (MIT) with
``pip install --no-deps vietnamadminunits`` and run this. Only its data file is read; nothing of
it is imported or needed at run time.

Why this package: its codes agree with the list of the General Statistics Office (Công văn
1027/CTK-CSCL of 25/6/2025, then Quyết định 19/2025/QĐ-TTg) wherever we compared the two;
``vietnam-provinces`` 2025.10.1 has 114 other commune codes and later releases are GPL.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from importlib import metadata
from pathlib import Path

import click

PACKAGE = "vietnamadminunits"
SOURCE = (
    "Cục Thống kê (GSO): danh mục và mã số đơn vị hành chính, Công văn 1027/CTK-CSCL ngày "
    "25/6/2025; Quyết định 19/2025/QĐ-TTg"
)
VALID_FROM = "2025-07-01"
KINDS = {"Xã": 2621, "Phường": 687, "Đặc khu": 13}


@click.command()
@click.argument("target", type=click.Path(path_type=Path), required=False)
def main(target: Path | None) -> None:
    """Write the units of the installed package to TARGET (default: units.json beside this)."""
    with sqlite3.connect(package_file("dataset.db")) as data:
        rows = data.execute(
            "SELECT provinceCode, province, wardCode, ward FROM admin_units"
        ).fetchall()
    provinces: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for province, province_name, commune, commune_name in rows:
        known = provinces.setdefault(province, (clean_name(province_name), []))
        known[1].append((commune, clean_name(commune_name)))
    _insist_on_counts(provinces)
    document = {
        "valid_from": VALID_FROM,
        "source": SOURCE,
        "package": f"{PACKAGE} {metadata.version(PACKAGE)} (MIT)",
        "provinces": [
            [code, name, sorted(communes, key=lambda unit: _by_name(unit[1]))]
            for code, (name, communes) in sorted(provinces.items())
        ],
    }
    path = target or Path(__file__).with_name("units.json")
    path.write_text(
        json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )
    click.echo(f"{path}: {len(provinces)} provinces, {len(rows)} communes")


def package_file(name: str) -> Path:
    """A data file of the installed package.

    Raises:
        ClickException: the package is not installed, or has no such file any more.
    """
    try:
        files = metadata.files(PACKAGE) or ()
    except metadata.PackageNotFoundError as error:
        raise click.ClickException(f"first run: pip install --no-deps {PACKAGE}") from error
    for file in files:
        if file.name == name:
            return Path(str(file.locate()))
    raise click.ClickException(f"{PACKAGE} has no {name} any more")


def clean_name(name: str) -> str:
    """NFC, single blanks."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def _by_name(name: str) -> tuple[str, str]:
    """Sort as people look for it: without the kind, the marks count last."""
    bare = name.split(" ", 2)[2] if name.startswith("Đặc khu") else name.split(" ", 1)[1]
    plain = unicodedata.normalize("NFD", bare.casefold().replace("đ", "dz"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign)), bare


def _insist_on_counts(provinces: dict[str, tuple[str, list[tuple[str, str]]]]) -> None:
    """Refuse a data set that lost or invented units."""
    units = [unit for _, communes in provinces.values() for unit in communes]
    counted = {kind: sum(name.startswith(kind + " ") for _, name in units) for kind in KINDS}
    if len(provinces) != 34 or counted != KINDS or len({code for code, _ in units}) != 3321:
        raise click.ClickException(f"expected 34 provinces and {KINDS}, found {counted}")


if __name__ == "__main__":
    main()
