"""What the guide shows really works."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from appliance.core.forms.fields import AnyField, PersonPart
from appliance.core.forms.procedure import Person, Procedure
from appliance.core.forms.procedure_facts import (
    Confidence,
    Deadline,
    OpenFact,
    OriginalPaper,
    ProcessingTime,
    Refusal,
)
from appliance.procedures.reader import read_procedure
from appliance.procedures.shelf import SHIPPED

GUIDE = (Path(__file__).parents[2] / "docs" / "procedures.md").read_text("utf-8")


def test_the_smallest_file_of_the_guide_works(tmp_path):
    (example,) = re.findall(r"```yaml\n(id: xac-nhan-thu.*?)```", GUIDE, flags=re.DOTALL)
    path = tmp_path / "example.yaml"
    path.write_text(example, encoding="utf-8")
    procedure = read_procedure(path)
    assert procedure.answers_to("1.000002.000.00.00.H32")
    assert procedure.valid_on(date(2027, 2, 28))


def test_the_guide_names_every_kind_of_field_and_every_key():
    for kind in AnyField.__subclasses__():
        for name in kind.model_fields:
            assert f"`{name}" in GUIDE or name == "countries", name
        tag = kind.model_fields["type"].annotation.__args__[0]
        assert f"| `{tag}` |" in GUIDE


def test_the_guide_names_every_key_of_a_procedure_and_every_part_of_a_person():
    for model in (Procedure, Person, ProcessingTime, OriginalPaper, Refusal, OpenFact, Deadline):
        for name in model.model_fields:
            assert name == "sha256" or re.search(rf"\b{name}\b", GUIDE), name
    for part in set(PersonPart) - {PersonPart.OTHER}:
        assert f"`{part}`" in GUIDE
    for confidence in Confidence:
        assert f"`{confidence}`" in GUIDE


def test_the_guide_counts_what_is_shipped():
    assert len(list(SHIPPED.glob("*.yaml"))) == 10
    assert "Ten are shipped" in GUIDE
