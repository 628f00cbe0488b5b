"""What setup_pi.sh hands over to: install, check, uninstall."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

from appliance.setup.box import Box, tell_what_to_stick_on
from appliance.setup.bundle import MACHINES, PYTHONS, fetch_wheels, must_be_whole, write_sums
from appliance.setup.removal import remove
from appliance.setup.settings import Settings
from appliance.setup.steps import Exit, Refused, say


def main() -> int:
    """Returns the exit code; what a person can put right is one line on stderr."""
    asked = _words()
    try:
        if asked.verb == "bundle":
            return _bundle(asked)
        if os.geteuid() != 0:
            raise Refused(Exit.NOT_ROOT, f"root is needed: sudo ./setup_pi.sh {asked.verb}")
        return _obey(asked)
    except Refused as refused:
        sys.stderr.write(f"setup_pi.sh: {refused}\n")
        return refused.exit_code
    except subprocess.CalledProcessError as failed:
        words = " ".join(map(str, failed.cmd))
        sys.stderr.write(f"setup_pi.sh: `{words}` failed; mend that and run it again: it goes on\n")
        return Exit.FAILED


def _obey(asked: argparse.Namespace) -> int:
    os.umask(0o022)
    if asked.offline:
        must_be_whole(asked.offline)
    if asked.verb == "judge":
        Settings(asked.config)
        return Exit.DONE
    looks_only = asked.verb == "check" or asked.dry_run
    absent = asked.absent.split()
    if looks_only:
        for package in absent:
            say("would", f"install Debian's {package}")
    if asked.verb == "uninstall":
        count = remove(erase=asked.erase, dry_run=asked.dry_run)
    elif looks_only:
        count = len(absent) + Box(asked.config, asked.offline).would("would")
    else:
        count = Box(asked.config, asked.offline).make()
        tell_what_to_stick_on()
    say("", f"{count} change{'' if count == 1 else 's'}{' needed' if looks_only else ''}")
    return Exit.DIFFERS if asked.verb == "check" and count else Exit.DONE


def _bundle(asked: argparse.Namespace) -> int:
    fetch_wheels(asked.folder / "wheels", asked.suite, asked.architecture)
    write_sums(asked.folder)
    say("", f"{asked.folder} is ready: install --offline {asked.folder}")
    return Exit.DONE


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="setup_pi.sh")
    verbs = parser.add_subparsers(dest="verb", required=True)
    parser.set_defaults(dry_run=False, config=None, offline=None, erase=False, absent="")
    install = verbs.add_parser("install")
    check = verbs.add_parser("check")
    uninstall = verbs.add_parser("uninstall")
    for verb in (install, uninstall):
        verb.add_argument("--dry-run", action="store_true")
    for verb in (install, check, verbs.add_parser("judge")):
        verb.add_argument("--config", type=_absolute)
        verb.add_argument("--offline", type=_absolute, metavar="FOLDER")
        verb.add_argument("--absent", default="", help=argparse.SUPPRESS)
    bundle = verbs.add_parser("bundle")
    bundle.add_argument("folder", type=_absolute)
    bundle.add_argument("--suite", choices=sorted(PYTHONS), default=_here("VERSION_CODENAME"))
    bundle.add_argument("--architecture", choices=sorted(MACHINES), default=_architecture())
    bundle.add_argument("--wheels-only", action="store_true")
    uninstall.add_argument("--erase", action="store_true")
    return parser.parse_args()


def _absolute(path: str) -> Path:
    return Path(path).resolve()


def _here(key: str) -> str:
    return platform.freedesktop_os_release().get(key, "")


def _architecture() -> str:
    return next((ours for ours, theirs in MACHINES.items() if theirs == platform.machine()), "")


if __name__ == "__main__":
    raise SystemExit(main())
