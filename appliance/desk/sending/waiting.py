"""What has no receipt yet, for the first screen: why it waits, and trying again now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.core.dossiers.submission import Bound, SubmissionState
from appliance.desk.point import Point
from appliance.store.dossier import carried, outbox


@dataclass(frozen=True, slots=True)
class Waiting:
    """One sealed dossier on its way; nothing in it tells whose it is."""

    dossier_id: str
    number: str
    state: SubmissionState
    since: datetime
    attempts: int
    error_code: str | None
    by_hand: bool = False  # a stick carries it
    copied: bool = False  # it is on one


def list_waiting(point: Point, limit: int = 50) -> list[Waiting]:
    """Those without a receipt, the oldest first; all that need a person are among them."""
    with point.database.reading() as connection:
        return [
            Waiting(
                dossier_id=line.dossier_id,
                number=line.number,
                state=SubmissionState(line.state),
                since=line.created_at,
                attempts=line.attempts,
                error_code=line.error_code,
                by_hand=line.destination == Bound.FOLDER,
                copied=line.copied_at is not None,
            )
            for line in outbox.waiting_lines(connection, limit)
        ]


def try_again(point: Point, dossier_id: str) -> bool:
    """Send it at the next look of the uploader; False when there is nothing to send any more."""
    with point.database.writing() as connection:
        sent = outbox.submission_of(connection, dossier_id)
        return sent is not None and outbox.retry(connection, sent.id) == 1


def send_by(point: Point, dossier_id: str, to: Bound) -> bool:
    """A volunteer moves the newest revision to the stick, or back to the network.

    Asked again for the stick it is copied anew, perhaps to another one. False when it has
    arrived meanwhile. An upload or a copy under way may finish: the ward takes both as one.
    """
    with point.database.writing() as connection:
        sent = outbox.submission_of(connection, dossier_id)
        return sent is not None and carried.bind(connection, sent.id, to)
