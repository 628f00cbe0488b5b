"""Where a box serves people. One box goes from place to place; one place may see several boxes."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import Field, StringConstraints

from appliance.core.wire.manifest import OurMessage

LONGEST_NAME = 60
_KEY = r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*"
PlaceKey = Annotated[str, StringConstraints(pattern=f"^{_KEY}$", max_length=80)]


class ServedPlace(OurMessage):
    """A house where people are received. Two boxes that write its name alike mean the same one."""

    key: PlaceKey
    name: str = Field(min_length=1, max_length=LONGEST_NAME)


def place_key(name: str) -> str:
    """What a place's name is counted under: without tones, capitals or signs; may be empty.

    >>> place_key("Nhà văn hóa – Tổ 5"), place_key("nhà  văn hoá, tổ 5")
    ('nha-van-hoa-to-5', 'nha-van-hoa-to-5')
    """
    bare = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "-".join(re.findall(r"[a-z0-9]+", "".join(c for c in bare if c.isascii())))
