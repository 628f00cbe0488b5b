"""How a campaign is a command: its numbers, a folder of its own, one figure at its end."""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

Outcome = dict[str, object]
_CLONE_NEWNS, _MS_REC, _MS_PRIVATE = 0x00020000, 0x4000, 1 << 18  # linux/sched.h, linux/mount.h


def asks(about: str | None, **often: float) -> argparse.ArgumentParser:
    """A command line with a number for each of *often*, which holds what is meant unless said."""
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, usual in often.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=type(usual), default=usual, help=f"default: {usual}")
    return parser


def run(
    parser: argparse.ArgumentParser,
    campaign: Callable[[Path, argparse.Namespace], Outcome],
    *,
    bad: tuple[str, ...] = ("damage",),
    mounts: bool = False,
    inside: str | None = None,
) -> NoReturn:
    """Run *campaign* in a new folder, print its figures as one line of JSON.

    Ends with 1 when anything stands under one of *bad*. *mounts*: it mounts cards of its own,
    see ``with_own_mounts``. *inside*: where its folder is made, else the usual place.
    """
    asked = parser.parse_args()
    name = Path(sys.argv[0]).stem.replace("_", "-")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # what was begun is let go
    if mounts:
        with_own_mounts()
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=inside) as folder:
        outcome = campaign(Path(folder), asked)
    print(json.dumps(outcome, ensure_ascii=False))  # noqa: T201 - what a campaign is for
    sys.exit(any(bool(outcome[key]) for key in bad))


def with_own_mounts() -> None:
    """From here on nobody else on the machine sees what we and our children mount.

    A container, or a unit with a /tmp of its own, that somebody starts meanwhile copies every
    mount it sees and keeps a card alive after our umount. The next mount of the same file is
    then given that same file system, whose plug was pulled: it refuses everything.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS) or libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None):
        raise OSError(ctypes.get_errno(), "no mounts of our own")
    os.chdir(Path.cwd())  # the same folder, of these mounts
