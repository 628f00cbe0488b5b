"""Photographs that lost what the camera wrote, as programs for messages pass them on."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from appliance.imaging.formats.opening import open_page

SIDES = [(1200, 1600, True), (1600, 1200, True), (1080, 1920, True), (1240, 1754, False)]


@pytest.mark.parametrize(("wide", "high", "photo"), SIDES)
def test_the_sides_of_a_chip_tell_a_photograph_from_a_scan(
    tmp_path: Path, wide: int, high: int, photo: bool
) -> None:
    path = tmp_path / "passed-on.jpg"
    Image.effect_noise((wide, high), 20).convert("RGB").save(path)

    assert open_page(path).from_camera is photo


def test_a_file_that_says_its_resolution_is_a_scan(tmp_path: Path) -> None:
    path = tmp_path / "glass.jpg"
    Image.effect_noise((1200, 1600), 20).convert("RGB").save(path, dpi=(150, 150))

    assert not open_page(path).from_camera
