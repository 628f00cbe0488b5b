"""Becoming one of a ward's boxes: one question, over TLS, before anything is known of the ward."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from appliance.core.errors import CaptivePortal
from appliance.core.wire.enrolment import Enrolled, EnrolmentAsked
from appliance.destinations.http import Answer, Wire, is_success
from appliance.destinations.verdict import is_web_page, retry_after_s, verdict
from appliance.destinations.ward_address import checked_ca_file, checked_token, checked_url
from appliance.keys.canonical import canonical_json


class Refusal(StrEnum):
    """What the ward says of a code."""

    UNKNOWN = "unknown-code"
    EXPIRED = "code-expired"
    USED = "code-used"
    TOO_MANY = "slow-down"


class CodeRefused(Exception):
    """The ward said no, and kept nothing."""

    def __init__(self, refusal: Refusal, rest_s: int = 0) -> None:
        super().__init__(refusal.value)
        self.refusal, self.rest_s = refusal, rest_s


def enrol(url: str, asked: EnrolmentAsked, token: str, ca_file: Path | None = None) -> Enrolled:
    """Ask the ward at *url* (ends in /intake/v1) to take this box in under *token*.

    Safe to repeat with the same code and token after an answer that was lost.

    Raises:
        CodeRefused: the ward said no.
        DeliveryError: no answer, or one that is not the ward's; whether it knows the box is open.
        ConfigWrong: the address or the certificates cannot be used.
    """
    wire = Wire(checked_token(token), checked_ca_file(ca_file))
    try:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        answer = wire.ask("POST", f"{checked_url(url)}/enrol", headers, canonical_json(asked))
    finally:
        wire.close()
    if refusal := _refusal_in(answer):
        raise CodeRefused(refusal, retry_after_s(answer) or 0)
    if not is_success(answer.status) or is_web_page(answer):
        raise verdict(answer)
    try:
        return Enrolled.model_validate(answer.json())
    except ValidationError as error:
        raise CaptivePortal(f"{answer}: not what a ward says") from error


def _refusal_in(answer: Answer) -> Refusal | None:
    told = answer.json() if answer.is_json else None
    kind = told.get("type", "") if isinstance(told, dict) else ""
    code = str(kind).removeprefix("urn:tramhoso:problem:")
    return Refusal(code) if code in set(Refusal) else None
