"""Photos as phones save them: a real HEIC file, written by Debian's heif-enc."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageChops, ImageStat

from appliance.imaging.formats.opening import open_page
from tests import pages

pytestmark = pytest.mark.skipif(
    shutil.which("heif-enc") is None, reason="needs Debian's libheif-examples"
)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Image.Image]:
    """A letter on a table as HEIC, and its pixels before."""
    folder = tmp_path_factory.mktemp("heic")
    image = pages.phone_photo("letter", 4200, (1800, 2400)).image
    image.save(folder / "photo.png")
    command = ["heif-enc", "-q", "80", "-o", folder / "photo.heic", folder / "photo.png"]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    return folder / "photo.heic", image


def test_the_pixels_of_a_heic_are_those_of_the_photo(photo):
    path, image = photo
    opened = open_page(path)
    assert opened.from_camera
    assert opened.image.size == image.size
    far = ImageStat.Stat(ImageChops.difference(opened.image, image)).mean
    assert max(far) < 4


def test_the_sheet_on_a_heic_photo_becomes_a_page_of_its_size(photo, cleaned):
    path, _ = photo
    done = cleaned(path)
    assert done.code == 0, done.said
    with pikepdf.open(done.files[0]) as pdf:
        wide, high = (float(v) * 25.4 / 72 for v in pdf.pages[0].mediabox[2:])
    assert wide == pytest.approx(210, abs=4)
    assert high == pytest.approx(297, abs=4)


def test_half_a_heic_is_damaged_and_named_so(photo, tmp_path, cleaned):
    path, _ = photo
    content = path.read_bytes()
    for name, part in (("half.heic", content[: len(content) // 2]), ("head.heic", content[:40])):
        (tmp_path / name).write_bytes(part)
    done = cleaned(tmp_path / "half.heic", tmp_path / "head.heic")
    assert done.code == 1
    assert done.refused == {"half.heic": "file-damaged", "head.heic": "file-damaged"}
