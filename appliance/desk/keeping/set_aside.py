"""Files that no row points to: moved out of the way, said, and erased a month later.

A crash between a file and its row leaves one; so does a database that came back from an older
copy, and then such files are somebody's papers. What lies there is ciphertext.
"""

from __future__ import annotations

import logging
import secrets
import shutil
from datetime import timedelta
from pathlib import Path

from appliance.core.dossiers.trail import What
from appliance.desk import trail
from appliance.desk.point import Point
from appliance.desk.sending.feed import ward_says_clock_is_wrong
from appliance.store.card.page_files import card_told
from appliance.store.dossier import pages

log = logging.getLogger(__name__)

SETTLED_AFTER_S = 15 * 60.0


def set_pages_aside(point: Point) -> list[str]:
    """Page files without a row, finished or not; returns their names.

    Files first, rows second: a young file without a row may just be waiting for its row.
    """
    strays = [*_without_row(point), *point.pages.unfinished()]
    return [move_aside(point, path) for path in strays if is_settled(point, path)]


def set_pages_of_earlier_life_aside(point: Point) -> list[str]:
    """As above without the wait, for a station that has just started.

    Only what the page brings can be on its way then: a phone's photograph, a claimed walk-up.
    It is noted under the same lock, and whoever notes it looks whether its files are still there.
    """
    with point.database.writing():
        return [move_aside(point, path) for path in _without_row(point)]


def empty(point: Point, *, everything: bool = False) -> int:
    """Remove files that were set aside long ago, or all. Returns how many things there were.

    They are ciphertexts, of keys that are destroyed by then or of the ward.
    """
    folder = point.config.paths.state / "set-aside"
    if not folder.is_dir() or (ward_says_clock_is_wrong(point) and not everything):
        return 0
    longest_s = timedelta(days=point.config.drafts.set_aside_days).total_seconds()
    now_s, gone = point.clock().timestamp(), 0
    for path in sorted(folder.iterdir()):
        # when it came here: a rename changes the status, not the content
        if everything or now_s - path.lstat().st_ctime > longest_s:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            gone += 1
    if gone:
        trail.note_alone(point, What.SET_ASIDE_ERASED, things=gone)
        log.info("%s things that were set aside are erased", gone)
    return gone


def is_settled(point: Point, path: Path) -> bool:
    """Old enough that whoever wrote it would have written its row by now."""
    try:
        age_s = point.clock().timestamp() - path.stat().st_mtime
    except FileNotFoundError:
        return False  # erased between two looks
    return abs(age_s) > SETTLED_AFTER_S


def move_aside(point: Point, path: Path) -> str:
    """Into ``set-aside`` of the state folder; returns the name it had."""
    aside = point.config.paths.state / "set-aside"
    with card_told(aside):
        aside.mkdir(mode=0o700, exist_ok=True)
        place = aside / path.name
        if place.exists():  # a folder does not replace another one
            place = aside / f"{path.name}-{secrets.token_hex(4)}"
        path.rename(place)
    log.warning("%s has no row; moved to %s", path.name, aside)
    return path.name


def back_in_place(point: Point, name: str) -> bool:
    """Whether a page file is where it belongs; one that was set aside is brought back."""
    place = point.pages.path_of(name)
    aside = point.config.paths.state / "set-aside" / name
    if not place.exists() and aside.exists():
        aside.rename(place)
        point.pages.sync()
    return place.exists()


def _without_row(point: Point) -> list[Path]:
    found = point.pages.names()
    with point.database.reading() as connection:
        wanted = pages.file_names(connection)
    return [point.pages.path_of(name) for name in sorted(found - wanted)]
