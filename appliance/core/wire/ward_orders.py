"""What a ward tells a box beside its time: its newest key, and to erase everything.

Both are signed with the ward's own Ed25519 key, which the box has pinned: neither a proxy nor
whoever holds a box's token can give them. Only a higher number than the last counts, so that an
old one that somebody kept does nothing.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from appliance.core.wire.carried import VerifyKey
from appliance.core.wire.manifest import TheirMessage


class WardKey(TheirMessage):
    """What is sealed from now on is sealed to *recipient*; earlier keys still open at the ward."""

    purpose: Literal["ward-key"] = "ward-key"
    number: int = Field(ge=1)  # the ward's first key has none; its second is 2
    recipient: Annotated[str, StringConstraints(pattern=r"^age1[0-9a-z]{58}$")]
    signature: str = ""


class EraseAll(TheirMessage):
    """A box is to erase everything it holds of citizens: it was lost, or leaves its place."""

    purpose: Literal["erase-all"] = "erase-all"
    number: int = Field(ge=1)
    device: VerifyKey  # for no other box
    at: AwareDatetime
    signature: str = ""
