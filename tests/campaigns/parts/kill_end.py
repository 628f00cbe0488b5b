"""What must hold when nobody kills any more: everything arrived once, and nothing lies about."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from appliance.core.errors import ApplianceError
from appliance.demo.visit import SLOT
from appliance.desk.point import Point, utc_now
from appliance.keys.signing import receipt_verifies
from appliance.services import upkeep
from appliance.store.dossier import outbox
from appliance.store.dossier import pages as page_rows
from tests.campaigns.parts.at_the_ward import against_the_ward
from tests.campaigns.parts.kill_errands import MARK, Diary
from tests.campaigns.parts.kill_house import KillHouse
from tests.security.test_security_marks import spellings
from tests.security.walking import PAPERS
from web.ward.office.reader import DossierUnreadable, open_dossier
from web.ward.service import open_service
from web.ward.settings import WardSettings
from web.ward.vault import drop_strays

OF_THE_PRETEND_WORLD = ("papers", "printed", "sane.d")


def nothing_is_lost_or_doubled(house: KillHouse, point: Point, diary: Diary) -> Counter[str]:
    """Each errand is at the ward as often as it was sealed, with the pages that were scanned."""
    arrived, damage = against_the_ward(house.ward_home, point.config.paths.state)
    damage["revisions at the ward"] += arrived != sum(
        1 + diary.opened[one].supplements for one in diary.done
    )
    damage["dossiers that nobody opened"] += len(_dossiers(point) - set(diary.opened))
    for one in diary.done:
        wanted = diary.opened[one]
        for number in range(1, wanted.supplements + 2):
            try:
                contents = open_dossier(house.ward_home, one, number=number).contents
            except DossierUnreadable:
                damage["unreadable at the ward"] += 1
                continue
            held = sum(file.pages or 0 for file in contents.files if file.slot == SLOT)
            damage["pages at the ward"] += held != (wanted.pages if number == 1 else 1)
            said = contents.model_dump_json()
            damage["answers at the ward"] += number == 1 and wanted.name not in said
        damage["receipts"] += not _proven(point, one, wanted.supplements + 1)
    return +damage


def nothing_lies_about(house: KillHouse, point: Point) -> Counter[str]:
    """No file without a row, no row without a file, no key that nobody needs, no plain word."""
    runtime = point.config.paths.runtime
    return at_the_point(point) + readable(house.home, runtime) + _at_the_ward(house.ward_home)


def at_the_point(point: Point) -> Counter[str]:
    """What the point keeps though nothing says why."""
    state = point.config.paths.state
    damage: Counter[str] = Counter()
    with point.database.reading() as connection:
        named = page_rows.file_names(connection)
    damage["page files without a row"] += len(point.pages.names() - named)
    damage["page rows without a file"] += len(named - point.pages.names())
    damage["unfinished page files"] += len(list(point.pages.unfinished()))
    damage["sealed files left in the outbox"] += len(list((state / "outbox").glob("*")))
    damage["plain papers in memory"] += sum(path.is_file() for path in point.spool.rglob("*"))
    damage["keys that nobody needs"] += len(point.vault.known() - _keys_needed(point))
    damage["papers set aside that a key opens"] += sum(
        _opens(point, path) for path in (state / "set-aside").rglob("*") if path.is_file()
    )
    return +damage


def readable(*tops: Path) -> Counter[str]:
    """Files in which a citizen's name stands, or that are a paper, for whoever finds them."""
    damage: Counter[str] = Counter()
    wanted = spellings(MARK)
    for path in (path for top in tops for path in top.rglob("*")):
        if not path.is_file() or set(OF_THE_PRETEND_WORLD) & set(path.parts):
            continue
        content = path.read_bytes()
        damage["plain words"] += any(mark in content for mark in wanted)
        damage["plain papers"] += content.startswith(PAPERS)
    return +damage


def later(house: KillHouse, point: Point) -> None:
    """What both houses do by themselves in the days that follow: upkeep here, the sweep there."""
    past = timedelta(days=30)
    upkeep.run(replace(point, clock=lambda: utc_now() + past))
    service = open_service(WardSettings(house.ward_home, None))
    try:
        service.uploads.sweep(utc_now() + past)
        drop_strays(service.home.sealed, utc_now() + past)
    finally:
        service.engine.dispose()


def set_aside(point: Point) -> int:
    """Files that a kill left without a row and a later start laid aside."""
    return sum(1 for path in (point.config.paths.state / "set-aside").glob("*"))


def _at_the_ward(home: Path) -> Counter[str]:
    damage: Counter[str] = Counter()
    with closing(sqlite3.connect(home / "ward.sqlite")) as database:
        kept = {row[0] for row in database.execute("SELECT sha256 FROM sealed_file")}
    damage["bytes that arrived for nothing"] += len(list((home / "uploads").iterdir()))
    vault = {path.name for path in (home / "sealed").glob("*/*")}
    damage["vault files without a row"] += len(vault - kept)
    damage["vault rows without a file"] += len(kept - vault)
    return +damage


def _proven(point: Point, dossier_id: str, revisions: int) -> bool:
    with point.database.reading() as connection:
        sent = outbox.submissions_of(connection, dossier_id)
        proofs = [outbox.receipt_of(connection, one.id) for one in sent]
    return [one.revision for one in sent] == list(range(1, revisions + 1)) and all(
        proof is not None
        and proof.manifest_sha256 == one.manifest_sha256
        and receipt_verifies(proof, point.config.ward.verify_key)
        for one, proof in zip(sent, proofs, strict=True)
    )


def _dossiers(point: Point) -> set[str]:
    with closing(sqlite3.connect(point.database.path)) as database:
        return {row[0] for row in database.execute("SELECT id FROM dossier")}


def _keys_needed(point: Point) -> set[str]:
    """Of what is on the desk or held under a number, and the one that the next dossier gets."""
    with closing(sqlite3.connect(point.database.path)) as database:
        rows = database.execute(
            "SELECT desk_key FROM dossier WHERE state IN ('open', 'sealing') "
            "UNION SELECT desk_key FROM walk_up WHERE state = 'held'"
        )
        return {row[0] for row in rows}


def _opens(point: Point, path: Path) -> bool:
    content = path.read_bytes()
    for key in point.vault.known():
        try:
            point.vault.open(content, key)
        except ApplianceError:
            continue
        return True
    return False
