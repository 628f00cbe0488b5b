"""kill -9 while what the ward sends down arrives: the old stands or the new, and whole."""

from __future__ import annotations

import pytest

from appliance.desk.point import Point, open_point
from appliance.desk.sending.publications import is_wanted
from tests.campaigns.parts.dying import dies_at
from tests.publications.conftest import (  # noqa: F401 - fixtures of a ward and its box
    GOOD,
    Office,
    clock,
    config,
    in_place,
    office,
    point,
    take,
    ward_keys,
)

STEPS = (
    "publication-piece-on-the-card",
    "publication-file-before-the-next",
    "publication-whole-before-its-place",
    "publication-placed-before-it-stands",
    "publication-said-before-its-name",
    "publication-stands-before-older-ones-go",
)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("is_first", [True, False], ids=["the first ever", "a second"])
def test_a_cut_leaves_the_old_or_the_new_and_the_next_try_ends_with_the_new(
    point: Point,
    office: Office,
    step: str,
    is_first: bool,
) -> None:
    if not is_first:
        take(point, office, office.publish({"guides/a.vi.md": '+++\ntitle = "Cũ"\n+++\n'}))
    before = in_place(point)
    number = office.publish(GOOD)
    point.database.close()

    dies_at(step, point.config.paths.state.parent, lambda: take(point, office, number))
    after = open_point(point.config, point.clock)
    now = after.shelf.standing().number
    assert in_place(after) == (sorted(GOOD) if now == number else before)
    assert now in (number, 0 if is_first else number - 1)
    assert now == number or is_wanted(after, number)
    if now != number:
        take(after, office, number)
    assert (after.shelf.standing().number, in_place(after)) == (number, sorted(GOOD))
    assert not after.shelf.damaged_files(number)
    after.shelf.tidy()
    left = {path.name for path in after.shelf.folder.iterdir()}
    assert left == {"standing.json", str(number)} | (set() if is_first else {str(number - 1)})
