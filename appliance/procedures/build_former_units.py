"""Make ``former_units.tsv`` anew: ``python -m appliance.procedures.build_former_units``.

For a technician; see ``build_units``. The same package knows where each of the 10 040 communes of
before 1/7/2025 went: 9 569 to one of today's, 471 were parted between two to five.

One line a thing, so that a reader needs no memory for what it does not look for::

    =  province   names it also had   today's code
    -  district   names it also had
       commune    today's codes, the largest share first   names it also had
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from appliance.core.forms.place_words import keys_of, place_key
from appliance.procedures.build_units import PACKAGE, clean_name, package_file

COMMUNES, PARTED = 10_040, 471
_COLUMNS = "province, district, ward, provinceAlias, districtAlias, wardAlias"
# names on cards that the package does not know: an older province, other ways to write one
_PROVINCES_ALSO = {
    "Thành phố Huế": "thuathienhue",
    "Thành phố Hồ Chí Minh": "tphcm",
    "Tỉnh Đắk Lắk": "daclac",
    "Tỉnh Đắk Nông": "dacnong",
    "Tỉnh Bắc Kạn": "baccan",
}
_KEYS = "provinceKey, districtKey, wardKey"


@click.command()
@click.argument("target", type=click.Path(path_type=Path), required=False)
def main(target: Path | None) -> None:
    """Write the former units of the installed package to TARGET (default: beside this)."""
    moved = json.loads(package_file("converter_2025.json").read_text("utf-8"))
    with closing(sqlite3.connect(package_file("dataset.db"))) as data:
        today = {
            (province, commune): (province_code, code)
            for province, commune, province_code, code in data.execute(
                "SELECT provinceKey, wardKey, provinceCode, wardCode FROM admin_units"
            )
        }
        former = data.execute(
            f"SELECT {_COLUMNS}, {_KEYS} FROM admin_units_legacy ORDER BY provinceCode, "  # noqa: S608 - constants
            "districtCode, wardCode"
        ).fetchall()
    went_to = dict(_moves(moved, today))
    _insist_on_counts(former, went_to)
    path = target or Path(__file__).with_name("former_units.tsv")
    path.write_text("\n".join(_lines(former, went_to)) + "\n", encoding="utf-8")
    click.echo(f"{path}: {len(former)} communes, {PACKAGE} {metadata.version(PACKAGE)}")


def _moves(
    moved: dict[str, Any], today: dict[tuple[str, str], tuple[str, str]]
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Key of a former commune, and the (province, commune) codes of today."""
    for province, communes in moved["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, formers in communes.items():
            for former in formers:
                yield former, [today[province, commune]]
    for province, parted in moved["DICT_PROVINCE_WARD_DIVIDED"].items():
        for former, parts in parted.items():
            first_comes_most = sorted(parts, key=lambda part: not part["isDefaultNewWard"])
            yield former, [today[province, part["newWardKey"]] for part in first_comes_most]


def _lines(former: list[Any], went_to: dict[str, list[tuple[str, str]]]) -> Iterator[str]:
    shown: tuple[str | None, str | None] = (None, None)
    for row in former:
        province, district, ward = (clean_name(name or "") for name in row[:3])
        moves = went_to["_".join(key or "" for key in row[6:])]
        if shown[0] != province:
            also = f"{_also(row[3], province)} {_PROVINCES_ALSO.get(province, '')}".strip()
            yield "\t".join(("=", province, also, moves[0][0]))
        if shown != (province, district):
            yield "\t".join(("-", district, _also(row[4], district)))
        shown = (province, district)
        codes = " ".join(code for _, code in moves)
        yield "\t".join((ward or district, codes, _also(row[5], ward))).rstrip("\t")


def _also(listed: str | None, name: str) -> str:
    """Older names as keys, without those that say the same with a kind in front."""
    kinds = ("phuong", "xa", "thitran", "huyen", "thixa", "thanhpho", "quan", "tp", "tx", "q")
    keys = {place_key(key) for key in json.loads(listed or "[]")} - keys_of(name)
    return " ".join(
        sorted(k for k in keys if not any(kind + other == k for kind in kinds for other in keys))
    )


def _insist_on_counts(former: list[Any], went_to: dict[str, list[tuple[str, str]]]) -> None:
    """Refuse a data set that lost, invented or forgot a commune."""
    keys = {"_".join(key or "" for key in row[6:]) for row in former}
    parted = sum(len(moves) > 1 for moves in went_to.values())
    if len(former) != COMMUNES or keys != set(went_to) or parted != PARTED:
        raise click.ClickException(
            f"expected {COMMUNES} communes, all moved, {PARTED} parted; found {len(former)}, "
            f"{len(keys ^ set(went_to))} without a pair, {parted} parted"
        )


if __name__ == "__main__":
    main()
