"""`tramhoso folder` and `tramhoso ward import`, as a technician and an officer type them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from appliance.cli import tramhoso
from appliance.stick import marker_of
from tests.folder.boxes import CarryingBox
from tests.folder.media import Stick
from tests.folder.office import Office


@pytest.fixture
def typed(tmp_path: Path, office: Office) -> Callable[..., Result]:
    config = tmp_path / "config.toml"
    config.write_text(f'[ward]\nverify_key = "{office.made.verify_key}"\n')

    def typed(*words: object) -> Result:
        return CliRunner().invoke(tramhoso, ["--config", str(config), *map(str, words)])

    return typed


def test_a_mounted_stick_is_prepared_once_and_keeps_what_is_on_it(
    typed: Callable[..., Result], real_stick: Callable[[str], Stick], office: Office
) -> None:
    stick = real_stick("exfat")
    stick.plug_in()
    (stick.place / "phim.mp4").write_bytes(b"film")
    first = typed("folder", "prepare", stick.place)
    assert first.exit_code == 0, first.output
    marker = marker_of(stick.place)
    assert marker is not None
    assert marker.ward == office.made.verify_key
    again = typed("folder", "prepare", stick.place)
    assert again.output == first.output
    assert (stick.place / "phim.mp4").read_bytes() == b"film"


def test_a_folder_of_the_card_is_not_prepared_by_accident(
    typed: Callable[..., Result], tmp_path: Path
) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    refused = typed("folder", "prepare", plain)
    assert refused.exit_code == 1
    assert "nothing is mounted" in refused.output
    assert os.listdir(plain) == []  # noqa: PTH208 - hidden files too
    assert typed("folder", "prepare", "--not-a-mount", plain).exit_code == 0
    assert marker_of(plain) is not None


def test_a_stick_of_another_ward_is_not_taken_over(
    typed: Callable[..., Result], place: Path
) -> None:
    marker = place / "tramhoso-stick.json"
    told = json.loads(marker.read_text()) | {"ward": "A" * 43}
    marker.write_text(json.dumps(told))
    refused = typed("folder", "prepare", "--not-a-mount", place)
    assert refused.exit_code == 1
    assert "another ward" in refused.output


def test_what_lies_on_a_stick_is_shown_by_ids_alone(
    typed: Callable[..., Result], box: CarryingBox, office: Office, place: Path
) -> None:
    made, half = box.seal(), box.seal()
    box.look()
    (box.on_stick(half) / "proof.json").unlink()
    shown = typed("folder", "show", place).output
    assert f"{made.id}  whole" in shown
    assert f"{half.id}  not written to its end" in shown
    office.take_in(place)
    assert f"{made.id}  answered" in typed("folder", "show", place).output


def test_the_ward_is_told_line_by_line_what_came(
    typed: Callable[..., Result], box: CarryingBox, office: Office, place: Path
) -> None:
    made, half = box.seal(), box.seal()
    box.look()
    (box.on_stick(half) / "proof.json").unlink()
    told = typed("ward", "import", office.settings.home, place)
    assert told.exit_code == 3
    assert f"{made.id}  received  BD-" in told.output
    assert f"{half.id}  unfinished  Hồ sơ này chép chưa xong" in told.output
    box.look()
    typed("ward", "import", office.settings.home, place)
    assert typed("ward", "import", office.settings.home, place).exit_code == 0


def test_a_folder_that_is_no_stick_is_told_in_three_sentences(
    typed: Callable[..., Result], office: Office, tmp_path: Path
) -> None:
    told = typed("ward", "import", office.settings.home, tmp_path)
    assert told.exit_code == 1
    assert "Không thấy USB của điểm hỗ trợ" in told.output


def test_the_outcome_can_be_read_by_a_program(
    typed: Callable[..., Result], box: CarryingBox, office: Office, place: Path
) -> None:
    made = box.seal()
    box.look()
    told = typed("ward", "import", office.settings.home, place, "--json")
    answer = json.loads(told.output)
    assert (answer["id"], answer["fresh"], answer["trouble"]) == (made.id, True, None)
    assert answer["code"].startswith("BD-")
