"""``python -m tests.second_look OPTIONS``: pytest, and a second look at a very few failures.

What failed in a crowd of real processes is run again alone, one test after the other, when
everybody else has gone home. docs/decisions/second-look.md: why, and what it must not become.

Exit: that of the first run, unless all that had failed passed at the second look; then 0.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

MOST = 3  # a machine that is only busy fails one in thousands; more than this is a fault
SEEN = "TRAMHOSO_TESTS_SEEN"  # the file in which one run of pytest tells how it went


@dataclass(eq=False)  # pytest puts its plugins into sets
class Seen:
    """What one run of pytest came to; every failure stands in its own output too."""

    failed: list[str] = field(default_factory=list)  # in any of set-up, test, taking down
    passed: list[str] = field(default_factory=list)
    whole: bool = False  # it came to its end, and nothing (-x, --maxfail) cut it short

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and report.nodeid not in self.failed:
            self.failed.append(report.nodeid)
        if report.when == "call" and report.passed:
            self.passed.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.whole = not (session.shouldfail or session.shouldstop)
        self.passed = [name for name in self.passed if name not in self.failed]
        Path(os.environ[SEEN]).write_text(json.dumps(asdict(self)), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    if SEEN in os.environ and not hasattr(config, "workerinput"):  # workers report to the first
        config.pluginmanager.register(Seen(), "seen")


def run(options: list[str]) -> tuple[int, Seen]:
    """Exit and outcome of one run; nothing seen when pytest did not come to its end."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "seen.json"
        command = [sys.executable, "-m", "pytest", "-p", __spec__.name, *options]
        done = subprocess.run(command, check=False, env=os.environ | {SEEN: str(told)})
        if not told.exists():
            return done.returncode, Seen()
        return done.returncode, Seen(**json.loads(told.read_text(encoding="utf-8")))


def main(options: list[str]) -> int:
    code, first = run(options)
    failed = first.failed
    if code != pytest.ExitCode.TESTS_FAILED or not first.whole or not 0 < len(failed) <= MOST:
        return code
    say(f"failed: {len(failed)} of {len(failed) + len(first.passed)}; a second look, each alone")
    again, second = run([*options, "-n", "0", "--last-failed", "--last-failed-no-failures", "none"])
    well = [name for name in failed if name in second.passed]  # left out is not passed
    for name in failed:
        verdict = "passed only at the second look" if name in well else "failed twice"
        say(f"{verdict}: {name}")
    return 0 if again == 0 and well == failed else code


def say(sentence: str) -> None:
    print(f"── {sentence}", file=sys.stderr, flush=True)  # noqa: T201 - this is a command


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
