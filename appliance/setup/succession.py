"""Which release may follow which: an older one cannot read the tables of a newer one."""

from __future__ import annotations

import re
from pathlib import Path

from appliance.setup.manifest import Manifest
from appliance.setup.places import SOURCE
from appliance.setup.release import is_older, running, version_of, version_of_release
from appliance.setup.steps import Exit, Refused
from appliance.setup.tables import DATABASE
from appliance.setup.tables import shape as table_shape

MIGRATIONS = Path("appliance/store/migrations/versions")


def may_follow(manifest: Manifest | None, source: Path = SOURCE, database: Path = DATABASE) -> None:
    """Asked before anything is changed.

    Raises:
        Refused: this release may not come after the one that runs, or cannot read its tables.
    """
    ours = version_of(source)
    if there := running():
        _versions_allow(version_of_release(there), ours, manifest)
    _tables_are_known(source, database)


def _versions_allow(now: str, ours: str, manifest: Manifest | None) -> None:
    if is_older(ours, now):
        if manifest is None or now not in manifest.goes_back_from:
            raise Refused(
                Exit.DOWNGRADE,
                f"release {now} runs here and this is {ours}: an older one cannot read its tables; "
                "nothing was changed; take the newer one, or uninstall first",
            )
    elif manifest and ours != now and manifest.updates_from and now not in manifest.updates_from:
        raise Refused(
            Exit.NOT_FROM_HERE,
            f"release {now} runs here and {ours} follows {', '.join(manifest.updates_from)} only; "
            "nothing was changed; take one of those first",
        )


def _tables_are_known(source: Path, database: Path) -> None:
    shape = table_shape(database)
    if shape is None or shape in known_shapes(source):
        return
    raise Refused(
        Exit.DOWNGRADE,
        f"the tables in {database} are of a newer release (shape {shape}) than "
        f"{version_of(source)}; the dossiers are safe and nothing was changed; install the newer "
        "release, or put a backup of this one back",
    )


def known_shapes(source: Path) -> set[str]:
    """Every shape of the tables that the code in *source* can read or bring further."""
    found = (
        re.search(r'^revision(?:: str)? = "(\w+)"', path.read_text("utf-8"), re.MULTILINE)
        for path in (source / MIGRATIONS).glob("*.py")
    )
    return {match[1] for match in found if match}
