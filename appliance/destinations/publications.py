"""What the ward sends down, asked for piece by piece; docs/ward_api.yaml, since 1.4.0."""

from __future__ import annotations

from pathlib import Path

from appliance.core.errors import DestinationUnreachable
from appliance.core.wire.publication import LARGEST_LIST
from appliance.destinations.http import Answer, Patience, Wire
from appliance.destinations.verdict import verdict
from appliance.destinations.ward_address import checked_ca_file, checked_token, checked_url

_OCTETS = "application/octet-stream"


class WardPublications:
    """A ``desk.sending.publications.Source``. For one thread at a time."""

    def __init__(
        self, url: str, token: str, ca_file: Path | None = None, patience: Patience | None = None
    ) -> None:
        """As ``WardService``.

        Raises:
            ConfigWrong: the address, token or certificates cannot be used.
        """
        self._url = checked_url(url)
        self._wire = Wire(checked_token(token), checked_ca_file(ca_file), patience)

    def publication(self, number: int) -> bytes:
        """See ``Source.publication``."""
        answer = self._wire.ask(
            "GET", f"{self._url}/publications/{number}", {"Accept": "application/json"}
        )
        if answer.status != 200 or not answer.is_json:
            raise verdict(answer)
        if len(answer.body) > LARGEST_LIST:
            raise DestinationUnreachable(f"{answer}: {len(answer.body)} bytes are no list")
        return answer.body

    def piece(self, number: int, sha256: str, begin: int, most: int) -> bytes:
        """See ``Source.piece``."""
        answer = self._wire.ask(
            "GET",
            f"{self._url}/publications/{number}/files/{sha256}",
            {"Accept": _OCTETS, "Range": f"bytes={begin}-{begin + most - 1}"},
        )
        if answer.status == 416:
            return b""
        if answer.media_type != _OCTETS or not _is_as_asked(answer, begin):
            raise verdict(answer)
        return answer.body[:most]

    def close(self) -> None:
        """Give the connection back. Calls after this one open it again."""
        self._wire.close()


def _is_as_asked(answer: Answer, begin: int) -> bool:
    """A proxy that knows no ranges answers 200 with all of it, which fits a first piece only."""
    if answer.status == 206:
        return answer.headers.get("Content-Range", "").startswith(f"bytes {begin}-")
    return answer.status == 200 and begin == 0
