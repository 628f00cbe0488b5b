"""What holds for every test."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.quickly import keep_templates

ROOT = Path(__file__).resolve().parent.parent

keep_templates()
# An example may take long where workers share two cores: a time is no property of ours
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")


def pytest_sessionfinish() -> None:
    if window := sys.modules.get("tests.station_page.chromium"):  # a test opened one
        window.end_chromium()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests measured and demand of nobody, since a clock is shared: record_property."""
    ended = [
        report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)
    ]
    said = [
        f"{report.nodeid.rpartition('::')[2]}: {name}: {value}"
        for report in ended
        if report.when == "call"
        for name, value in report.user_properties
    ]
    if said:
        terminalreporter.section("measured, by a clock that others share")
        for line in said:
            terminalreporter.line(line)


@pytest.fixture(autouse=True)
def _everybody_stays_in_the_project_folder() -> Iterator[None]:
    """A test that moves the process breaks those after it, which start ``python -m tests…``."""
    os.chdir(ROOT)
    yield
    try:
        here = Path.cwd()
    except FileNotFoundError:  # the folder is gone already
        here = Path("a removed folder")
    os.chdir(ROOT)
    assert here == ROOT, f"this test left the process in {here}"
