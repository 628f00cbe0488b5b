"""What the photo child says when the board cannot hold a picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from appliance.core.errors import PictureTooLarge
from appliance.imaging.child.photographs import PhotoRefused, taken


def test_a_picture_that_finds_no_memory_is_too_large_and_not_damaged(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    Image.new("RGB", (8000, 8000), "white").save(path, compress_level=1)
    with pytest.raises(PhotoRefused) as refused:
        taken(path, memory_mb=150)
    assert refused.value.code == PictureTooLarge.code
