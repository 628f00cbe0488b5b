"""One kept-alive connection to one server. The only file that knows requests.

What the network does becomes a DeliveryError here; what the server says is returned as it
is, for others to judge. Redirects are never followed: the token belongs to one host.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from appliance.core.errors import CaptivePortal, CertificateProblem, DestinationUnreachable
from appliance.destinations.whole_answers import POOLS

LONGEST_ANSWER = 1 << 20  # bytes; what a ward says is small, a portal's page may be anything


@dataclass(frozen=True, slots=True)
class Patience:
    """How long silence may last. *answer_s* is per piece, not for a whole chunk."""

    connect_s: float = 10.0
    answer_s: float = 60.0  # a ward hashes and fsyncs every file before it answers a commit


class Readable(Protocol):
    """A body that is read piece by piece and knows its length."""

    def __len__(self) -> int: ...

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names in any case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The Content-Type without parameters, in lower case; empty when there is none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        return self.media_type == "application/json" or self.media_type.endswith("+json")

    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def __str__(self) -> str:
        where = urlsplit(self.url).path
        return f"{self.status} {self.media_type or 'without a body type'} from {where}"


class Wire:
    """Asks one server. For one thread at a time."""

    def __init__(
        self, token: str, ca_file: Path | None = None, patience: Patience | None = None
    ) -> None:
        """*ca_file* replaces the system's certificates; None means just these."""
        self._patience = patience or Patience()
        self._session = requests.Session()
        # The environment is not ours to obey: a forgotten .netrc would replace our token,
        # a proxy variable would send it elsewhere.
        self._session.trust_env = False
        # requests' own bundle would not hold the province's CA a technician has installed.
        self._session.verify = str(ca_file) if ca_file else _system_certificates()
        for scheme in POOLS:
            self._session.mount(f"{scheme}://", _WholeAnswers())
        self._session.headers.update({"Authorization": f"Bearer {token}", "User-Agent": "tramhoso"})

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | Readable | None = None,
        extra_wait_s: float = 0.0,
    ) -> Answer:
        """Ask once and return whatever was answered. A body is streamed, never copied whole.

        Raises:
            DestinationUnreachable: no answer, or only a part of one.
            CertificateProblem: the TLS certificate does not prove that this is the server.
            CaptivePortal: no TLS at all where TLS must be.
        """
        answer_s = self._patience.answer_s + extra_wait_s
        try:
            with self._session.request(
                method,
                url,
                headers=dict(headers or {}),
                data=body,  # anything with read() and a length is streamed
                timeout=(self._patience.connect_s, answer_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = b"".join(_pieces(response, time.monotonic() + answer_s))
            answer = Answer(url, response.status_code, response.headers, content)
        except requests.exceptions.SSLError as error:
            raise _about_tls(error) from error
        except requests.exceptions.RequestException as error:
            raise DestinationUnreachable(f"{method}: {_told(error)}") from error
        except OSError as error:  # the certificates were there at the start
            raise CertificateProblem(str(error)) from error
        if method != "HEAD" and answer.is_json and answer.json() is None:
            raise DestinationUnreachable(f"{answer}: only a part of it")
        return answer

    def close(self) -> None:
        self._session.close()


class _WholeAnswers(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **settings: Any) -> None:
        super().init_poolmanager(*args, **settings)
        self.poolmanager.pool_classes_by_scheme = POOLS


def _pieces(response: requests.Response, until: float) -> Iterator[bytes]:
    length = 0
    for piece in response.iter_content(64 * 1024):
        length += len(piece)
        if length > LONGEST_ANSWER or time.monotonic() > until:
            raise requests.exceptions.ContentDecodingError("an answer without an end")
        yield piece


def _system_certificates() -> str | bool:
    paths = ssl.get_default_verify_paths()
    return paths.cafile or paths.capath or True


def _about_tls(
    error: requests.exceptions.SSLError,
) -> CertificateProblem | CaptivePortal | DestinationUnreachable:
    fault = next((e for e in _chain(error) if isinstance(e, ssl.SSLError)), None)
    if isinstance(fault, ssl.SSLCertVerificationError):
        return CertificateProblem(fault.verify_message)
    reason = getattr(fault, "reason", None) or ""
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        return CaptivePortal("something on the way answered without TLS")
    if "ALERT" in reason:
        return CertificateProblem(f"the server ended the TLS greeting: {reason}")
    return DestinationUnreachable(f"TLS was cut: {reason or _told(error)}")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _told(error: BaseException) -> str:
    """The innermost reason in the machine's words; outer ones repeat URLs and objects."""
    *_, inner = _chain(error)
    return f"{type(inner).__name__}: {inner}"


def is_success(status: int) -> bool:
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
