"""Two looks at a tree of files: whoever promises that nothing was changed is held to it."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

Tree = dict[str, str]  # what each file is, by its name from the top
PASSING = ("tmp", "var/tmp", "run")  # gone with the next start of any machine


def what_changed(upper: Path, merged: Path, was: Path) -> Tree:
    """All in an overlay's *upper* that is not as it *was*; what was removed is told as gone.

    A file that was written anew with the same bytes, owner and mode has not changed.
    """
    found: Tree = {}
    for top, folders, files in os.walk(upper):
        below = os.path.relpath(top, upper)
        folders[:] = [name for name in folders if _named(below, name) not in PASSING]
        here, before = merged / below, was / below
        for name in _names(before) - _names(here):
            found[_named(below, name)] = "gone"
        for name in (*folders, *files):
            now = what_it_is(here / name)
            if now and now != what_it_is(before / name):
                found[_named(below, name)] = now
    return found


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _named(below: str, name: str) -> str:
    return os.path.normpath(f"{below}/{name}")


def what_it_is(path: Path) -> str:
    """Kind, mode, owner, and its digest or where it leads to; empty when there is nothing."""
    try:
        about = path.lstat()
    except OSError:
        return ""
    what = f"{about.st_mode:o} {about.st_uid}:{about.st_gid}"
    if stat.S_ISLNK(about.st_mode):
        return f"{what} {path.readlink()}"
    if stat.S_ISREG(about.st_mode):
        return f"{what} {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
    return what


# Keys differ from box to box; systemd-sysusers writes today's date into shadow.
BY_CHANCE = {"ca.crt", "ca.key", "page.pem", "tramhoso.crt", "trust.html", ".updated"}
BY_CHANCE |= {"shadow", "shadow-"}


def without_chance(tree: Tree) -> Tree:
    """The same for two boxes that were made alike: what lies in some files is not told."""
    return {
        name: what.rpartition(" ")[0] if Path(name).name in BY_CHANCE else what
        for name, what in tree.items()
    }
