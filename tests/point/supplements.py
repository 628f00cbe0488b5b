"""A dossier that the ward has, an officer who asks for more of it, and its next revision."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from appliance.core.dossiers.submission import revision_id
from appliance.core.wire.manifest import (
    Contents,
    Event,
    EventType,
    Manifest,
    Receipt,
    SupplementItem,
    WardState,
)
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.imaging.child.main import cleaned
from appliance.keys.age import open_sealed
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import outbox, ward_events
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import WardKeys, scan_into

SLOT, OTHER = "giay_chung_sinh", "uy_quyen"


@pytest.fixture
def delivered(point: Point, dossier_id: str, helper: Volunteer) -> str:
    """A dossier that the ward has: three pages in one paper, one in another."""
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, SLOT, count=3)
    scan_into(point, dossier_id, OTHER, count=1)
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    sealing.grant_next(point, cleaned)
    arrive(point, dossier_id)
    return dossier_id


def arrive(point: Point, dossier_id: str) -> None:
    with point.database.writing() as connection:
        sent = outbox.submission_of(connection, dossier_id)
        assert sent is not None
        proof = Receipt(
            dossier_id=dossier_id,
            code="BD-7K3M-94QX",
            received_at=datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
            manifest_sha256=sent.manifest_sha256,
            signature="checked elsewhere",
        )
        outbox.mark_delivered(connection, sent, proof)


def say(
    point: Point,
    dossier_id: str,
    seq: int,
    state: WardState,
    *items: SupplementItem,
    came: bool = False,  # no request: the ward tells that a revision is in, and goes on waiting
) -> None:
    asks = state is WardState.SUPPLEMENT_REQUESTED and not came
    event = Event(
        seq=str(seq),
        dossier_id=dossier_id,
        at=point.clock(),
        type=EventType.SUPPLEMENT_REQUESTED if asks else EventType.STATE_CHANGED,
        state=state,
        items=items,
    )
    with point.database.writing() as connection:
        ward_events.add_events(connection, [event], None, lambda words, key: words)


def ask_for(point: Point, dossier_id: str, seq: int, *wanted: tuple[str, int | None]) -> None:
    items = [
        SupplementItem(what="paper", ref=slot, problem="unreadable", page=page)
        for slot, page in wanted
    ]
    say(point, dossier_id, seq, WardState.SUPPLEMENT_REQUESTED, *items)


def seal(point: Point, dossier_id: str, helper: Volunteer, *, in_part: bool = False) -> Manifest:
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True, in_part=in_part)
    sealing.grant_next(point, cleaned)
    with point.database.reading() as connection:
        sent = outbox.submission_of(connection, dossier_id)
    assert sent is not None
    return Manifest.model_validate_json(sent.body)


def contents_of(point: Point, manifest: Manifest, keys: WardKeys) -> Contents:
    [sealed] = [file for file in manifest.files if file.slot == "contents"]
    folder = point.sealed_files(revision_id(manifest.dossier_id, manifest.revision)).folder
    plain = open_sealed((folder / sealed.sha256).read_bytes(), keys.identity)
    return Contents.model_validate_json(plain)


def papers(manifest: Manifest) -> list[tuple[str, int | None, int | None]]:
    """Slot, replaced revision, replaced page of every paper."""
    return [
        (f.slot, f.replaces and f.replaces.revision, f.replaces and f.replaces.page)
        for f in manifest.files
        if f.slot != "contents"
    ]
