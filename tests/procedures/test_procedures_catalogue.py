"""What a point offers is read in a process that ends, and is the same as if read here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from appliance.core.errors import ProcedureWrong
from appliance.procedures.catalogue import Catalogue
from appliance.procedures.reader import load_procedures


def test_a_procedure_taken_from_the_catalogue_is_the_one_that_was_read() -> None:
    read, catalogue = load_procedures(), Catalogue()

    assert dict(catalogue) == read
    assert {key: one.sha256 for key, one in catalogue.leaflets.items()} == {
        key: one.sha256 for key, one in read.items()
    }


def test_a_leaflet_says_what_is_needed_and_asks_nothing() -> None:
    leaflet, whole = Catalogue().leaflets["khai-sinh"], load_procedures()["khai-sinh"]

    assert (leaflet.title, leaflet.slots, leaflet.ref) == (whole.title, whole.slots, whole.ref)
    assert not leaflet.fields
    assert whole.fields


def test_an_unknown_id_is_not_there() -> None:
    assert Catalogue().get("khong-co") is None
    assert Catalogue().leaflets.get("khong-co") is None


def test_a_mistake_is_told_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "mau.yaml").write_text("id: mau\n", encoding="utf-8")

    with pytest.raises(ProcedureWrong, match=r"mau\.yaml:1: "):
        len(Catalogue(tmp_path))


def test_nobody_who_looks_into_it_carries_the_reader_of_yaml() -> None:
    look = "from appliance.procedures.catalogue import Catalogue; Catalogue().leaflets; import sys"
    said = f"{look}; sys.exit(any(name.startswith('ruamel') for name in sys.modules))"

    assert subprocess.run([sys.executable, "-c", said], check=False).returncode == 0


def test_fields_that_offer_the_same_codes_hold_them_once() -> None:
    whole = Catalogue()["khai-sinh"]
    countries = [field.countries for field in whole.fields.values() if field.type == "address"]

    assert len(countries) > 1
    assert len({id(one) for one in countries}) == 1
