"""`setup_pi.sh update`: a newer release, from a stick or from the clone that made this box.

What is on the box judges the bundle; only then does code of the bundle run, and from a copy.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from appliance.failpoints import passing
from appliance.setup.clone import bring_further
from appliance.setup.manifest import digest, not_whole
from appliance.setup.places import COMING, OPT, SOURCE
from appliance.setup.release import running
from appliance.setup.steps import PLAIN, Exit, Refused
from appliance.setup.succession import may_follow
from appliance.setup.trust import RELEASE_KEY, Bundle

NEEDED_MB = 700  # a release beside the other, and copies of Debian's packages


def update_from(bundle: Bundle, key: Path | None) -> int:
    """Let the bundle's own set-up go on from a copy on the card; returns its exit code.

    Raises:
        Refused: no box here, too little room, or a release that may not follow this one.
    """
    must_be_a_box()
    may_follow(bundle.manifest, bundle.source)
    free = shutil.disk_usage(OPT).free // 2**20
    if free < NEEDED_MB:
        raise Refused(
            Exit.NO_ROOM,
            f"{free} MB free in {OPT}, {NEEDED_MB} MB are needed; nothing was changed; "
            "`tramhoso outbox list` tells what waits",
        )
    shutil.rmtree(COMING, ignore_errors=True)
    _copy(bundle)
    if __debug__:
        passing("setup-source-copied")
    words = ["bash", str(COMING / "setup_pi.sh"), "install", "--offline", str(bundle.folder)]
    words += ["--release-key", str(key)] if key else []
    code = subprocess.run(words, check=False, env=PLAIN, cwd="/").returncode
    shutil.rmtree(COMING, ignore_errors=True)
    return code


def update_clone() -> int:
    """The clone's newest, by git; then as `install`.

    Raises:
        Refused: this is no clone, or one that cannot be brought further, or this box takes signed
            releases only.
    """
    must_be_a_box()
    if RELEASE_KEY.exists():
        raise Refused(
            Exit.WRONG_SIGNATURE,
            f"this box takes signed releases only ({RELEASE_KEY}); nothing was changed; "
            "name one: update --from FOLDER",
        )
    if not (SOURCE / ".git").exists():
        raise Refused(
            Exit.USAGE,
            f"{SOURCE} is no clone and nothing was changed; say where the new release lies: "
            "update --from FOLDER",
        )
    bring_further(SOURCE)
    words = ["bash", str(SOURCE / "setup_pi.sh"), "install"]
    return subprocess.run(words, check=False, env=PLAIN, cwd="/").returncode


def must_be_a_box() -> None:
    """Raises Refused where nothing of ours is installed."""
    if running() is None:
        raise Refused(
            Exit.HALF_DONE, "no box is installed here yet: sudo ./setup_pi.sh install makes one"
        )


def _copy(bundle: Bundle) -> None:
    """Every file is held to the signed page once more as it lies on the card."""
    for name, said in bundle.manifest.files.items():
        if not name.startswith("source/"):
            continue
        copy = COMING / name.removeprefix("source/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(bundle.folder / name, copy)
        if digest(copy) != said:
            shutil.rmtree(COMING, ignore_errors=True)
            raise not_whole(bundle.folder, f"{name} changed while it was read")
