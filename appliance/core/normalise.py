"""One way to write each answer: NFC, single spaces, bare digits, dates with leading zeros."""

from __future__ import annotations

from appliance.core.fields import Answer, FormField


def normalise(field: FormField, raw: object) -> Answer:
    """The stored form of what somebody typed or a reader sent. Never raises.

    What cannot be understood comes back as cleaned text, for the check to speak about: nothing
    a person typed is thrown away. Nothing is ``""``. A missing day or month is never invented.
    """
    raise NotImplementedError
