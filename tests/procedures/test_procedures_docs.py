"""What the guide shows really works."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from appliance.core.fields import AnyField
from appliance.procedures.reader import read_procedure

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
