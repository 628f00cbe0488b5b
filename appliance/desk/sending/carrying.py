"""A stick is plugged in: hear what the ward wrote back, copy what waits, take off what arrived."""

from __future__ import annotations

import logging
from collections.abc import Callable

from appliance.core.dossiers.submission import Bound, Submission, SubmissionState
from appliance.core.dossiers.trail import What
from appliance.core.errors import (
    ApplianceError,
    ConflictAtWard,
    DeviceRefused,
    DossierMovedOn,
    ReceiptForged,
    RefusedByWard,
    SealedFileDamaged,
    SupplementNotWanted,
    TooLargeForWard,
)
from appliance.core.errors.folder import FolderCopyDamaged, FolderError
from appliance.core.wire.carried import CarriedAnswer, Refusal
from appliance.core.wire.manifest import Manifest, Receipt
from appliance.desk import trail
from appliance.desk.point import Point
from appliance.desk.sending.delivery import take_receipt
from appliance.destinations.folder import Stick
from appliance.destinations.proof import must_prove
from appliance.failpoints import passing
from appliance.keys.signing import message_verifies
from appliance.store.dossier import carried, outbox

log = logging.getLogger(__name__)

_SAID: dict[str, type[ApplianceError]] = {  # the ward's problem: what it is here
    "other-content": ConflictAtWard,
    "not-asked-for": SupplementNotWanted,
    "too-large": TooLargeForWard,
    "unknown-device": DeviceRefused,
    "damaged": FolderCopyDamaged,
}


def tend_stick(point: Point, find: Callable[[], Stick]) -> int:
    """One look at the stick; returns how many dossiers were copied or got their receipt.

    Raises:
        FolderError: the stick is absent, or not as it should be. What waits for it says why;
            nothing is lost and the next look goes on.
    """
    try:
        stick = find()
        done = _hear(point, stick)
        done += _copy(point, stick)
        _take_off(point, stick)
    except FolderError as error:
        _tell_those_who_wait(point, error)
        raise
    return done


def _hear(point: Point, stick: Stick) -> int:
    """Store what the ward answered; then it has done its duty on the stick."""
    received = 0
    for submission_id, answer in stick.answers():
        with point.database.reading() as connection:
            standing = carried.standing(connection, [submission_id]).get(submission_id)
            if standing is None:
                continue  # another box's
            sent = outbox.get_submission(connection, submission_id)
        if standing.state is SubmissionState.DELIVERED:
            continue  # taken off below
        if answer.receipt is not None:
            received += _take_receipt(point, stick, sent, answer.receipt)
        elif answer.refusal is not None and _is_about(point, sent, answer):
            _take_refusal(point, sent, answer.refusal)
            if __debug__:
                passing("stick-refused-before-cleared")
            stick.clear(submission_id)
    return received


def _take_receipt(point: Point, stick: Stick, sent: Submission, receipt: Receipt) -> bool:
    manifest = Manifest.model_validate_json(sent.body)
    try:
        must_prove(receipt, manifest, sent.body, point.config.ward.verify_key)
    except ReceiptForged as error:
        log.warning("submission %s: %s: %s", sent.id, error.code, error)
        with point.database.writing() as connection:
            outbox.needs_person(connection, sent.id, error.code, str(error))
        stick.forget_answer(sent.id)
        return False
    take_receipt(point, sent, receipt)
    log.info("submission %s delivered by hand", sent.id)
    return True


def _is_about(point: Point, sent: Submission, answer: CarriedAnswer) -> bool:
    """Whether our ward said no to exactly these bytes; anything else is nobody's word."""
    refusal = answer.refusal
    return (
        refusal is not None
        and message_verifies(refusal, point.config.ward.verify_key)
        and (refusal.submission_id, refusal.manifest_sha256) == (sent.id, sent.manifest_sha256)
    )


def _take_refusal(point: Point, sent: Submission, refusal: Refusal) -> None:
    kind = _SAID.get(refusal.problem, RefusedByWard)
    log.warning("submission %s: the ward said %s", sent.id, refusal.problem)
    with point.database.writing() as connection:
        if kind is FolderCopyDamaged:
            carried.note_trouble(connection, sent.id, kind.code, refusal.problem)
        else:
            carried.bind(connection, sent.id, Bound(sent.destination))  # a copy no more
            outbox.needs_person(connection, sent.id, kind.code, f"by hand: {refusal.problem}")


def _copy(point: Point, stick: Stick) -> int:
    with point.database.reading() as connection:
        waiting = carried.to_copy(connection)
        promised = carried.copied_to(connection, stick.name)
    # a FAT may lose what it was told to keep, and anybody may delete it
    lost = [submission_id for submission_id in promised if not stick.is_our_own(submission_id)]
    copied = 0
    for submission_id in (*waiting, *lost):
        with point.database.reading() as connection:
            sent = outbox.get_submission(connection, submission_id)
        if not sent.by_hand or sent.state is not SubmissionState.WAITING:
            continue  # moved meanwhile
        folder = point.sealed_files(sent.id).folder
        try:
            stick.put(
                Manifest.model_validate_json(sent.body),
                sent.body,
                {file.sha256: folder / file.sha256 for file in sent.files},
            )
        except SealedFileDamaged as error:
            _give_up(point, sent, error)
            continue
        if __debug__:
            passing("stick-copied-before-row")
        with point.database.writing() as connection:
            if carried.note_copied(connection, sent.id, stick.name, point.clock()):
                copied += 1
                trail.note(point, connection, What.FOLDER_COPIED, about=sent.dossier_id)
        log.info("submission %s copied to stick %s", sent.id, stick.name)
    return copied


def _give_up(point: Point, sent: Submission, error: SealedFileDamaged) -> None:
    """Unless it arrived over the network while it was copied: then its files are rightly gone."""
    log.warning("submission %s: %s: %s", sent.id, error.code, error)
    try:
        with point.database.writing() as connection:
            outbox.needs_person(connection, sent.id, error.code, str(error))
    except DossierMovedOn:
        log.info("submission %s has arrived meanwhile", sent.id)


def _take_off(point: Point, stick: Stick) -> None:
    """What arrived, went by network after all or was withdrawn is no longer carried about."""
    there = stick.carried()
    with point.database.reading() as connection:
        known = carried.standing(connection, there)
    for submission_id in sorted(there):
        standing = known.get(submission_id)
        if standing is None:
            is_over = stick.is_our_own(submission_id)
        else:
            is_over = standing.state is SubmissionState.DELIVERED or not standing.by_hand
        if is_over:
            stick.clear(submission_id)


def _tell_those_who_wait(point: Point, error: FolderError) -> None:
    with point.database.writing() as connection:
        for submission_id in carried.to_copy(connection):
            carried.note_trouble(connection, submission_id, error.code, str(error))
