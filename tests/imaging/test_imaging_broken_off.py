"""Which last rows of a scan were filled in, and which a quiet sensor saw."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from appliance.imaging.doubts.broken_off import breaks_off_at

pytestmark = pytest.mark.filterwarnings("error")  # means of nothing are warned of

_WIDE, _HIGH, _END = 400, 600, 420
Levels = np.ndarray


def scanned(luck: int = 1) -> Levels:
    """Paper with lines of writing and a sensor's noise."""
    rows = np.random.default_rng(luck).normal(235, 3, (_HIGH, _WIDE))
    rows[30:_HIGH:20, 40:360:3] = 60
    return rows


def end_of(levels: Levels) -> int | None:
    return breaks_off_at(Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)))


@pytest.mark.parametrize("level", [0, 128, 255])
def test_one_level_over_the_whole_width_was_filled_in(level: int) -> None:
    rows = scanned()
    rows[_END:] = level
    assert end_of(rows) == pytest.approx(_END, abs=3)


def test_the_last_row_again_and_again_was_never_scanned() -> None:
    rows = scanned()
    rows[_END:] = rows[_END - 10]  # a row of strokes: no step from one row to the next
    assert end_of(rows) == pytest.approx(_END, abs=12)


def test_writing_drawn_out_to_stripes_tells_even_where_the_light_does_not_change() -> None:
    rows = scanned()
    rows[_END - 40 :] = 235
    rows[_END - 40 :, 100:103] = 60  # the rule of a table, and then the same row for ever
    rows[_END - 40 : _END] += np.random.default_rng(2).normal(0, 3, (40, _WIDE))
    assert end_of(rows) == pytest.approx(_END, abs=3)


def test_a_lid_seen_by_a_sensor_without_noise_is_no_fill() -> None:
    rows = scanned()
    columns = 2.4 * np.sin(np.linspace(0, 3, _WIDE))  # a lamp is never as even as a fill
    rows[_END:] = 128 + columns
    assert end_of(rows) is None


def test_an_even_lid_of_the_papers_own_brightness_is_no_fill() -> None:
    rows = scanned()
    rows[_END - 20 :] = 235  # nothing jumps where the sheet ends
    assert end_of(rows) is None


def test_a_sheets_slanting_end_before_an_even_lid_is_no_fill() -> None:
    rows = scanned()
    for row in range(_END - 60, _HIGH):  # it crosses the image, a sixth of it in a row
        rows[row, : max(0, (row - _END + 60) * 7)] = 128
    assert end_of(rows) is None


def test_a_rest_shorter_than_a_line_of_writing_is_let_be() -> None:
    rows = scanned()
    rows[_HIGH - 20 :] = 128
    assert end_of(rows) is None


def test_an_empty_image_did_not_break_off() -> None:
    assert end_of(np.full((_HIGH, _WIDE), 240.0)) is None
    assert end_of(np.full((30, _WIDE), 240.0)) is None


def test_of_a_few_scanned_rows_nobody_can_tell() -> None:
    rows = scanned()
    rows[12:] = 128
    assert end_of(rows) is None
