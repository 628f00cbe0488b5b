"""A database that comes back from its copy brings nobody back who was erased meanwhile."""

from __future__ import annotations

import pytest

from appliance.config import Config
from appliance.core.dossiers.dossier import DossierState, Why
from appliance.desk.dossier import dossiers
from appliance.desk.ending import erasing
from appliance.desk.keeping import restoring
from appliance.desk.point import Point
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import *
from tests.point.conftest import TellingClock
from tests.restoring.conftest import fall, hurt_header, seal, start_again


@pytest.mark.parametrize("stage", ["draft", "sealed"])
def test_what_was_erased_after_the_copy_stays_erased(
    point: Point,
    draft: str,
    helper: Volunteer,
    config: Config,
    clock: TellingClock,
    stage: str,
) -> None:
    if stage == "sealed":
        from appliance.pretend.sample_answers import sample_answers

        dossiers.save_answers(point, draft, sample_answers("khai-sinh", point.today()))
        seal(point, draft, helper.id)
    restoring.make_copy(point)
    erase = erasing.take_back if stage == "sealed" else erasing.erase_draft
    erase(point, draft, Why.WITHDRAWN, helper.id)
    fall(point)
    hurt_header(point.database.path)
    again, told = start_again(config, clock)
    assert told.damage
    one = dossiers.dossier_of(again, draft)
    assert (one.state, one.erased_why) == (DossierState.ERASED, "consent-withdrawn")
    assert (one.erased_at, one.follow_secret) == (clock.now, None)
    assert again.pages.names() == set()
    with again.database.reading() as connection:
        assert not outbox.has_due(connection, clock.now)
    again.database.close()
