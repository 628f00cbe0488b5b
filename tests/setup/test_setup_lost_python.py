"""Debian was upgraded below a box: its Python is another one, and everybody says what to do."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.setup.placed import TREE
from appliance.setup.places import SYSTEM_PYTHON
from appliance.setup.release import Built, Release, lost_python
from appliance.setup.typed import SAME, typed_words

SCRIPT = TREE / SAME.relative_to("/")
UNITS = Path(__file__).parents[2] / "systemd"
ITS_OWN = 80


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As a release has one, made by Debian's Python."""
    place = tmp_path_factory.mktemp("made") / "venv"
    words = [SYSTEM_PYTHON, "-m", "venv", "--without-pip", str(place)]
    subprocess.run(words, check=True)
    return place


@pytest.fixture
def venv(tmp_path: Path, made: Path) -> Path:
    """One to spoil."""
    return Path(shutil.copytree(made, tmp_path / "venv", symlinks=True))


def upgraded(venv: Path) -> Path:
    """What it is after Debian's Python became another: 3.9 was Debian 11's."""
    said = venv / "pyvenv.cfg"
    said.write_text(re.sub(r"(?m)^version = .*", "version = 3.9.2", said.read_text()))
    return venv


def asked(venv: Path) -> subprocess.CompletedProcess[str]:
    """What a service hears before it starts."""
    return subprocess.run(["/bin/sh", SCRIPT, venv], capture_output=True, text=True, check=False)


def test_a_release_with_its_own_python_is_let_through_without_a_word(venv):
    done = asked(venv)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert lost_python(venv) == ""


def test_after_an_upgrade_of_debian_one_line_says_what_is_safe_and_what_to_type(venv):
    done = asked(upgraded(venv))
    assert done.returncode == ITS_OWN
    (line,) = done.stderr.splitlines()
    assert "made for Python 3.9" in line
    assert "dossiers are safe" in line
    assert "sudo tramhoso-setup install" in line
    assert lost_python(venv) == "3.9"


def test_a_python_that_is_gone_altogether_is_told_too(venv):
    (venv / "bin/python3").unlink()
    (venv / "bin/python3").symlink_to("/usr/bin/python3.that-apt-took-away")
    done = asked(venv)
    assert done.returncode == ITS_OWN
    assert "the machine now has none" in done.stderr


def test_where_no_release_is_nothing_is_said(tmp_path):
    assert asked(tmp_path / "venv").returncode == 0
    assert lost_python(tmp_path / "venv") == ""


def test_check_tells_it_before_the_release_that_install_makes_anew(venv):
    told = Built(Release(None), upgraded(venv)).changes()
    assert told[0] == "what runs was made for Python 3.9, which is no longer here"
    assert told[1].endswith("a venv with this release")


def test_every_service_of_the_box_that_is_python_asks_before_it_starts():
    ours = {
        unit.name: unit.read_text("utf-8")
        for unit in UNITS.glob("tramhoso-*.service")
        if "ExecStart=/opt/tramhoso/venv/" in unit.read_text("utf-8")
    }
    silent = {name for name, said in ours.items() if f"ExecStartPre=/bin/sh {SAME}\n" not in said}
    assert silent == {"tramhoso-ward.service"}  # a ward's own machine may be no box


def test_the_word_tramhoso_asks_and_the_set_up_that_mends_it_does_not(tmp_path, venv):
    box, mends = typed_words(tmp_path)
    assert SAME.name not in mends.content.decode()
    look = tmp_path / "look"
    look.write_text(f"exec /bin/sh {SCRIPT} {venv}\n")
    here = box.content.decode().replace(str(SAME), str(look))
    box.place.write_text(here.replace("/opt/tramhoso/venv/bin/tramhoso", "echo"))
    word = ["/bin/sh", str(box.place), "doctor"]
    assert subprocess.run(word, capture_output=True, check=False).stdout == b"doctor\n"
    upgraded(venv)
    done = subprocess.run(word, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (ITS_OWN, b"")
