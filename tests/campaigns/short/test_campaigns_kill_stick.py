"""kill -9 of the box while it tends a stick: nothing half counts, everything arrives once."""

from __future__ import annotations

from pathlib import Path

from appliance.core.dossiers.submission import Bound, SubmissionState
from appliance.core.errors import DeviceRefused
from appliance.desk.sending.waiting import send_by
from tests.campaigns.parts.dying import dies_at
from tests.folder.boxes import CarryingBox
from tests.folder.conftest import (  # noqa: F401 - fixtures of a box with a stick
    box,
    new_box,
    office,
    place,
    point_made,
    ward_made,
)
from tests.folder.office import Office
from web.ward.boxes.devices import revoke_device
from web.ward.database import writing

COPYING = (
    "stick-file-before-its-name",
    "stick-files-before-manifest",
    "stick-manifest-before-proof",
    "stick-copied-before-row",
)


def killed(box: CarryingBox, step: str, home: Path) -> None:
    """One look at the stick that does not come to its end."""
    box.point.database.close()
    dies_at(step, home, box.look)


def test_a_copy_that_was_cut_off_counts_as_nothing_and_is_made_again(
    box: CarryingBox, office: Office, place: Path, tmp_path: Path
) -> None:
    for step in COPYING:
        made = box.seal()
        killed(box, step, tmp_path)
        assert {one.trouble for one in office.take_in(place)} <= {None, "unfinished"}, step
        for _ in range(2):
            box.look()
            office.take_in(place)
        box.look()
        assert box.state_of(made) is SubmissionState.DELIVERED, step
        assert office.papers(made.id) == made.plain, step
    assert office.count() == (len(COPYING), len(COPYING), 0)


def test_a_dossier_that_is_half_taken_off_the_stick_counts_as_nothing(
    box: CarryingBox, office: Office, place: Path, tmp_path: Path
) -> None:
    made = box.seal()
    box.look()
    assert send_by(box.point, made.id, Bound.WARD)  # the line is back
    killed(box, "stick-proof-gone-before-files", tmp_path)
    assert {one.trouble for one in office.take_in(place)} == {"unfinished"}
    box.look()
    assert not box.on_stick(made).exists()
    assert office.count() == (0, 0, 0)
    assert box.state_of(made) is SubmissionState.WAITING


def test_what_arrived_is_taken_off_the_stick_wherever_that_was_cut_off(
    box: CarryingBox, office: Office, place: Path, tmp_path: Path
) -> None:
    made = box.seal()
    box.look()
    office.take_in(place)
    killed(box, "stick-dossier-gone-before-answer", tmp_path)
    box.look()
    assert box.state_of(made) is SubmissionState.DELIVERED
    assert box.find().carried() == set()
    assert office.count() == (1, 1, 0)


def test_a_wards_no_that_was_heard_twice_stands_once_and_a_new_copy_can_be_made(
    box: CarryingBox, office: Office, place: Path, tmp_path: Path
) -> None:
    made = box.seal()
    box.look()
    with writing(office.engine) as connection:
        assert revoke_device(connection, "hop-1", box.point.clock())
    office.take_in(place)
    killed(box, "stick-refused-before-cleared", tmp_path)
    assert box.submission(made).error_code == DeviceRefused.code
    box.look()
    assert box.submission(made).error_code == DeviceRefused.code
    assert not box.on_stick(made).exists()
    box.token = office.add_box("hop-1b")
    assert send_by(box.point, made.id, Bound.FOLDER)
    for _ in range(2):
        box.look()
        office.take_in(place)
    box.look()
    assert box.state_of(made) is SubmissionState.DELIVERED
