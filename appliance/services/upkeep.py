"""tramhoso upkeep: brings the tables up to date and compares rows with files.

It sets aside what it does not understand and says so; a month later that is erased.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass

from appliance.core.errors import CardReadOnly, DiskFull, StoreInUse
from appliance.core.errors.store import NoFreshCopy
from appliance.desk import noting
from appliance.desk.ending.draft_clock import look_after_drafts
from appliance.desk.ending.retention import Forgotten, forget_what_is_over
from appliance.desk.keeping.restoring import Mended, copies_fail, copy_if_due, mend
from appliance.desk.keeping.set_aside import empty, is_settled, move_aside, set_pages_aside
from appliance.desk.point import Point
from appliance.desk.running import appointments
from appliance.desk.sending import takeaways
from appliance.desk.sending.delivery import erase_sealed
from appliance.desk.sending.sealing import finish_erasing
from appliance.desk.sending.status import UPKEEP, disk_free_mb, report_status
from appliance.desk.walk_up.walk_up_erasing import erase_over
from appliance.desk.walk_up.walk_ups import is_late
from appliance.store.card import in_use
from appliance.store.card.space import give_back, pack_once
from appliance.store.dossier import dossiers, outbox, pages
from appliance.trial import Trial

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What one round found and did. Names are digests and ids, never content."""

    migrated: bool
    rows_without_file: tuple[str, ...] = ()  # pages that cannot be shown any more
    files_set_aside: tuple[str, ...] = ()  # files that no row points to
    erased_dossiers: int = 0  # sealed ones whose desk copies a cut had left
    erased_walk_ups: int = 0  # that nobody claimed in time
    erased_drafts: int = 0  # that nobody worked on for as long as drafts are kept
    erased_set_aside: int = 0  # things that were set aside long ago
    forgotten_dossiers: int = 0  # delivered or erased long ago
    forgotten_lines: int = 0  # of the audit trail
    disk_free_mb: int = 0
    damage: str | None = None  # of the database, found at a start and mended
    restored_from: str | None = None  # when the copy was made that took its place
    found_again: int = 0  # of what was saved after that copy
    copied_bytes: int | None = None  # written to bring a copy up to date; None: none was due
    no_fresh_copy: bool = False  # for hours none could be finished

    @property
    def all_well(self) -> bool:
        """Whether nobody needs to look."""
        return not (
            self.rows_without_file or self.files_set_aside or self.damage or self.no_fresh_copy
        )

    def as_json(self) -> dict[str, object]:
        """For a machine to read."""
        return asdict(self) | {"all_well": self.all_well}


def run(point: Point, trial: Trial = Trial()) -> Upkeep:  # noqa: B008 - it is frozen
    """One round. Safe at any time, also while the other services work, and safe to repeat.

    While a new release is on *trial* the tables are brought up to date and nothing else is done.
    """
    mended = _mended(point)
    migrated = mended.migrated if mended else point.database.migrate()
    if trial.is_on:
        # what is erased or copied now would not fit the tables of before
        return Upkeep(migrated, disk_free_mb=disk_free_mb(point))
    noting.pay(point)  # a page that died alone between an erasing and its note
    erased = finish_erasing(point)
    unclaimed = erase_over(point, is_late)
    takeaways.forget_what_is_over(point)
    with _as_far_as_the_card_lets():
        appointments.forget_what_is_over(point)
    drafts = look_after_drafts(point)
    emptied = empty(point)
    forgotten = Forgotten()
    with _as_far_as_the_card_lets():
        forgotten = forget_what_is_over(point)
    aside = set_pages_aside(point) + _forget_delivered(point)
    with point.database.reading() as connection:
        wanted = pages.file_names(connection)
    lost = sorted(wanted - point.pages.names())
    for name in lost:
        log.error("page file %s is gone", name)
    copy = copy_if_due(point)
    no_copies = copies_fail(point)
    code = NoFreshCopy.code if no_copies else None
    with _as_far_as_the_card_lets():
        report_status(point, UPKEEP, "needs-person" if code else "ready", code)
    give_back(point.database.path)
    return Upkeep(
        migrated=migrated,
        rows_without_file=tuple(lost),
        files_set_aside=tuple(aside),
        erased_dossiers=erased,
        erased_walk_ups=unclaimed,
        erased_drafts=len(drafts),
        erased_set_aside=emptied,
        forgotten_dossiers=forgotten.dossiers,
        forgotten_lines=forgotten.lines,
        disk_free_mb=disk_free_mb(point),
        damage=mended.damage if mended else None,
        restored_from=mended.copy.made_at if mended and mended.copy else None,
        found_again=mended.found.count() if mended else 0,
        copied_bytes=copy.written if copy else None,
        no_fresh_copy=no_copies,
    )


@contextmanager
def _as_far_as_the_card_lets() -> Iterator[None]:
    """On a card that takes no more, or nothing, upkeep still looks for what is wrong."""
    try:
        yield
    except (DiskFull, CardReadOnly) as error:
        log.warning("%s", error)


def _mended(point: Point) -> Mended | None:
    """At a start nobody is at work yet, so the database may be replaced; None: somebody is."""
    with suppress(StoreInUse), in_use.alone(point.config.paths.state):
        mended = mend(point)
        pack_once(point.database.path)
        return mended
    return None


def _forget_delivered(point: Point) -> list[str]:
    """Sealed files of delivered and erased dossiers go; folders of unknown ones are set aside."""
    folder = point.config.paths.state / "outbox"
    if not folder.is_dir():
        return []
    with point.database.reading() as connection:
        known = outbox.known_ids(connection)
        over = outbox.delivered_ids(connection) | dossiers.erased_ids(connection)
    aside: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.name in over:
            erase_sealed(point, path.name)
        elif path.name not in known and is_settled(point, path):
            aside.append(move_aside(point, path))
    return aside
