"""What a new box and the ward say to each other once, over TLS, on the strength of a code.

The box makes its token itself and brings it along: no secret is typed, none travels back, and a
box that never heard the answer asks again with the same token and gets the same answer.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from appliance.core.wire.carried import VerifyKey
from appliance.core.wire.manifest import OurMessage, TheirMessage

# No letters that look alike: it is read from a screen or over the telephone.
CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_FORM = rf"^[{CODE_LETTERS}]{{4}}(-[{CODE_LETTERS}]{{4}}){{2}}$"
TOKEN_FORM = re.compile(r"tht_[A-Za-z0-9_-]{43}")


class EnrolmentAsked(OurMessage):
    """What the box sends beside its token."""

    code: Annotated[str, StringConstraints(pattern=CODE_FORM)]
    version: Annotated[str, StringConstraints(max_length=40)] = ""


class Enrolled(TheirMessage):
    """What the box needs to know of its ward; nothing of it is secret."""

    name: str = Field(min_length=1, max_length=80)
    recipient: Annotated[str, StringConstraints(pattern=r"^age1[0-9a-z]{58}$")]
    verify_key: VerifyKey
    server_time: AwareDatetime | None = None


def tidy_code(typed: str) -> str:
    """*typed* as it was printed, however it was typed: capitals, spaces, without its hyphens.

    >>> tidy_code(" ABCD efgh-2345 "), tidy_code("abcdefgh2345"), tidy_code("abc")
    ('abcd-efgh-2345', 'abcd-efgh-2345', 'abc')
    """
    letters = re.sub(r"[\s-]", "", typed).lower()
    if len(letters) != 12:
        return typed.strip()
    return "-".join(letters[start : start + 4] for start in range(0, 12, 4))
