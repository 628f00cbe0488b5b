"""Twenty boxes of one list: what each becomes, and what is wrong with a list, in a line."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.setup.points import Planned, planned
from appliance.setup.steps import Exit, Refused

LIST = """code,name,hours.address,enrol_code
KV-0001,Nhà văn hóa “Đông”,"đường liên xã, số 2",abcd-efgh-2345
KV-0002,Quán Bờ Kè,,
"""
SHARED = """
[ward]
url = "https://hoso.phuong.example/intake/v1"
[hours]
closed = [2027-02-05]
monday = ["08:00-11:00 chị Lan"]
[hotspot]
on = true
"""


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A list and what all share."""
    folder = tmp_path / "points"
    folder.mkdir()
    (folder / "points.csv").write_text(LIST, encoding="utf-8")
    (folder / "box.toml").write_text(SHARED, encoding="utf-8")
    return folder


def made(point: Planned) -> dict[str, dict[str, object]]:
    with point.config() as place:
        assert place is not None
        assert place.parent.stat().st_mode & 0o077 == 0
        text = place.read_text("utf-8")
    assert not place.exists()
    assert "# which support point this is" in text  # the comments are there for the next person
    return tomllib.loads(text)


def of(stick: Path, code: str) -> Planned:
    """The machine that takes it is no box yet, unless there is a file config.toml."""
    return planned(stick, code, stick.parent / "config.toml")


def refused(what: Callable[[], object]) -> str:
    with pytest.raises(Refused) as error:
        what()
    assert error.value.exit_code is Exit.BAD_CONFIG
    assert str(error.value).endswith("; nothing was changed")
    return str(error.value)


def test_a_box_takes_its_line_and_what_all_share_over_the_shipped_configuration(stick):
    config = made(of(stick, "kv-0001"))
    assert config["point"]["code"] == "KV-0001"
    assert config["point"]["name"] == "Nhà văn hóa “Đông”"
    assert config["hours"]["address"] == "đường liên xã, số 2"
    assert config["hours"]["monday"] == ["08:00-11:00 chị Lan"]
    assert [str(day) for day in config["hours"]["closed"]] == ["2027-02-05"]
    assert config["hotspot"]["on"] is True
    assert config["ward"]["url"] == "https://hoso.phuong.example/intake/v1"
    assert config["web"]["listen"].startswith("unix:")  # as on a box, not as on a laptop
    assert made(of(stick, "KV-0002"))["hours"]["address"] == ""


def test_a_list_from_a_spreadsheet_may_have_semicolons_and_a_mark_of_its_own(stick):
    text = (
        "\ufeff code ; name;panel.kind;scanner.resolution_dpi\r\nKV-0009;Điểm;none;200\r\n;;;\r\n"
    )
    (stick / "points.csv").write_text(text, encoding="utf-8")
    config = made(of(stick, "KV-0009"))
    assert (config["panel"]["kind"], config["scanner"]["resolution_dpi"]) == ("none", 200)


def test_without_anything_shared_the_line_alone_makes_the_configuration(stick):
    (stick / "box.toml").unlink()
    assert made(of(stick, "KV-0002"))["point"]["name"] == "Quán Bờ Kè"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LIST.replace("KV-0002", "KV-0001"), "has KV-0001 2 times"),
        (LIST.replace("KV-0001", "KV-0003"), "has no KV-0001; it has KV-0003, KV-0002"),
        (LIST.replace("Quán Bờ Kè", ""), "line 3: a point has a code and a name"),
        (LIST.replace("name,", "called,"), "there is no name"),
        (LIST.replace("enrol_code", "enrolcode"), "enrolcode is no column"),
        ("", "there is no code"),
    ],
)
def test_a_mistake_in_the_list_is_told_with_its_place(stick, text, told):
    (stick / "points.csv").write_text(text, encoding="utf-8")
    assert told in refused(lambda: of(stick, "KV-0001"))


def test_a_list_that_is_not_there_or_no_utf_8_is_told(stick):
    (stick / "points.csv").write_bytes("code,name\nKV-0001,Điểm\n".encode("utf-16"))
    assert "CSV UTF-8" in refused(lambda: of(stick, "KV-0001"))
    assert "--points names the folder" in refused(lambda: planned(stick / "no", "KV-0001"))


def test_a_mistake_in_what_all_share_names_that_file(stick):
    (stick / "box.toml").write_text("[panel]\nknd = 1\n")
    said = refused(lambda: made(of(stick, "KV-0001")))
    assert said.startswith(f"{stick / 'box.toml'}: panel.knd is no key")


def test_a_value_that_the_release_refuses_is_told_by_the_list_and_not_by_a_file_that_is_gone(stick):
    def judged() -> None:
        with of(stick, "KV-0001").config() as place:
            raise Refused(Exit.BAD_CONFIG, f"{place}: panel.kind: wrong; nothing was changed")

    assert refused(judged).startswith(f"{stick / 'box.toml'}, KV-0001: panel.kind")


def test_a_second_run_keeps_what_was_changed_on_the_box_since(stick):
    (stick.parent / "config.toml").write_text(
        '[point]\ncode = "KV-0001"\n[ward]\nrecipient = "age1x"\n'
    )
    with of(stick, "KV-0001").config() as place:
        assert place is None


def test_another_points_box_is_not_taken(stick):
    (stick.parent / "config.toml").write_text('[point]\ncode = "KV-0002"\n')
    assert "this box is KV-0002, not KV-0001" in refused(lambda: made(of(stick, "KV-0001")))
    (stick.parent / "config.toml").write_text("[point]\n")  # as shipped: nobody's yet
    assert made(of(stick, "KV-0001"))["point"]["code"] == "KV-0001"
