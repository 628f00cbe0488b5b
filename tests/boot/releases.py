"""The release before this one, and newer ones: folders that a machine is shown."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from appliance.setup.bundle import sealed
from appliance.setup.shipped import copy_shipped
from appliance.setup.trust import architecture
from tests.boot.roots import PROJECT, wheels

# There is no release yet. Until there is, the one before is the tree whose tables are one shape
# older (0016) than those of the day on which this was written. With a first tag: that tag.
BEFORE = "382e5ad7caa484c3be6a40f30aa5076c74c07550"
NOT_A_BOXES = ("docs/pages/", "tests/campaigns/")


def clean_clone(folder: Path) -> Path:
    """What `git clone` would bring: the files that are tracked, as they stand here now."""
    said = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    for name in filter(None, said.split("\0")):
        if not name.startswith(NOT_A_BOXES) and (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    return folder


def clone_before(clone: Path, folder: Path) -> Path:
    """The tree of the release before.

    Where git does not have it (a shallow clone) it is *clone* under an older number: an update
    still, but no table changes its shape.
    """
    folder.mkdir()
    archive = folder.with_suffix(".tar")
    words = ["git", "archive", f"--output={archive}", BEFORE]
    if subprocess.run(words, cwd=PROJECT, capture_output=True, check=False).returncode == 0:
        subprocess.run(["tar", "--extract", "--file", archive, "--directory", folder], check=True)
        archive.unlink()
        return folder
    shutil.copytree(clone, folder, dirs_exist_ok=True)
    version = folder / "appliance/__init__.py"
    lines = version.read_text("utf-8").splitlines()
    lines = ['__version__ = "0.0.9"' if "__version__ =" in line else line for line in lines]
    version.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def bundle_of(clone: Path, suite: str, folder: Path) -> Path:
    """What goes onto a stick: *clone*, its wheels, and the manifest over both; nobody signed it."""
    copy_shipped(clone, folder / "source")
    shutil.copytree(wheels(suite, clone) / "wheels", folder / "wheels", copy_function=linked)
    sealed(folder, (f"{suite}-{architecture()}",), None)
    return folder


def broken(clone: Path, folder: Path) -> Path:
    """A copy of *clone* whose page does not start; a unit of it differs too."""
    shutil.copytree(clone, folder)
    web = folder / "appliance/services/web.py"
    text = web.read_text("utf-8")
    assert "\nTHREADS = 4" in text
    web.write_text(text.replace("\nTHREADS = 4", "\nraise SystemExit('broken on purpose')"))
    unit = folder / "systemd/tramhoso-web.service"
    text = unit.read_text("utf-8")
    assert "StartLimitBurst=10" in text  # ten tries of what cannot succeed are minutes of a test
    unit.write_text(text.replace("StartLimitBurst=10", "StartLimitBurst=2"))
    return folder


def linked(source: str, target: str) -> str:
    """A hard link where one can be: a hundred megabytes need not lie there three times."""
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy(source, target)
    return target
