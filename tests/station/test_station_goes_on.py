"""One paper that trips over our own code does not hold up those behind it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from appliance.desk.dossier import dossiers
from appliance.desk.pages import photos
from appliance.desk.point import Point
from appliance.imaging.child.cleaner import Cleaner
from appliance.imaging.child.main import cleaned
from appliance.services import cleaning, phones
from appliance.store.card.page_files import PageFiles
from tests.point.test_point_cleaning import SLOT, letter, scanned
from tests.station.test_station_phones import snapshot


class TrippingFiles(PageFiles):
    """Page files with a fault of our own: the first *times* something is saved it raises."""

    def __init__(self, of: Point, times: int) -> None:
        super().__init__(of.pages.folder)
        self.left = times

    def save(self, content: bytes) -> str:
        if self.left > 0:
            self.left -= 1
            raise RuntimeError("ours")
        return super().save(content)


@pytest.fixture
def cleaner() -> Iterator[Cleaner]:
    own = Cleaner()
    yield own
    own.close()


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "CLEAN_AGAIN_S", 0.05)
    monkeypatch.setattr(phones, "AGAIN_S", 0.05)


def go_on_until(holds: Callable[[], bool], *steps: Callable[[], object]) -> list[str]:
    """Take the *steps* as the station does; what they raised meanwhile."""
    raised, deadline = [], time.monotonic() + 90
    while not holds():
        assert time.monotonic() < deadline
        for step in steps:
            try:
                step()
            except RuntimeError as error:
                raised.append(str(error))
        time.sleep(0.01)
    return raised


@pytest.mark.parametrize(("faults", "errors"), [(2, [None, None]), (3, ["unexpected", None])])
def test_a_page_that_cannot_be_kept_is_given_up_after_three_tries(
    point: Point, dossier_id: str, cleaner: Cleaner, faults: int, errors: list[str | None]
) -> None:
    scanned(point, dossier_id, [letter(4401), letter(4402)])
    files = TrippingFiles(point, faults)
    service = cleaning.Cleaning(replace(point, pages=files), cleaner)

    def found() -> list[tuple[str | None, bool]]:
        pages = dossiers.look_at(point, dossier_id).pages_in(SLOT)
        return [(page.clean_error, page.awaits_cleaning) for page in pages]

    service.next()
    steps = (service.follow, service.again_if_due)
    assert go_on_until(lambda: not any(waits for _, waits in found()), *steps) == []
    assert [error for error, _ in found()] == errors
    assert files.left == 0


@pytest.mark.parametrize(("faults", "refused"), [(2, []), (3, ["unexpected"])])
def test_a_photograph_that_cannot_be_kept_is_refused_after_three_tries(
    point: Point, dossier_id: str, faults: int, refused: list[str]
) -> None:
    for seed in (4403, 4404):
        content = snapshot(seed)
        photos.bring(point, dossier_id, SLOT, io.BytesIO(content), len(content))
    service = phones.Phones(
        replace(point, pages=TrippingFiles(point, faults)), cleaned, lambda: None
    )
    service.look()

    def told() -> list[str | None]:
        return photos.on_their_way(point, dossier_id).get(SLOT, [])

    raised = go_on_until(lambda: None not in told(), service.follow)
    service.close()
    assert raised == ["ours"] * 2
    assert told() == refused
    assert len(dossiers.look_at(point, dossier_id).pages) == 2 - len(refused)
