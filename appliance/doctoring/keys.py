"""To whom this box seals, whose receipts it believes, until when its page is trusted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography import x509

from appliance.core.diagnosis import Finding, person, well
from appliance.core.errors import ConfigWrong, WardKeyMissing
from appliance.desk.point import Point
from appliance.desk.sending.ward_key import recipients_now
from appliance.destinations.ward_address import checked_verify_key
from appliance.doctoring.machine import Machine, read

CERTIFICATE_SOON = timedelta(days=20)  # renewed by itself at thirty: this one was not


def look_at_keys(point: Point, machine: Machine) -> Iterator[Finding]:
    """The ward's two keys, and the certificate of the page."""
    recipients = recipients_now(point)
    if not recipients:
        yield person(WardKeyMissing.code)
    else:
        try:
            checked_verify_key(point.config.ward.verify_key)
        except ConfigWrong:
            yield person("verify-key-wrong")
        else:
            yield well("keys-well", key=f"{recipients[0][:12]}…")
    yield from _page_certificate(machine, point.clock())


def _page_certificate(machine: Machine, now: datetime) -> Iterator[Finding]:
    pem = read(machine.etc / "tls/page.pem")  # a box by hand has none
    if pem is None:
        return
    try:
        ends = x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
    except ValueError:
        yield person("page-certificate-wrong")
        return
    if ends - now < CERTIFICATE_SOON:
        yield person("page-certificate-ends", day=f"{ends:%d/%m/%Y}")
