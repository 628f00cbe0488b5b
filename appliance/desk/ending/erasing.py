"""A dossier goes before the ward has it: first its key, then its files; that it was stays dated.

What the ward holds already only the ward can erase; here at most the codes about it go.
"""

from __future__ import annotations

import logging
import shutil

from sqlalchemy import Connection

from appliance.core.dossiers.dossier import Dossier, DossierState, Why
from appliance.core.dossiers.submission import revision_id
from appliance.core.dossiers.trail import What
from appliance.core.errors import DossierMovedOn
from appliance.desk import noting, trail
from appliance.desk.point import Point
from appliance.desk.sending.sealing import erase_pages
from appliance.failpoints import passing
from appliance.store.dossier import dossiers, outbox, phone_links, scan_requests, ward_events
from appliance.store.people import audit

log = logging.getLogger(__name__)


def erase_draft(point: Point, dossier_id: str, why: Why, volunteer_id: int | None = None) -> None:
    """Erase what lies open on the desk; of a supplement only that, the ward keeps the rest.

    Safe to repeat after a cut: what is left is erased by the next start.

    Raises:
        DossierMovedOn: it is no longer open.
        AlreadyScanning: paper is still moving into it.
    """
    now = point.clock()
    with point.database.writing() as connection:
        dossier = dossiers.get_dossier(connection, dossier_id)
        scan_requests.must_be_still(connection, dossier_id)
        _move_off(point, connection, dossier, DossierState.OPEN, why, volunteer_id)
        phone_links.end_links(connection, dossier_id, now)
        desk = scan_requests.get_on_desk(connection)
        if desk is not None and desk.dossier_id == dossier_id:
            scan_requests.clear_desk(connection)
    if __debug__:
        passing("draft-row-before-noted")
    noting.pay(point)
    if __debug__:
        passing("draft-noted-before-pages-gone")
    erase_pages(point, dossier_id)
    log.info("dossier %s erased: %s", dossier_id, why)


def take_back(point: Point, dossier_id: str, why: Why, volunteer_id: int | None = None) -> bool:
    """Erase a sealed dossier that has no receipt yet, its sealed files with it.

    Returns whether the ward surely has nothing of it: it was never tried to send, and no stick
    ever carried it. A stick that still does is cleared when it comes back.

    Raises:
        DossierMovedOn: it is not sealed, or the ward's receipt is here.
        BeingSent: it is on the line at this moment.
    """
    with point.database.writing() as connection:
        dossier = dossiers.get_dossier(connection, dossier_id)
        if dossier.state is not DossierState.SEALED:
            raise DossierMovedOn(f"dossier {dossier_id} is {dossier.state}")
        name = revision_id(dossier_id, dossier.revision)
        tried = outbox.get_submission(connection, name).attempts > 0
        copied = audit.tells_of(connection, What.FOLDER_COPIED, dossier_id)
        outbox.take_out(connection, name, point.clock())
        _move_off(point, connection, dossier, DossierState.SEALED, why, volunteer_id)
    if __debug__:
        passing("taken-back-row-before-noted")
    noting.pay(point)
    if __debug__:
        passing("taken-back-noted-before-files-gone")
    shutil.rmtree(point.sealed_files(name).folder, ignore_errors=True)
    if __debug__:
        passing("taken-back-files-gone-before-pages")
    erase_pages(point, dossier_id)
    log.info("sealed dossier %s taken back: %s", dossier_id, why)
    return not (tried or copied)


def forget_codes(point: Point, dossier_id: str, volunteer_id: int | None = None) -> None:
    """Erase what a delivered dossier left here: slip's secret, mã hồ sơ, officers' own words.

    The row with its number, times and receipt stays: it proves that the ward took it over.

    Raises:
        DossierMovedOn: it is not delivered.
    """
    with point.database.writing() as connection:
        state = dossiers.get_dossier(connection, dossier_id).state
        if state is not DossierState.DELIVERED:
            raise DossierMovedOn(f"dossier {dossier_id} is {state}")
        dossiers.set_columns(connection, dossier_id, follow_secret=None, national_code=None)
        ward_events.give_up_words(connection, dossier_id)
        trail.note(point, connection, What.CODES_ERASED, who=volunteer_id, about=dossier_id)


def _move_off(
    point: Point,
    connection: Connection,
    dossier: Dossier,
    old: DossierState,
    why: Why,
    volunteer_id: int | None,
) -> None:
    """ERASED, or for a supplement back to DELIVERED: what came before it is at the ward."""
    now = point.clock()
    gone = {"answers": None, "supplement": None, "warned_at": None}
    if dossier.is_supplement:
        back = {"revision": dossier.revision - 1}
        dossiers.move_dossier(connection, dossier.id, old, DossierState.DELIVERED, **gone, **back)
        ward_events.note_what_is_asked(connection, [dossier.id])
        what = What.SUPPLEMENT_ERASED
    else:
        told = {"erased_at": now, "erased_why": why.value}
        codes = {"follow_secret": None, "national_code": None, "ward_asks": None}
        dossiers.move_dossier(
            connection, dossier.id, old, DossierState.ERASED, **gone, **told, **codes
        )
        what = What.DOSSIER_ERASED
    dossiers.let_go_of(connection, dossier.id)
    noting.owe(
        connection, noting.TAKEN_BACK if dossier.is_supplement else noting.ERASED, dossier.id
    )
    trail.note(point, connection, what, who=volunteer_id, about=dossier.id, why=why.value)
