"""The bag that goes from house to house: tonight's visits, and what goes when it is back.

The evening itself needs nothing of its own: dossiers wait in the outbox as they do anywhere. What
is special is the end. A bag lies at somebody's home overnight, so addresses, drafts and papers that
nobody claimed are erased on return; sealed dossiers wait on, only the ward can read them.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from appliance.core.dossiers.dossier import Dossier, DossierState, Why
from appliance.core.dossiers.trail import What
from appliance.core.errors import DossierError, PressError
from appliance.core.point.appointment import Appointment, Details, Kind
from appliance.desk import trail
from appliance.desk.dossier import dossiers
from appliance.desk.ending.erasing import erase_draft
from appliance.desk.people import desk_keys
from appliance.desk.point import Point
from appliance.desk.running import appointments
from appliance.desk.sending.waiting import Waiting, list_waiting
from appliance.desk.walk_up import walk_up_erasing, walk_ups
from appliance.store.point import appointments as rows

UNTIL = time(4)  # an evening ends in the small hours
LOOKED_BACK = timedelta(hours=8)
MOST = 1000


@dataclass(frozen=True, slots=True)
class Evening:
    """The visits of tonight, carried on the box."""

    visits: tuple[tuple[Appointment, Details | None], ...]

    @property
    def locked(self) -> int:
        """How many nobody can read until somebody who helped before signs in."""
        return sum(one.is_kept and details is None for one, details in self.visits)


@dataclass(frozen=True, slots=True)
class Back:
    """What a bag that is back still holds."""

    unsent: tuple[Waiting, ...]
    sealing: int  # being sealed at this moment
    drafts: tuple[Dossier, ...]
    visits: tuple[Appointment, ...]  # over, and still with name and address
    later: int  # visits of other evenings, which stay
    walk_ups: int

    @property
    def on_its_way(self) -> int:
        """Those that neither the ward has nor a stick carries."""
        return sum(not one.copied for one in self.unsent)

    @property
    def is_empty(self) -> bool:
        """Whether nothing personal is left that could be erased, and nothing waits."""
        return not (self.unsent or self.sealing or self.drafts or self.visits or self.walk_ups)


@dataclass(frozen=True, slots=True)
class Erased:
    """What went, and what could not."""

    drafts: int
    visits: int
    walk_ups: int
    left: int  # drafts into which paper still moves


def tonight(point: Point) -> Evening:
    """Visits at home from a few hours ago until the small hours, called off ones left out."""
    now = point.clock()
    found = appointments.listed(point, now - LOOKED_BACK, _end_of_evening(point))
    return Evening(
        tuple((one, who) for one, who in found if one.kind is Kind.HOME and _concerns(one))
    )


def look_back(point: Point) -> Back:
    """As it is now."""
    now = point.clock()
    with point.database.reading() as connection:
        kept = rows.kept(connection)
    over = tuple(one for one in kept if one.begins_at <= now or not one.is_ahead)
    return Back(
        unsent=tuple(list_waiting(point, MOST)),
        sealing=len(dossiers.list_recent(point, MOST, (DossierState.SEALING,))),
        drafts=tuple(dossiers.list_recent(point, MOST, (DossierState.OPEN,))),
        visits=over,
        later=len(kept) - len(over),
        walk_ups=len(walk_ups.waiting(point)),
    )


def come_home(point: Point, keep: Collection[str], by: int) -> Erased:
    """Erase what a bag must not hold overnight: keys first, for good.

    *keep*: drafts whose citizens asked that they are finished later; the others said no such
    thing, and a draft is theirs. What is sealed stays until the ward's receipt. Safe to repeat.
    """
    back = look_back(point)
    went = sum(_erase(point, one.id, by) for one in back.drafts if one.id not in keep)
    visits = appointments.erase(point, back.visits, by)
    papers = walk_up_erasing.erase_over(point, lambda _point, _one: True)
    desk_keys.retire(point)
    left = len([one for one in look_back(point).drafts if one.id not in keep])
    with point.database.writing() as connection:
        trail.note(
            point,
            connection,
            What.BAG_RETURNED,
            who=by,
            drafts=went,
            visits=visits,
            walk_ups=papers,
            kept=len(keep),
            unsent=len(back.unsent),
        )
    point.database.empty_log()
    return Erased(went, visits, papers, left)


def _erase(point: Point, dossier_id: str, by: int) -> bool:
    with suppress(DossierError, PressError):  # sealed meanwhile, or paper still moves into it
        erase_draft(point, dossier_id, Why.NOT_NEEDED, by)
        return True
    return False


def _concerns(one: Appointment) -> bool:
    return one.is_ahead or one.is_kept


def _end_of_evening(point: Point) -> datetime:
    now = point.clock().astimezone(point.zone)
    day = now.date() if now.time() < UNTIL else now.date() + timedelta(days=1)
    return datetime.combine(day, UNTIL, tzinfo=point.zone)
