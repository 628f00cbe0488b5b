"""What an officer types to publish, and a technician to look and to go back."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from appliance.cli import tramhoso
from appliance.desk.point import Point
from tests.publications.conftest import GOOD, Office, take, write
from web.ward.boxes.publications import newest_number, signed_list


def ward(*words: object) -> Result:
    return CliRunner().invoke(tramhoso, ["ward", "publish", *map(str, words)])


def test_a_good_folder_is_published_under_the_next_number(office: Office, good: Path) -> None:
    home = office.home.folder
    assert ward(home, good, "--check").output.startswith("good: 5 files")
    assert newest_number(office.home) is None
    assert ward(home, good).output == "publication 1: 5 files\n"
    assert ward(home, good).output == "publication 2: 5 files\n"
    assert ward(home, "--withdraw").output == "publication 3: 0 files\n"
    assert ward(home, good, "--after", 40).output == "publication 41: 5 files\n"


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        ("procedures/don-thu.yaml", "id: x\n", 'procedures/don-thu.yaml:1: key "code" is missing'),
        ("procedures/lists/a.yaml", "a: [", "procedures/lists/a.yaml:1: not valid YAML"),
        ("guides/a.md", "x", "guides/a.md:1: a text is called NAME.LANGUAGE.md"),
        ("guides/a.vi.md", "x", "guides/a.vi.md:1: begins with a head"),
        ("guides/a.vi.md", '+++\ntitle = "A\n+++\n', "guides/a.vi.md:2: not valid TOML"),
        ("guides/a.vi.md", '+++\ntitle = "A"\nfor = 1\n+++\n', "guides/a.vi.md:3: for: a head"),
        ("guides/a.vi.md", '+++\ntitle = ""\n+++\n', "guides/a.vi.md:2: title: "),
        ("guides/a.en.md", '+++\ntitle = "A"\n+++\n', "guides/a.en.md:1: there is no a.vi.md"),
        ("notices/a.vi.md", '+++\ntitle="A"\nfrom=2026-2-30\n+++\nx', "notices/a.vi.md:3: not"),
        ("words/rog.toml", "[look\n", "words/rog.toml:1: not valid TOML"),
        ("words/rog.toml", '[look]\nlager = "x"\n', "words/rog.toml:2: look.lager: our"),
        ("words/rog.toml", 'printed = "x"\n', "words/rog.toml:1: printed: needs the same form"),
        ("voice/a.vi.wav", "RIFF", "voice/a.vi.wav:1: is not a WAV"),
        ("images/a.png", "<svg>", "images/a.png:1: is no picture"),
        ("config.toml", '[hours]\nx = 1\n[ward]\n', "config.toml:2: hours.x: unknown key"),
        ("config.toml", '[hours]\nx = 1\n[ward]\n', "config.toml:3: [ward] cannot be sent"),
        ("config.toml", '[at."A".web]\nlisten = "x"\n', "config.toml:1: [web] cannot be sent"),
        ("config.toml", '[hours]\nmonday = ["25:00-26:00"]\n', "config.toml:2: hours.monday"),
        ("config.toml", 'at = 1\n', 'config.toml:1: write [at."TH-0001".hours]'),
        ("passwd", "x", "passwd:1: nothing that is sent down has such a name"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_nothing_is_published(
    office: Office, good: Path, path: str, content: str, told: str
) -> None:
    write(good, {path: content})
    done = ward(office.home.folder, good)
    assert told in done.output
    assert done.exit_code == 1
    assert newest_number(office.home) is None


def test_a_file_that_is_too_large_is_told(office: Office, good: Path) -> None:
    write(good, {"config.toml": b"#" * (65 << 10)})
    assert "config.toml:1: larger than 64 KiB" in ward(office.home.folder, good).output


def test_an_empty_folder_is_no_withdrawal(office: Office, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = ward(office.home.folder, tmp_path / "empty")
    assert "--withdraw takes everything back" in done.output
    assert (done.exit_code, newest_number(office.home)) == (1, None)
    assert ward(office.home.folder).exit_code == 2


def test_hidden_files_of_an_editor_are_not_sent(office: Office, good: Path) -> None:
    write(good, {".git/config": "x", "guides/.a.vi.md.swp": "x"})
    assert ward(office.home.folder, good).output == "publication 1: 5 files\n"
    assert b".git" not in (signed_list(office.home, 1) or b"")


def box(point: Point, *words: str) -> Result:
    state = point.config.paths
    place = state.state.parent / "config.toml"
    place.write_text(f'[paths]\nstate = "{state.state}"\nruntime = "{state.runtime}"\n')
    return CliRunner().invoke(tramhoso, ["--config", str(place), "published", *words])


def test_a_technician_sees_what_stands_and_goes_back(point: Point, office: Office) -> None:
    assert "standing: nothing, as shipped" in box(point).output
    assert "no way back" in box(point, "back").output
    take(point, office, office.publish(GOOD))
    (point.shelf.place_of(1) / "config.toml").write_text("")
    listed = box(point, "list").output
    assert "standing: 1\n" in listed
    assert listed.count("DAMAGED") == 1
    assert box(point, "back").output == "standing: nothing, as shipped\n"
    assert "refused: 1: put back at the box" in box(point).output
    assert point.sent_down.now.number == 0
