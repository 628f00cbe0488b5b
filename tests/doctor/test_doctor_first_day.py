"""What a box lacks on its first day, told before a citizen stands there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from appliance.commands.volunteer import add_with_pin
from appliance.config import Config, PathsSection, PointSection
from appliance.desk.point import Point, open_point
from appliance.doctoring.keeping import look_at_point
from appliance.doctoring.machine import Machine
from appliance.store.people.volunteers import Role
from appliance.wording.diagnosed import told
from tests.doctor.test_doctor_machine import lay


def a_point(folder: Path, code: str) -> Point:
    paths = PathsSection(state=folder / "state", runtime=folder / "run")
    point = open_point(Config(paths=paths, point=PointSection(code=code)))
    point.database.migrate()
    return point


def codes(point: Point, machine: Machine) -> list[str]:
    return [found.code for found in look_at_point(point, machine)]


def test_a_box_that_nobody_named_and_nobody_can_sign_in_at_says_so_until_it_is_done(tmp_path):
    machine = Machine.below(tmp_path)
    point = a_point(tmp_path, "TH-0001")
    assert codes(point, machine) == []  # from a folder of sources: a try-out
    lay(tmp_path / "opt/venv/whole", "")
    assert codes(point, machine) == ["point-as-shipped", "nobody-signs-in"]
    shipped, nobody = look_at_point(point, machine)
    assert "TH-0001" in told(shipped).what
    assert "sudo tramhoso volunteer add" in told(nobody, "en").todo
    add_with_pin(point, "Lê Thị Mẫu", Role.VOLUNTEER)
    named = replace(
        point, config=Config(paths=point.config.paths, point=PointSection(code="KV-1234"))
    )
    assert codes(named, machine) == []
