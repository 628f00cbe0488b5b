"""What has no receipt yet, for the first screen: why it waits, and trying again now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.core.submission import SubmissionState
from appliance.desk.point import Point
from appliance.store import dossiers, outbox


@dataclass(frozen=True, slots=True)
class Waiting:
    """One sealed dossier on its way; nothing in it tells whose it is."""

    dossier_id: str
    number: str
    state: SubmissionState
    since: datetime
    attempts: int
    error_code: str | None


def list_waiting(point: Point, limit: int = 200) -> list[Waiting]:
    """All that have no receipt, the oldest first."""
    with point.database.reading() as connection:
        return [
            Waiting(
                dossier_id=sent.dossier_id,
                number=dossiers.get_dossier(connection, sent.dossier_id).number,
                state=sent.state,
                since=sent.created_at,
                attempts=sent.attempts,
                error_code=sent.error_code,
            )
            for sent in outbox.list_outbox(connection, limit)
        ]


def try_again(point: Point, dossier_id: str) -> bool:
    """Send it at the next look of the uploader; False when there is nothing to send any more."""
    with point.database.writing() as connection:
        sent = outbox.submission_of(connection, dossier_id)
        return sent is not None and outbox.retry(connection, sent.id) == 1
