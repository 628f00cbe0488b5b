"""uninstall: nothing of ours stays but what people brought, and with --erase not even that."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from appliance.setup import accounts, hotspot
from appliance.setup.debian import put_back
from appliance.setup.firewall import RULES
from appliance.setup.names import NAMES
from appliance.setup.placed import box_files, forget_unfinished
from appliance.setup.places import ETC, OPT, PUBLIC, STATE, UNITS
from appliance.setup.running import stop_and_forget, systemd_runs
from appliance.setup.sane import FOLDER as SANE
from appliance.setup.steps import ran, say
from appliance.setup.typed import typed_words


def remove(*, erase: bool, dry_run: bool) -> int:
    """Take the box away; returns how many things that was.

    The configuration, the certificates and the ward's token stay with the dossiers, so that a
    new install goes on where this one ended.
    """
    mark = "would" if dry_run else "change"
    ours = [file.place for file in (*box_files(cups=True), *typed_words())]
    files = [place for place in ours if place.exists()]
    whole = (accounts.PLACE, RULES, NAMES, SANE, PUBLIC, OPT)
    doomed = [*files, *(place for place in whole if place.exists())]
    doomed += [place for place in hotspot.PLACES if place.exists()]
    if erase:
        doomed += [folder for folder in (STATE, ETC) if folder.exists()]
    for place in doomed:
        say(mark, f"{place} is removed")
    if dry_run:
        return len(doomed)
    stop_and_forget()
    put_back()
    hotspot.remove()
    for place in doomed:
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    for place in (*ours, accounts.PLACE):
        forget_unfinished(place)
    for folder in {file.parent for file in files if file.parent.name.endswith(".d")}:
        if folder.parent == UNITS and not any(folder.iterdir()):
            folder.rmdir()  # a drop-in's; Debian's own .d folders stay
    if erase:
        accounts.remove()
    if systemd_runs():
        ran("systemctl", "daemon-reload")
    for line in _kept():
        say("kept", line)
    return len(doomed)


def _kept() -> Iterator[str]:
    if (STATE / "outbox").is_dir():
        waiting = sum(1 for folder in (STATE / "outbox").iterdir() if folder.is_dir())
        yield f"{STATE}/outbox: {waiting} sealed dossiers that the ward has no receipt for"
    for folder in (STATE, ETC):
        if Path(folder).exists():
            yield f"{folder} (remove it with: uninstall --erase)"
