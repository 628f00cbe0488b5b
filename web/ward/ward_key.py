"""The ward's key is renewed: boxes seal to the new one, what they sealed before still opens."""

from __future__ import annotations

import os
from pathlib import Path

from appliance.core.wire.ward_orders import WardKey
from appliance.keys.age import new_identity, recipient_of
from appliance.keys.signing import signed
from web.ward.home import WardHome, sync_folder


def renew_key(home: WardHome) -> str:
    """Make a new key and keep the one before; returns the new public half.

    Kept first, then replaced: a power cut leaves the old key in its place, perhaps kept twice, and
    never none. Boxes hear of it with their next heartbeat.
    """
    before = home.identity
    home.earlier_keys.mkdir(exist_ok=True, mode=0o700)
    sync_folder(home.folder)
    _write(home.earlier_keys / f"{recipient_of(before)}.key", before)
    fresh = new_identity()
    _write(home.folder / "age.key", fresh)
    return recipient_of(fresh)


def announced(home: WardHome) -> WardKey | None:
    """What boxes are told; None while the ward has the key that it began with.

    The number is that of the keys there ever were, so none may be taken away.
    """
    now = home.recipient
    earlier = {path.stem for path in home.earlier_keys.glob("age1*.key")} - {now}
    if not earlier:
        return None
    return signed(WardKey(number=len(earlier) + 1, recipient=now), home.signing_key)


def _write(path: Path, secret: str) -> None:
    """Whole or as before."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)
