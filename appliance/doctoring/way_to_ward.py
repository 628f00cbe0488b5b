"""The way to the ward, a step at a time: name, connection, certificate, answer, token.

Each step is told apart because each has another person to call.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from appliance.config import WardSection
from appliance.core.diagnosis import Finding, note, person, well
from appliance.core.errors import (
    ApplianceError,
    CaptivePortal,
    CertificateProblem,
    ConfigWrong,
    DestinationUnreachable,
    DeviceRefused,
)
from appliance.destinations.http import Patience, Wire
from appliance.destinations.verdict import verdict
from appliance.destinations.ward_address import checked_token, checked_url
from appliance.doctoring.machine import Machine, read

PATIENCE = Patience(connect_s=5.0, answer_s=10.0)
# what OpenSSL found, by the number that it gives
_EXPIRED, _NOT_YET, _WRONG_NAME = 10, 9, (62, 64)
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")


@dataclass(frozen=True, slots=True)
class WayToWard:
    """*token* None: it could not be read, *why_no_token* says why."""

    ward: WardSection
    token: str | None
    why_no_token: str = ""
    patience: Patience = PATIENCE

    def look(self, machine: Machine) -> Iterator[Finding]:
        """The first step that fails, or that the ward answered."""
        if not self.ward.url:
            yield note("ward-by-hand")
            return
        try:
            parts = urlsplit(checked_url(self.ward.url))
        except ConfigWrong as error:
            yield person("config-wrong", fault=error)
            return
        yield self._failed_step(parts, machine) or self._asked()

    def _failed_step(self, parts: SplitResult, machine: Machine) -> Finding | None:
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        try:
            addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            if not has_way_out(machine):
                return person("network-none")
            return person("name-unknown", host=host, why=error.strerror)
        why = ""
        for family, kind, protocol, _name, address in addresses:
            try:
                with socket.socket(family, kind, protocol) as wire:
                    wire.settimeout(self.patience.connect_s)
                    wire.connect(address)
                    return self._greeted(wire, host) if parts.scheme == "https" else None
            except ssl.SSLError as error:
                return _about(error, host)
            except OSError as error:
                why = error.strerror or str(error)
        loopback = host in ("localhost", "127.0.0.1", "::1")
        if not loopback and not has_way_out(machine):
            return person("network-none")
        return person("ward-unreachable", host=host, port=port, why=why)

    def _greeted(self, wire: socket.socket, host: str) -> Finding | None:
        ca = self.ward.ca_file
        try:
            context = ssl.create_default_context(cafile=ca)
        except OSError as error:
            return person("config-wrong", fault=f"ward.ca_file: {ca}: {error}")
        with context.wrap_socket(wire, server_hostname=host):
            return None

    def _asked(self) -> Finding:
        if self.token is None:
            return person("token-missing", why=self.why_no_token)
        url = checked_url(self.ward.url)
        try:
            wire = Wire(checked_token(self.token), self.ward.ca_file, self.patience)
            try:
                # of all it may ask the cheapest: nothing is changed, and one event at most is read
                answer = wire.ask("GET", f"{url}/events?limit=1", {"Accept": "application/json"})
            finally:
                wire.close()
            if answer.status != 200 or not answer.is_json:
                raise verdict(answer)
        except ApplianceError as error:
            return _about_answer(error, url)
        return well("ward-well", host=urlsplit(url).hostname)


def has_way_out(machine: Machine) -> bool:
    """Whether there is a route to elsewhere at all: a cable in, a Wi-Fi joined."""
    routes = (read(machine.proc / "net/route") or "").splitlines()[1:]
    six = (read(machine.proc / "net/ipv6_route") or "").splitlines()
    four_out = any(line.split()[1:2] == ["00000000"] for line in routes)
    six_out = any(
        line.startswith("0" * 32 + " 00") and not line.rstrip().endswith(" lo") for line in six
    )
    return four_out or six_out


def _about(error: ssl.SSLError, host: str) -> Finding:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message
        if error.verify_code == _NOT_YET:
            return person("certificate-not-yet", host=host)
        if error.verify_code == _EXPIRED:
            return person("certificate-expired", host=host)
        if error.verify_code in _WRONG_NAME:
            return person("certificate-name", host=host)
        return person("certificate-unknown", host=host, why=why)
    if error.reason in _NO_TLS:
        return person("captive-portal", host=host)
    return person("ward-unreachable", host=host, port="TLS", why=error.reason or str(error))


def _about_answer(error: ApplianceError, url: str) -> Finding:
    host = urlsplit(url).hostname
    match error:
        case CaptivePortal():
            return person("captive-portal", host=host)
        case DeviceRefused():
            return person("token-refused", host=host)
        case CertificateProblem():
            return person("certificate-unknown", host=host, why=error)
        case ConfigWrong():
            return person("token-missing", why=error)
        case DestinationUnreachable():
            return person("ward-answers-oddly", host=host, why=error)
    return person("ward-answers-oddly", host=host, why=f"{error.code}: {error}")


def token_of(file: Path | None, credentials: Path | None) -> tuple[str | None, str]:
    """The token and, when there is none, why. The unit's own copy is looked for first."""
    places = [place for place in (credentials, file) if place is not None]
    why = "ward.token_file is not set"
    for place in places:
        try:
            return place.read_text(encoding="ascii").strip(), ""
        except (OSError, UnicodeDecodeError) as error:
            why = f"{place}: {getattr(error, 'strerror', None) or 'holds no token'}"
    return None, why
