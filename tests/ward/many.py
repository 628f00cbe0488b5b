"""Rows of dossiers by the thousand, as years of a ward would leave them; none can be opened."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, insert, select

from appliance.core.wire.manifest import WardState
from appliance.keys.letters import new_letters
from web.ward.database import writing
from web.ward.tables import device, dossier

STATES = (
    WardState.PROCESSING,
    WardState.ACCEPTED,
    WardState.SUPPLEMENT_REQUESTED,
    WardState.COLLECTED,
)
TITLES = ("Đăng ký khai sinh", "Đăng ký thường trú", "Xác nhận tình trạng hôn nhân", None)
AT_ONCE = 5_000


def fill(engine: Engine, count: int, seed: int, *, waiting: float = 0.02) -> list[str]:
    """Add *count* dossiers over three years, a share of them *waiting*; ids from the oldest on."""
    die = random.Random(seed)
    newest = datetime.now(UTC)
    ids: list[str] = []
    with writing(engine) as conn:
        device_id = conn.execute(select(device.c.id).limit(1)).scalar_one()
        rows = []
        for number in range(count):
            at = newest - timedelta(minutes=(count - number) * 30, seconds=die.randrange(60))
            ids.append(str(UUID(int=die.getrandbits(128), version=4)))
            state = WardState.RECEIVED if die.random() < waiting else die.choice(STATES)
            rows.append(
                {
                    "id": ids[-1],
                    "device_id": device_id,
                    "state": state,
                    "revision": 1,
                    "code": f"BD-{new_letters(4)}-{new_letters(4)}",
                    "secret": new_letters(10),
                    "procedure_id": "1.001193",
                    "procedure_title": die.choice(TITLES),
                    "point": f"TH-{die.randrange(1, 21):04d}",
                    "received_at": at,
                    "moved_at": min(at + timedelta(hours=die.randrange(48)), newest),
                    "national_code": f"H26.12.34-{at:%y%m%d}-{number % 10_000:04d}"
                    if state == WardState.PROCESSING
                    else None,
                    "follow_number": f"TH-{die.randrange(1, 21):04d}-{at:%Y%m%d}-{number % 48:02d}",
                    "follow_sha256": "ab" * 32,
                }
            )
            if len(rows) == AT_ONCE or number == count - 1:
                conn.execute(insert(dossier), rows)
                rows = []
    return ids
