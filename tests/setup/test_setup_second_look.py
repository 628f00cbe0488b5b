"""A second look at a few failures, on small suites that fail in ways of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Loading every plugin of the test set-up costs a second a run.
ONLY_XDIST = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "xdist.plugin"}

# Fails the first time it is asked, passes ever after.
ONCE = """
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", range({times}))
def test_shaken(number):
    been_here = Path(__file__).with_name(f"been-here-{{number}}")
    first, _ = not been_here.exists(), been_here.touch()
    assert not first, "shaken by the crowd"
"""
WELL = "def test_well(): pass\n"
NEVER = "def test_broken(): assert 'hurt' == 'whole'\n"
LEAVES_OUT = """
from pathlib import Path
import pytest

def test_left_out_later():
    been_here = Path(__file__).with_name("been-here")
    if been_here.exists():
        pytest.skip("not today")
    been_here.touch()
    raise AssertionError("a real fault")
"""
TAKEN_DOWN_BADLY = """
from pathlib import Path
import pytest

@pytest.fixture
def guest():
    yield
    assert Path(__file__).with_name("been-here").exists(), "left its coat"

def test_guest(guest): pass

def test_another_guest(): Path(__file__).with_name("been-here").touch()
"""


def judged(folder: Path, *options: str, **files: str) -> tuple[int, str, list[str]]:
    """Exit, all that was printed, and the sentences of the second look."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "tests.second_look", *options],
        cwd=folder,
        env=os.environ | ONLY_XDIST | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    return done.returncode, done.stdout, re.findall(r"^── (.*)$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("crowd", [("-n", "2", "--dist", "worksteal"), ()])
def test_what_failed_only_in_the_crowd_is_green_and_named_with_its_first_failure(
    tmp_path: Path, crowd: tuple[str, ...]
):
    code, printed, said = judged(tmp_path, *crowd, shaken=ONCE.format(times=2), well=WELL)
    assert code == 0, printed
    assert said[0] == "failed: 2 of 3; a second look, each alone"
    assert sorted(said[1:]) == [
        f"passed only at the second look: test_shaken.py::test_shaken[{number}]"
        for number in range(2)
    ]
    assert "shaken by the crowd" in printed.partition("──")[0]
    assert "2 passed" in printed.partition("──")[2]  # and not the one that was well


def test_what_fails_twice_is_red_though_another_passed_the_second_time(tmp_path: Path):
    code, printed, said = judged(tmp_path, broken=NEVER, shaken=ONCE.format(times=1), well=WELL)
    assert code == 1, printed
    assert said[1:] == [
        "failed twice: test_broken.py::test_broken",
        "passed only at the second look: test_shaken.py::test_shaken[0]",
    ]


def test_four_failures_are_red_at_once(tmp_path: Path):
    code, printed, said = judged(tmp_path, shaken=ONCE.format(times=4), well=WELL)
    assert (code, said) == (1, []), printed
    assert "4 failed, 1 passed" in printed


def test_a_suite_with_rooms_that_have_fixtures_of_their_own_is_looked_at_again(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "conftest.py").write_text("def pytest_runtest_setup(item): pass\n")
        (tmp_path / name / f"test_{name}.py").write_text(WELL)
    (tmp_path / "one" / "test_shaken.py").write_text(ONCE.format(times=1))
    code, printed, said = judged(tmp_path, "-n", "2")
    assert code == 0, printed
    assert said[1:] == ["passed only at the second look: one/test_shaken.py::test_shaken[0]"]


def test_a_suite_that_is_well_is_not_looked_at_again(tmp_path: Path):
    code, printed, said = judged(tmp_path, well=WELL)
    assert (code, said) == (0, []), printed


def test_being_left_out_the_second_time_is_not_passing(tmp_path: Path):
    code, printed, said = judged(tmp_path, out=LEAVES_OUT, well=WELL)
    assert code == 1, printed
    assert said[1:] == ["failed twice: test_out.py::test_left_out_later"]


def test_a_failure_in_taking_down_counts_too(tmp_path: Path):
    code, printed, said = judged(tmp_path, down=TAKEN_DOWN_BADLY)
    assert code == 0, printed
    assert said[1:] == ["passed only at the second look: test_down.py::test_guest"]


@pytest.mark.parametrize("cut", [("-x",), ("-n", "2", "--maxfail", "1")])
def test_a_run_that_was_cut_short_is_red_for_what_it_never_came_to(
    tmp_path: Path, cut: tuple[str, ...]
):
    code, printed, said = judged(tmp_path, *cut, a=ONCE.format(times=1), broken=NEVER)
    assert code != 0, printed
    assert said == []


@pytest.mark.parametrize("option", ["--continue-on-collection-errors", "-q"])
def test_a_file_that_cannot_be_read_stays_red(tmp_path: Path, option: str):
    hurt = "import no_such_thing\n"
    code, printed, _ = judged(tmp_path, option, hurt=hurt, shaken=ONCE.format(times=1))
    assert code != 0, printed


def test_the_set_up_runs_the_suite_so():
    script = (ROOT / "setup_pi.sh").read_text()
    assert "-m tests.second_look -n" in script
    assert "-m pytest" not in script
