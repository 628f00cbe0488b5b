"""Hold one sealed dossier, send it, store the proof: what the uploader does again and again."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from appliance.core.dossiers.backoff import rest_after
from appliance.core.dossiers.submission import HOLD, LONGEST_REST, Submission
from appliance.core.dossiers.trail import What
from appliance.core.errors import ApplianceError, DeliveryError, DossierMovedOn, Unexpected
from appliance.core.ports import Destination
from appliance.core.wire.manifest import Heartbeat, Manifest, ProcedureRef, Receipt, TrailHead
from appliance.desk import noting, trail
from appliance.desk.point import Point
from appliance.desk.sending.examined import last_examined
from appliance.desk.sending.publications import published_here
from appliance.desk.sending.status import disk_free_mb
from appliance.failpoints import passing
from appliance.store import erase_orders, status
from appliance.store.dossier import outbox, owners
from appliance.store.people import audit

log = logging.getLogger(__name__)

PROLONG_EVERY = HOLD / 4


class Sending:
    """One submission in hand: its upload URLs and its hold, both in the store."""

    def __init__(self, point: Point, held_by: str) -> None:
        self._point, self._held_by = point, held_by
        self._submission: Submission | None = None
        self._prolonged_at = point.clock()
        self.moved = False  # whether bytes arrived since ``take``

    def take(self) -> Submission | None:
        """The next due submission, held for ten minutes; None when nothing is due."""
        now = self._point.clock()
        with self._point.database.reading() as connection:
            if not outbox.has_due(connection, now):
                return None
        with self._point.database.writing() as connection:
            self._submission = outbox.take_next(connection, self._held_by, now)
        if __debug__:
            passing("outbox-held-before-sending")
        self._prolonged_at, self.moved = now, False
        return self._submission

    def recall(self, sha256: str) -> str | None:
        """As ``UploadUrls.recall``."""
        with self._point.database.reading() as connection:
            return outbox.recall_upload(connection, self._in_hand.id, sha256)

    def remember(self, sha256: str, url: str) -> None:
        """As ``UploadUrls.remember``."""
        with self._point.database.writing() as connection:
            if __debug__:
                passing("upload-begun-before-its-row")
            outbox.remember_upload(connection, self._in_hand.id, sha256, url)

    def progress(self, sent: int, _total: int) -> None:
        """Bytes arrived: keep the hold while a slow line still moves."""
        if __debug__:
            passing("upload-bytes-on-their-way")
        self.moved = self.moved or sent > 0
        now = self._point.clock()
        if abs(now - self._prolonged_at) >= PROLONG_EVERY:
            self._prolonged_at = now
            with self._point.database.writing() as connection:
                outbox.prolong(connection, self._in_hand.id, self._held_by, now)

    @property
    def _in_hand(self) -> Submission:
        if self._submission is None:
            raise RuntimeError("nothing was taken")
        return self._submission


def deliver(
    point: Point,
    sent: Submission,
    destination: Destination,
    random: Callable[[], float],
    moved: Callable[[], bool] = lambda: False,
) -> ApplianceError | None:
    """Send what is held; afterwards it is delivered, resting, or waits for a person.

    A try during which bytes *moved* is followed soon by the next one: on a line that is cut
    every minute, resting longer and longer would be giving up.

    Returns what went wrong, None when the receipt is stored.
    """
    files = point.sealed_files(sent.id)
    try:
        proof = destination.send(
            Manifest.model_validate_json(sent.body),
            sent.body,
            {file.sha256: files.folder / file.sha256 for file in sent.files},
        )
    except DeliveryError as error:
        _put_back(point, sent, error, rest_after(error, 1 if moved() else sent.attempts, random))
        return error
    except ApplianceError:
        raise  # a full disk, say: nothing about this dossier; its hold runs out
    except Exception as fault:
        # One dossier that trips over our own code must not stop those behind it.
        log.exception("submission %s", sent.id)
        unexpected = Unexpected(type(fault).__name__)
        _put_back(point, sent, unexpected, LONGEST_REST.total_seconds())
        return unexpected
    take_receipt(point, sent, proof)
    return None


def take_receipt(point: Point, sent: Submission, proof: Receipt) -> None:
    """Store a verified receipt, whichever way it came; then the sealed bytes go."""
    if __debug__:
        passing("committed-before-receipt-row")
    with point.database.writing() as connection:
        if outbox.mark_delivered(connection, sent, proof):
            trail.note(
                point, connection, What.DELIVERED, about=sent.dossier_id, revision=sent.revision
            )
        if __debug__:
            passing("receipt-row-before-commit")
    noting.delivered(point, sent.id)
    if __debug__:
        passing("receipt-before-sealed-files-gone")
    erase_sealed(point, sent.id)


def erase_sealed(point: Point, submission_id: str) -> None:
    """The ward holds it, we hold the proof: the box's ciphertext goes. Safe to repeat."""
    shutil.rmtree(point.sealed_files(submission_id).folder, ignore_errors=True)


def _put_back(point: Point, sent: Submission, error: ApplianceError, rest_s: float | None) -> None:
    with suppress(DossierMovedOn), point.database.writing() as connection:
        # a stick may have brought its receipt while this try went on
        if rest_s is None:
            outbox.needs_person(connection, sent.id, error.code, str(error))
        else:
            until = point.clock() + timedelta(seconds=rest_s)
            outbox.rest(connection, sent.id, until, error.code, str(error))


def health(point: Point, version: str) -> Heartbeat:
    """How this box is; no personal data."""
    now = point.clock()
    with point.database.reading() as connection:
        waiting = outbox.queue(connection)
        drafts = sum(owners.dossier_keys(connection).values())
        head = audit.head(connection)
        erased = erase_orders.all_done(connection)
    examined = last_examined(point)
    age_s = int((now - waiting.oldest_at).total_seconds()) if waiting.oldest_at else 0
    return Heartbeat(
        version=version,
        queue=waiting.waiting + waiting.needs_person,
        oldest_waiting_s=max(age_s, 0),
        disk_free_mb=disk_free_mb(point),
        clock=now,
        drafts=drafts,
        audit=TrailHead(seq=head.seq, digest=head.digest),
        erased=erased,
        out_of_service=(examined.out_of_service or None) if examined else None,
        published=published_here(point),
        form_versions=_form_versions(point),
        point_code=point.config.point.code,
    )


def publish_form_versions(point: Point) -> None:
    """The page has read the procedures: note which, so that the uploader need not read them."""
    leaflets = point.procedures.leaflets.values()
    refs = [leaflet.ref.model_dump(mode="json") for leaflet in leaflets]
    with point.database.writing() as connection:
        status.remember(connection, status.FORM_VERSIONS, json.dumps(refs))


def _form_versions(point: Point) -> tuple[ProcedureRef, ...]:
    with point.database.reading() as connection:
        noted = status.recall(connection, status.FORM_VERSIONS)
    return tuple(ProcedureRef.model_validate(ref) for ref in json.loads(noted or "[]"))
