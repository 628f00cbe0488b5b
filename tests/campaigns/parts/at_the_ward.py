"""What the ward holds, against what the point says it sent."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from appliance.core.point.figures import Month
from appliance.core.wire.manifest import CONTENTS_SLOT
from appliance.keys.canonical import sha256_hex
from tests.campaigns.parts.promises import promises_in
from web.ward.database import open_database, reading
from web.ward.office.reader import DossierUnreadable, open_dossier
from web.ward.settings import WardSettings
from web.ward.tables import device, figure_month, revision

Sent = dict[tuple[str, int], set[tuple[str, str]]]  # dossier, revision: sealed and plain digests


def against_the_ward(ward_home: Path, *states: Path) -> tuple[int, Counter[str]]:
    """How many revisions arrived, and what does not fit: each sealed one once, byte for byte.

    *states*: the state folder of every box that sends to that ward.
    """
    damage: Counter[str] = Counter()
    sent: Sent = {}
    for state in states:
        now = promises_in(state)
        damage["never delivered"] += sum(s in ("sealing", "sealed") for s in now.states.values())
        sent |= _sent(state)
    arrived = _arrived(ward_home)
    damage["sent, but not at the ward"] += len(sent.keys() - set(arrived))
    damage["at the ward, but without receipt"] += len(set(arrived) - sent.keys())
    damage["doubled at the ward"] += len(arrived) - len(set(arrived))
    for dossier, number in sent.keys() & set(arrived):
        try:
            papers = open_dossier(ward_home, dossier, number=number).papers
        except DossierUnreadable:
            damage["unreadable at the ward"] += 1
            continue
        plain = {(sealed, sha256_hex(pdf)) for sealed, pdf in papers.items()}
        damage["other bytes at the ward"] += plain != sent[dossier, number]
    return len(arrived), +damage


def figures_of(ward_home: Path, box: str) -> Counter[tuple[str, ...]]:
    """What one box told of its months, added up from the ward's raw rows."""
    found: Counter[tuple[str, ...]] = Counter()
    engine = open_database(WardSettings(ward_home, None).database_url)
    try:
        with reading(engine) as connection:
            number = select(device.c.id).where(device.c.name == box).scalar_subquery()
            rows = connection.execute(
                select(figure_month.c.place, figure_month.c.told).where(
                    figure_month.c.device_id == number
                )
            ).all()
    finally:
        engine.dispose()
    for row in rows:
        counts = Month.model_validate_json(row.told)
        for part in ("visits", "helped", "faces"):
            for key, count in getattr(counts, part).items():
                found[part, row.place, key] += count
        found["dossiers", row.place] += sum(sum(ways.values()) for ways in counts.dossiers.values())
    return +found


def _sent(state: Path) -> Sent:
    """Of every submission with a receipt."""
    sent: Sent = {}
    with closing(sqlite3.connect(state / "point.db")) as database:
        for dossier, number, slot, sealed, plain in database.execute(
            "SELECT s.dossier_id, s.revision, f.slot, f.sha256, f.content_sha256 "
            "FROM submission s JOIN receipt r ON r.submission_id = s.id "
            "JOIN submission_file f ON f.submission_id = s.id"
        ):
            files = sent.setdefault((dossier, number), set())
            if slot != CONTENTS_SLOT:
                files.add((sealed, plain))
    return sent


def _arrived(ward_home: Path) -> list[tuple[str, int]]:
    engine = open_database(WardSettings(ward_home, None).database_url)
    try:
        with reading(engine) as connection:
            rows = connection.execute(select(revision.c.dossier_id, revision.c.number))
            return [(row.dossier_id, row.number) for row in rows]
    finally:
        engine.dispose()
