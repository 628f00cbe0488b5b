"""Seal (chốt): from here the dossier never changes and only the ward can read it.

Files first, each durable; then one transaction moves the dossier and fills the outbox. A cut
anywhere before that transaction leaves an open wish, and the station begins again.
"""

from __future__ import annotations

import shutil
from concurrent.futures import CancelledError
from dataclasses import dataclass

from appliance.core.dossiers.dossier import DossierState, Page
from appliance.core.dossiers.submission import (
    Bound,
    SealState,
    Submission,
    SubmissionState,
    revision_id,
)
from appliance.core.dossiers.trail import What
from appliance.core.errors import (
    ApplianceError,
    NotReadyToSeal,
    PageDamaged,
    PhotosOnTheirWay,
    SupplementNotWanted,
    Unexpected,
    WardKeyMissing,
)
from appliance.core.forms.problem import Problem
from appliance.core.forms.procedure import Slot
from appliance.desk import files, noting, trail
from appliance.desk.dossier.dossiers import DossierView, look_at, problems_of
from appliance.desk.pages.damaged import look_over
from appliance.desk.pages.sides import Clean
from appliance.desk.people import desk_keys
from appliance.desk.point import Point
from appliance.desk.sending.sealed import Sealed, opened_now, seal_up
from appliance.desk.sending.supplements import may_go_in_part, plan_of, unfit_slots
from appliance.desk.sending.takeaways import erase_phone_files
from appliance.failpoints import passing
from appliance.keys.canonical import sha256_hex
from appliance.store.dossier import (
    dossiers,
    outbox,
    pages,
    photos,
    scan_requests,
    seal_requests,
    ward_events,
)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What stands between a dossier and its seal."""

    problems: tuple[Problem, ...]  # warnings too: they are shown, but do not hold it back
    missing_slots: tuple[Slot, ...]  # of a supplement: also those with too many or too few pages
    damaged: tuple[Page, ...]  # whose scan the card spoiled: scanned again or taken out
    uncleaned: int  # pages whose preview is still being made; the seal waits for none of them
    may_go_in_part: bool = False  # a supplement: what is there may travel before the rest

    @property
    def is_ready(self) -> bool:
        """Whether only the consent is still to be given."""
        lacks = self.missing_slots or self.damaged
        return not lacks and not any(p.is_error for p in self.problems)


def readiness(point: Point, view: DossierView) -> Readiness:
    """What is missing, for the check page."""
    is_supplement = view.dossier.is_supplement
    problems = tuple(problems_of(point, view))
    damaged = tuple(page for page in view.pages if page.is_damaged)
    return Readiness(
        problems=problems,
        missing_slots=unfit_slots(view) if is_supplement else view.missing_slots,
        damaged=damaged,
        uncleaned=sum(1 for page in view.pages if page.awaits_cleaning),
        may_go_in_part=is_supplement and not damaged and may_go_in_part(view, problems),
    )


def ask_to_seal(
    point: Point,
    dossier_id: str,
    volunteer_id: int,
    *,
    consented: bool,
    seen_revision: int | None = None,
    in_part: bool = False,
) -> None:
    """The citizen has seen the answers and ticked; the station does the rest.

    *seen_revision* is that of the answers on the page where the tick was given; None trusts
    what is stored now. *in_part* sends what is there of a supplement: the ward waits for the rest.

    Raises:
        NotReadyToSeal: something is missing, or the tick is; nothing changed.
        SupplementNotWanted: the ward went on without it; nothing changed.
        WardKeyMissing: there is nobody to seal to; nothing changed.
        DossierMovedOn: sealed already, perhaps on another screen.
        AnswersChangedElsewhere: what the citizen saw is not what is stored any more.
        AlreadyScanning, PhotosOnTheirWay: pages are still coming into it.
    """
    if not point.config.ward.recipient:
        raise WardKeyMissing("ward.recipient is not set in the configuration")
    if not consented:
        raise NotReadyToSeal("the consent was not ticked")
    now = point.clock()
    with point.database.writing() as connection:
        # looked at under the lock: no other screen takes a paper out in between
        view = look_at(point, dossier_id)
        if view.dossier.is_supplement and view.request is None:
            raise SupplementNotWanted(f"the ward no longer waits for more of {dossier_id}")
        ready = readiness(point, view)
        if not (ready.may_go_in_part if in_part else ready.is_ready):
            raise NotReadyToSeal(f"dossier {dossier_id} lacks papers or answers")
        scan_requests.must_be_still(connection, dossier_id)
        if photos.count_waiting(connection, dossier_id):
            raise PhotosOnTheirWay(f"a photograph for {dossier_id} is no page yet")
        dossiers.touch_open(
            connection,
            dossier_id,
            seen_revision=(
                view.dossier.answers_revision if seen_revision is None else seen_revision
            ),
            consent_at=now,
            consent_by=volunteer_id,
            **(
                {"supplement": plan_of(view, in_part=in_part).as_json()}
                if view.dossier.is_supplement
                else {}
            ),
        )
        seal_requests.ask_seal(connection, dossier_id, volunteer_id, now)
        trail.note(point, connection, What.CONSENTED, who=volunteer_id, about=dossier_id)
    if __debug__:
        passing("seal-asked-before-word")


def grant_next(point: Point, clean: Clean) -> str | None:
    """Seal the dossier that waits longest for it; returns its id, None when none waits.

    Whatever goes wrong reopens the dossier with the reason, then is raised.
    """
    with point.database.reading() as connection:
        wish = seal_requests.next_seal(connection)
    if wish is None:
        return None
    try:
        _grant(point, wish.dossier_id, wish.id, wish.asked_by, clean)
    except CancelledError:
        raise  # the station is stopping: the wish stays open and is granted at the next start
    except Exception as error:
        code = error.code if isinstance(error, ApplianceError) else Unexpected.code
        if isinstance(error, PageDamaged):  # which one is said on the page
            look_over(point, look_at(point, wish.dossier_id).pages)
        with point.database.writing() as connection:
            seal_requests.end_seal(connection, wish.id, SealState.FAILED, point.clock(), code)
            trail.note(point, connection, What.SEAL_FAILED, about=wish.dossier_id, code=code)
        if __debug__:
            passing("seal-failed-before-files-gone")
        _forget_earlier_tries(point, wish.dossier_id)  # open again: nothing of it is submitted
        raise
    if __debug__:
        passing("sealed-before-erase")
    erase_pages(point, wish.dossier_id)
    return str(wish.dossier_id)


def _grant(point: Point, dossier_id: str, wish_id: int, helped_by: int, clean: Clean) -> None:
    opened = opened_now(point, dossier_id)

    def progress(step: int, steps: int) -> None:
        with point.database.writing() as connection:
            seal_requests.note_progress(connection, wish_id, step, steps)

    _forget_earlier_tries(point, dossier_id)
    if __debug__:
        passing("seal-earlier-files-gone")
    sealed = seal_up(point, opened, helped_by, clean, progress)
    if __debug__:
        passing("seal-files-before-row")
    _move_to_outbox(point, sealed, wish_id, helped_by)


def _move_to_outbox(point: Point, sealed: Sealed, wish_id: int, helped_by: int) -> None:
    """The one transaction: SEALED, in the outbox, wish granted, off the desk."""
    dossier_id, now = sealed.manifest.dossier_id, point.clock()
    submission = Submission(
        id=revision_id(dossier_id, sealed.manifest.revision),
        dossier_id=dossier_id,
        revision=sealed.manifest.revision,
        # a box without a line to the ward sends everything by hand
        destination=Bound.WARD if point.config.sends_by_network else Bound.FOLDER,
        state=SubmissionState.WAITING,
        body=sealed.body,
        manifest_sha256=sha256_hex(sealed.body),
        created_at=now,
        attempts=0,
        next_try_at=None,
        error_code=None,
        error_text=None,
        files=sealed.files,
        answers_seq=int(sealed.manifest.answers_request or 0) or None,
        brought=sealed.brought.as_json() if sealed.brought else None,
    )
    for_the_slip = {"follow_secret": sealed.follow_secret} if sealed.follow_secret else {}
    with point.database.writing() as connection:
        dossiers.move_dossier(
            connection,
            dossier_id,
            DossierState.SEALING,
            DossierState.SEALED,
            answers=None,
            sealed_at=now,
            supplement=None,
            **for_the_slip,
        )
        outbox.add_submission(connection, submission)
        ward_events.note_what_is_asked(connection, [dossier_id])
        seal_requests.end_seal(connection, wish_id, SealState.DONE, now)
        on_desk = scan_requests.get_on_desk(connection)
        if on_desk and on_desk.dossier_id == dossier_id:
            scan_requests.clear_desk(connection)
        revision, files = submission.revision, len(sealed.files)
        trail.note(
            point,
            connection,
            What.SEALED,
            who=helped_by,
            about=dossier_id,
            revision=revision,
            files=files,
        )
        if __debug__:
            passing("seal-row-before-commit")
    noting.sealed(point, submission.id)


def _forget_earlier_tries(point: Point, dossier_id: str) -> None:
    """A try that failed or was cut short left ciphertexts that no submission lists."""
    with point.database.reading() as connection:
        revision = dossiers.get_dossier(connection, dossier_id).revision
    folder = point.sealed_files(revision_id(dossier_id, revision)).folder
    shutil.rmtree(folder, ignore_errors=True)


def erase_pages(point: Point, dossier_id: str) -> None:
    """The desk's copies of a dossier that left it go: key, files, then rows. Safe to repeat.

    Files and rows under the write lock: a preview that is just being noted is erased, or finds
    its row gone.
    """
    desk_keys.retire(point)
    with point.database.writing() as connection:
        erase_phone_files(point, connection, dossier_id)
        files.erase_pages(point, connection, dossier_id)


def finish_erasing(point: Point) -> int:
    """Erase what a cut between seal and erasing left. Returns how many dossiers there were."""
    with point.database.reading() as connection:
        left = pages.sealed_with_pages(connection)
    for dossier_id in left:
        erase_pages(point, dossier_id)
    return len(left)
