"""The room's sentences; what visitors read stands in Vietnamese and in English."""

from __future__ import annotations

from web.station.room_words import RoomWords

say = RoomWords("web.station.visits", "visits").say
