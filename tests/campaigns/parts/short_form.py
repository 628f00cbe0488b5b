"""A campaign run as its command, for the tests.

In a process of its own: whoever still maps a file of a card whose plug was pulled dies of SIGBUS
when it is touched, perhaps minutes later (SQLite maps its shared memory).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


def outcome_of(name: str, *words: str) -> dict[str, Any]:
    """What ``python -m tests.campaigns.NAME WORDS`` prints last."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.campaigns.{name}", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    if not lines or not lines[-1].startswith("{"):
        raise AssertionError(f"ended with {done.returncode}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(lines[-1])
    return found
