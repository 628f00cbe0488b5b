"""Whether what looks old is old: a Pi's clock may be years off until somebody tells it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from appliance.desk.point import Point
from appliance.desk.sending.feed import ward_says_clock_is_wrong
from appliance.store import status

FOR = timedelta(days=1)  # it must have gone on for so long, as a draft is warned of for a day
LONGEST_NIGHT = timedelta(days=7)  # a box may be off for so long without starting to count anew
_NOTED_EVERY = timedelta(hours=1)


def clock_is_settled(point: Point) -> bool:
    """Whether the clock went on for a day without a jump, as upkeep saw it. Notes this look."""
    now = point.clock()
    with point.database.writing() as connection:
        told = json.loads(status.recall(connection, status.CLOCK_SEEN) or "{}")
        seen, since = (datetime.fromisoformat(told.get(key, str(now))) for key in ("seen", "since"))
        jumped = not (timedelta(0) <= now - seen <= LONGEST_NIGHT)
        if not told or jumped or now - seen >= _NOTED_EVERY:
            since = now if jumped else since
            noted = {"seen": now.isoformat(), "since": since.isoformat()}
            status.remember(connection, status.CLOCK_SEEN, json.dumps(noted))
    return now - since >= FOR and not ward_says_clock_is_wrong(point)
