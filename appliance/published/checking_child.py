"""Looks through a publication in a process of its own that ends: YAML and its reader weigh much.

Run as ``python -m appliance.published.checking_child FOLDER``; mistakes on stdout, a line each.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from appliance.core.errors.publication import PublicationWrong

WRONG = 3  # how the child says that there are mistakes
DEADLINE_S = 300.0


def check_apart(folder: Path) -> None:
    """Start the child and wait for it.

    Raises:
        PublicationWrong: ``path:line: words`` for every mistake, or that it did not end well.
    """
    command = [sys.executable, "-m", __spec__.name, str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=DEADLINE_S, check=False)
    except subprocess.TimeoutExpired:
        raise PublicationWrong(f"was not looked through within {DEADLINE_S:g} s") from None
    if done.returncode == WRONG:
        raise PublicationWrong(done.stdout.decode().strip())
    if done.returncode != 0:
        raise PublicationWrong(f"looking through it ended with {done.returncode}")


def main() -> None:
    """Exit with ``WRONG`` when something cannot be used."""
    from appliance.published.checking import mistakes_in  # noqa: PLC0415 - only here

    found = mistakes_in(Path(sys.argv[1]))
    if found:
        sys.stdout.write("\n".join(found))
        raise SystemExit(WRONG)


if __name__ == "__main__":
    main()
