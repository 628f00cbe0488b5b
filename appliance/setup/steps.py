"""A step looks first, says what differs, and then changes only that."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path
from typing import Protocol


class Exit(IntEnum):
    """What the shell sees; setup_pi.sh tells them at its top."""

    DONE = 0
    FAILED = 1
    DIFFERS = 3
    USAGE = 64
    NO_ROOM = 66
    WRONG_MACHINE = 67
    HALF_DONE = 68
    UNAVAILABLE = 69
    NOT_RUNNING = 70
    ROLLED_BACK = 71
    BAD_BUNDLE = 72
    WRONG_SIGNATURE = 73
    DOWNGRADE = 74
    BAD_FIREWALL = 75
    NOT_FROM_HERE = 76
    NOT_ROOT = 77
    BAD_CONFIG = 78
    CLONE_CHANGED = 79


class Refused(Exception):
    """Nothing more is changed; the text is one line: what it is, what to do."""

    def __init__(self, exit_code: Exit, sentence: str) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


class Step(Protocol):
    """One thing a box must have."""

    def changes(self) -> list[str]:
        """What differs, a line each; empty when all is as it should be. Changes nothing."""
        ...

    def apply(self) -> None:
        """Make it so; afterwards *changes* is empty."""
        ...


def say(mark: str, line: str) -> None:
    """One line of what is going on."""
    sys.stdout.write(f"{mark:<7} {line}\n")
    sys.stdout.flush()


def told(steps: Iterable[Step], mark: str) -> int:
    """Say what every step would change; returns how many changes that are."""
    count = 0
    for step in steps:
        for line in step.changes():
            say(mark, line)
            count += 1
    return count


# Whoever types the command may have a Python set up in some way; the box's own must not see it.
PLAIN = {key: text for key, text in os.environ.items() if not key.startswith("PYTHON")}


def ran(*words: str, **environment: str) -> str:
    """Run a program that must succeed; returns what it printed.

    Raises CalledProcessError; what the program said of it goes to stderr.
    """
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env=PLAIN | environment, cwd="/"
    )
    if done.returncode:
        sys.stderr.write(done.stderr[-2000:])
        done.check_returncode()
    return done.stdout


def holds(*words: str) -> bool:
    """Whether a program says yes."""
    return subprocess.run(words, capture_output=True, check=False, env=PLAIN).returncode == 0


def on_the_card(folder: Path) -> None:
    """Everything written to the file system of *folder* is there after a cut.

    That one only: a slow stick in the box, or a busy neighbour, is not waited for.
    """
    ran("sync", "--file-system", str(folder))
