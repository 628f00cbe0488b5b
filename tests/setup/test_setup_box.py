"""What `setup_pi.sh install` decides before it touches anything, and how it lays files down."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from appliance.config import read_config
from appliance.setup.placed import PlacedFile, PlacedFolder
from appliance.setup.release import is_older
from appliance.setup.sane import FOLDER
from appliance.setup.settings import EXAMPLE, first_config

ROOT = Path(__file__).parents[2]


def judge(config: Path) -> subprocess.CompletedProcess[str]:
    """As setup_pi.sh asks before it installs a package: with Debian's Python, without our venv."""
    return subprocess.run(
        ["/usr/bin/python3", "-P", "-m", "appliance.setup", "judge", "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="install is root's")


@needs_root
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[point\n", "not valid TOML"),
        ("[pannel]\nkind = 'gpio'\n", "[pannel] is no section"),
        ("[panel]\ndebounce_ms = 5\n", "panel.debounce_ms is no key"),
        ("[point]\nname = '\udcff'\n", "not valid TOML"),
    ],
)
def test_a_wrong_configuration_is_one_line_before_anything_is_changed(tmp_path, text, told):
    config = tmp_path / "box.toml"
    config.write_bytes(text.encode("utf-8", "surrogateescape"))
    answer = judge(config)
    assert answer.returncode == 78
    assert told in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert "nothing was changed" in answer.stderr


@needs_root
def test_a_configuration_that_is_not_there_is_named(tmp_path):
    answer = judge(tmp_path / "none.toml")
    assert answer.returncode == 78
    assert "none.toml: there is no such file" in answer.stderr


@needs_root
def test_the_example_is_taken_without_a_library_of_ours():
    assert judge(EXAMPLE).returncode == 0


def test_the_first_configuration_is_good_for_the_units(tmp_path):
    (tmp_path / "config.toml").write_text(first_config(EXAMPLE.read_text()))
    config = read_config(tmp_path / "config.toml")
    assert config.scanner.sane_config == FOLDER
    web = config.web
    assert web.listen == "unix:/run/tramhoso-web/page.sock"
    assert web.https
    assert web.allowed_hosts == ("tramhoso.local",)


@pytest.mark.parametrize(
    ("ours", "theirs", "older"),
    [("0.9.1", "0.10.0", True), ("0.1.0", "0.1.0", False), ("0.1.0", "soon", False)],
)
def test_an_older_release_is_recognised(ours, theirs, older):
    assert is_older(ours, theirs) is older


def test_a_file_is_laid_down_once_and_put_back_when_somebody_edits_it(tmp_path):
    me, mine = os.getuid(), os.getgid()
    import grp
    import pwd

    file = PlacedFile(
        tmp_path / "etc/x.conf", b"a\n", 0o640, pwd.getpwuid(me).pw_name, grp.getgrgid(mine).gr_name
    )
    assert file.changes() == [f"{file.place} is new"]
    file.apply()
    assert file.changes() == []
    file.place.write_text("edited\n")
    assert file.changes() == [f"{file.place} differs"]
    file.apply()
    file.place.chmod(0o666)
    assert file.changes() == [f"{file.place}: owner or mode"]
    file.apply()
    assert (file.place.read_bytes(), file.place.stat().st_mode & 0o777) == (b"a\n", 0o640)
    assert [path.name for path in file.place.parent.iterdir()] == ["x.conf"]


@needs_root
def test_a_folder_that_a_plug_left_to_root_is_given_to_its_owner(tmp_path):
    """Right mode, wrong owner: no service could write there, and nobody was told."""
    folder = PlacedFolder(tmp_path / "state", 0o700, "nobody", "nogroup")
    folder.place.mkdir(mode=0o700)
    assert folder.changes() == [f"{folder.place}/: owner or mode"]
    folder.apply()
    assert folder.changes() == []
    assert folder.place.owner() == "nobody"


def test_the_package_holds_every_file_of_its_rooms(tmp_path):
    """Pages, words, lists and migrations lie in folders below the code and must come along."""
    said = subprocess.run(
        ["git", "ls-files", "appliance", "web"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    tracked = [name for name in said.split("\n") if name and (ROOT / name).is_file()]
    source = tmp_path / "source"
    for name in (*tracked, "pyproject.toml", "README.md", "LICENSE"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    words = ["wheel", "-q", "--no-build-isolation", "--no-deps", "--no-index", "-w", str(tmp_path)]
    subprocess.run(
        [sys.executable, "-m", "pip", *words, str(source)], check=True, timeout=110, cwd=tmp_path
    )
    (wheel,) = tmp_path.glob("*.whl")
    assert set(tracked) <= set(zipfile.ZipFile(wheel).namelist())
