"""What a phone brings while the station runs."""

from __future__ import annotations

import io
import random

from appliance.desk.dossier import dossiers, phone_links
from appliance.desk.pages import photos
from appliance.desk.point import Point
from appliance.desk.sending import takeaways
from appliance.store.people.volunteers import Volunteer
from tests.pages.papers import form
from tests.pages.phone import jpeg, photograph
from tests.station.conftest import RunningStation

SLOT = "giay_chung_sinh"


def snapshot(seed: int) -> bytes:
    rng = random.Random(seed)
    return jpeg(photograph(form(rng, 150), rng, (1500, 2000)), orientation=6)


def test_photographs_become_clean_pages_and_files_while_the_station_runs(
    station: RunningStation, point: Point, dossier_id: str, helper: Volunteer
) -> None:
    for seed in (4201, 4202):
        content = snapshot(seed)
        photos.bring(point, dossier_id, SLOT, io.BytesIO(content), len(content))
    broken = snapshot(4203)[:5000]
    photos.bring(point, dossier_id, SLOT, io.BytesIO(broken), len(broken))
    station.until(
        lambda: (
            [
                (page.mode, page.preview is not None)
                for page in dossiers.look_at(point, dossier_id).pages
            ]
            == [("camera", True)] * 2
        )
    )
    station.until(lambda: photos.on_their_way(point, dossier_id) == {SLOT: ["file-damaged"]})

    here = station.point  # whose clock goes
    new = phone_links.let_a_phone_in(here, dossier_id, helper.id)
    link, _ = phone_links.link_of_phone(here, phone_links.claim(here, new.token, None))
    takeaways.ask(here, link, dossiers.look_at(point, dossier_id))

    def made() -> takeaways.Takeaway:
        found = takeaways.takeaway_of(point, dossiers.look_at(point, dossier_id))
        assert found is not None
        return found

    station.until(lambda: made().state == "ready")
    assert [(file.name, file.pages) for file in made().files] == [("Giay chung sinh.pdf", 2)]
    before = point.pages.names()
    phone_links.let_phones_out(here, dossier_id)
    station.until(lambda: len(before - point.pages.names()) == 1)
    assert list(point.spool.glob("photo-*")) == []
