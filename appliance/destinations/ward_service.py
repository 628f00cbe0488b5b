"""The ward's receiving service: every file by tus, then one commit, then a signed receipt.

The commit is what counts: the same id and the same bytes give the same receipt for ever, so
any step may be repeated after a cut at any moment. Wire contract: docs/ward_api.yaml.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import quote, urlencode

from pydantic import AwareDatetime, BaseModel, ValidationError

from appliance.core.dossiers.submission import revision_id
from appliance.core.errors import (
    DestinationUnreachable,
    FilesMissingAtWard,
    SealedFileDamaged,
)
from appliance.core.point.figures_told import MonthsKnown, MonthTold, WardTotal
from appliance.core.wire.manifest import (
    EventPage,
    Heartbeat,
    Manifest,
    ManifestFile,
    Receipt,
    TheirMessage,
    WardDossier,
)
from appliance.core.wire.ward_orders import EraseAll, WardKey
from appliance.destinations.http import Answer, Patience, Wire
from appliance.destinations.proof import json_of, proof_in
from appliance.destinations.sealed_file import check_sealed_file
from appliance.destinations.tus import Tus
from appliance.destinations.verdict import verdict
from appliance.destinations.ward_address import (
    checked_ca_file,
    checked_token,
    checked_url,
    checked_verify_key,
)
from appliance.keys.canonical import canonical_json, repr_digest

COMMIT_TRIES = 3
LONGEST_POLL_S = 25
NEWER_THAN_1_2 = {"out_of_service": None, "published": None, "point_code": None}  # of a heartbeat
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
Message = TypeVar("Message", bound=BaseModel)


class UploadUrls(Protocol):
    """Where upload URLs outlive a power cut."""

    def recall(self, sha256: str) -> str | None:
        """The URL last remembered for the sealed file with this digest."""
        ...

    def remember(self, sha256: str, url: str) -> None:
        """Durable when it returns; replaces an older URL."""
        ...


class HeartbeatAnswer(TheirMessage):
    """What the ward answers to a heartbeat."""

    server_time: AwareDatetime | None = None
    min_version: str | None = None
    # neither is to be believed before its signature is checked
    ward_key: WardKey | None = None
    erase_all: EraseAll | None = None
    publication: int | None = None  # the newest; what it holds is signed
    ward_totals: tuple[WardTotal, ...] | None = None  # None: the ward keeps no figures
    same_point_code: tuple[str, ...] = ()  # other boxes that number as this one does


class WardService:
    """A ``core.ports.Destination``. For one thread at a time; a long poll wants its own."""

    name = "ward_service"

    def __init__(
        self,
        url: str,
        token: str,
        verify_key: str,
        uploads: UploadUrls,
        *,
        ca_file: Path | None = None,
        progress: Callable[[int, int], None] = lambda sent, total: None,
        patience: Patience | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """*url* ends in /intake/v1. *progress* gets bytes at the ward and bytes in all, often
        enough to feed a watchdog: it is silent for one request's time-outs at most (70 s).

        Raises:
            ConfigWrong: the address, token, key or certificates cannot be used, or the token
                would travel in the clear.
        """
        self._url = checked_url(url)
        self._wire = Wire(checked_token(token), checked_ca_file(ca_file), patience)
        self._tus = Tus(self._wire, f"{self._url}/files", pause=pause)
        self._verify_key = checked_verify_key(verify_key)
        self._uploads = uploads
        self._progress = progress
        self._told = (0, 0)  # what progress was given last
        self._pause = pause

    def send(self, manifest: Manifest, body: bytes, files: dict[str, Path]) -> Receipt:
        """See ``core.ports.Destination.send``."""
        self._told = (0, sum(listed.bytes for listed in manifest.files))
        damaged = _damage_of(manifest, files)
        if damaged or all(self._uploads.recall(listed.sha256) for listed in manifest.files):
            # An earlier call got this far: perhaps only the receipt was lost on its way. And what
            # is damaged here, or gone with a database that came back from a copy, may be there.
            try:
                return self._commit(manifest, body)
            except FilesMissingAtWard:
                if damaged:
                    raise damaged from None
        self._upload(manifest.files, files)
        try:
            return self._commit(manifest, body)
        except FilesMissingAtWard as error:
            lost = [listed for listed in manifest.files if listed.sha256 in error.missing]
            if not lost:
                raise
            self._upload(lost, files, anew=True)
        return self._commit(manifest, body)

    def events(self, after: str | None, wait_s: int = 0, limit: int = 50) -> EventPage | None:
        """What the office did since the cursor *after* (None: from the start).

        With *wait_s* the ward holds its answer until something happens. None when the ward no
        longer knows the cursor: begin again without one.
        """
        wait_s = min(wait_s, LONGEST_POLL_S)
        asked = {"limit": limit, "wait": wait_s} | ({"after": after} if after else {})
        answer = self._wire.ask(
            "GET", f"{self._url}/events?{urlencode(asked)}", _JSON, extra_wait_s=wait_s
        )
        if answer.status == 410 and answer.is_json:
            return None
        return _message(answer, EventPage)

    def dossier(self, dossier_id: str) -> WardDossier | None:
        """Where a dossier of this box stands; None when the ward knows no such dossier."""
        answer = self._wire.ask("GET", f"{self._url}/dossiers/{quote(dossier_id, safe='')}", _JSON)
        if answer.status == 404 and answer.is_json:
            return None
        return _message(answer, WardDossier)

    def heartbeat(self, health: Heartbeat) -> HeartbeatAnswer:
        """Tell the ward how this box is; the answer carries the ward's clock."""
        answer = self._tell_how(health)
        if answer.status == 422:  # a ward of 1.2 refuses what it does not know
            answer = self._tell_how(health.model_copy(update=NEWER_THAN_1_2))
        if answer.status == 401 and answer.is_json:  # a lost box may still hear one thing
            with suppress(ValidationError):
                last = HeartbeatAnswer.model_validate(answer.json())
                if last.erase_all is not None:
                    return HeartbeatAnswer(erase_all=last.erase_all)
        return _message(answer, HeartbeatAnswer)

    def _tell_how(self, health: Heartbeat) -> Answer:
        return self._wire.ask("PUT", f"{self._url}/heartbeat", _JSON, canonical_json(health))

    def months_known(self) -> MonthsKnown | None:
        """Which of this box's months the ward holds; None from a ward that keeps no figures."""
        answer = self._wire.ask("GET", f"{self._url}/figures", _JSON)
        if answer.status == 404 and answer.is_json:
            return None
        return _message(answer, MonthsKnown)

    def tell_month(self, told: MonthTold) -> bool:
        """Bring one month; False when the ward knows a newer telling: look and tell again."""
        path = f"/figures/{quote(told.figures.place, safe='')}/{told.figures.month}"
        answer = self._wire.ask("PUT", f"{self._url}{path}", _JSON, canonical_json(told))
        if answer.status == 409 and answer.is_json:
            return False
        if answer.status != 200:
            raise verdict(answer)
        return True

    def close(self) -> None:
        """Give the connection back. Calls after this one open it again."""
        self._wire.close()

    def _upload(
        self, listed: Sequence[ManifestFile], files: dict[str, Path], *, anew: bool = False
    ) -> None:
        total, done = sum(file.bytes for file in listed), 0
        for file in listed:
            self._upload_one(file, files[file.sha256], anew, done, total)
            done += file.bytes

    def _upload_one(
        self, file: ManifestFile, path: Path, anew: bool, done: int, total: int
    ) -> None:
        self._tus.upload(
            path,
            # the ward finds an upload by this digest; a slot or name would be personal data
            {"sha256": file.sha256},
            known_url=None if anew else self._uploads.recall(file.sha256),
            remember=lambda url: self._uploads.remember(file.sha256, url),
            progress=lambda offset: self._tell(done + offset, total),
            alive=lambda: self._progress(*self._told),
        )

    def _tell(self, sent: int, total: int) -> None:
        self._told = (sent, total)
        self._progress(sent, total)

    def _commit(self, manifest: Manifest, body: bytes) -> Receipt:
        answer = self._put(
            _path(manifest), revision_id(manifest.dossier_id, manifest.revision), body
        )
        return proof_in(answer, manifest, body, self._verify_key)

    def _put(self, path: str, idempotency_key: str, body: bytes) -> Answer:
        headers = {
            **_JSON,
            "Idempotency-Key": idempotency_key,
            "Repr-Digest": repr_digest(body),
        }
        failures = 0
        while True:
            self._progress(*self._told)
            try:
                return self._wire.ask("PUT", f"{self._url}{path}", headers, body)
            except DestinationUnreachable:
                failures += 1
                if failures >= COMMIT_TRIES:
                    raise
                self._pause(failures)


def _damage_of(manifest: Manifest, files: dict[str, Path]) -> SealedFileDamaged | None:
    """The first of its files that is not as it was sealed."""
    try:
        for listed in manifest.files:
            check_sealed_file(listed, files.get(listed.sha256))
    except SealedFileDamaged as error:
        return error
    return None


def _path(manifest: Manifest) -> str:
    dossier = f"/dossiers/{quote(manifest.dossier_id, safe='')}"
    return dossier if manifest.revision == 1 else f"{dossier}/revisions/{manifest.revision}"


def _message(answer: Answer, kind: type[Message]) -> Message:
    if answer.status != 200:
        raise verdict(answer)
    try:
        return kind.model_validate(json_of(answer))
    except ValidationError as error:
        raise DestinationUnreachable(f"{answer}: {error.error_count()} faults") from error
