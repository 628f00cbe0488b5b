"""The named steps at which a process may be made to die, and the kill matrix in its short form."""

from __future__ import annotations

import dis
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from appliance.failpoints import DIE_AT, PASSINGS
from tests.campaigns.parts.kill_steps import BESIDE, EVERY_STEP, ROOT, modules, steps_in, unguarded

WITH_STEPS = [path for path in modules() if steps_in(path)]


def every_code(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from every_code(constant)


def told_by(code: CodeType) -> set[object]:
    """What the instructions of all functions name or load; nobody counts what none of them uses."""
    inner = [one for one in every_code(code) if one is not code]
    return {
        step.argval
        for one in inner
        for step in dis.get_instructions(one)
        if isinstance(step.argval, str)
    }


def test_every_step_has_a_name_of_its_own_and_a_service_that_passes_it() -> None:
    found = [step for path in WITH_STEPS for step in steps_in(path)]
    beside = [step for steps in BESIDE.values() for step in steps]
    assert sorted(found) == sorted([*EVERY_STEP, *beside])
    assert len(set(found)) == len(found) > 80


def test_a_step_that_no_visitor_brings_about_has_a_test_that_dies_there() -> None:
    for name, steps in BESIDE.items():
        told = (Path(__file__).with_name(name)).read_text("utf-8")
        assert [step for step in steps if f'"{step}"' not in told] == []


@pytest.mark.parametrize("path", WITH_STEPS, ids=lambda path: path.stem)
def test_an_installed_unit_has_no_step_in_its_byte_code(path: Path) -> None:
    assert not unguarded(path)
    source, steps = path.read_text("utf-8"), set(steps_in(path))
    plain = told_by(compile(source, str(path), "exec", optimize=0))
    assert steps | {"passing"} <= plain
    installed = told_by(compile(source, str(path), "exec", optimize=2))
    assert not installed & (steps | {"passing"})


def test_every_installed_service_runs_that_byte_code() -> None:
    services = {
        path.stem.removeprefix("tramhoso-"): path for path in ROOT.glob("systemd/*.service")
    }
    for name in ("station", "web", "uploader", "upkeep", "ward"):
        assert "PYTHONOPTIMIZE=2" in services[name].read_text("utf-8"), name


def end_of(tmp_path: Path, armed: str, *flags: str) -> int:
    passes = "from appliance.failpoints import passing\nfor _ in range(3): passing('a-step')"
    return subprocess.run(
        [sys.executable, *flags, "-c", passes],
        env=os.environ | {DIE_AT: armed, PASSINGS: str(tmp_path)},
        cwd=ROOT,
        check=False,
    ).returncode


def test_a_process_dies_at_the_passing_that_it_was_armed_for(tmp_path: Path) -> None:
    assert end_of(tmp_path, "a-step") == -signal.SIGKILL
    assert end_of(tmp_path, "a-step:3") == -signal.SIGKILL
    assert end_of(tmp_path, "a-step:4") == 0
    assert end_of(tmp_path, "another-step") == 0
    assert len(list(tmp_path.glob("a-step.died-*"))) == 2


def test_an_optimised_process_dies_nowhere(tmp_path: Path) -> None:
    assert end_of(tmp_path, "a-step", "-OO") == 0
    assert not list(tmp_path.iterdir())
