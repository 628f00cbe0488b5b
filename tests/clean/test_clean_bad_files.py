"""The nine bad files that people really bring, in one batch beside two good ones."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw

from tests.clean.conftest import Clean
from tests.clean.making import encoded, locked_pdf, png

REFUSED = {
    "truncated.jpg": "file-damaged",
    "empty.jpg": "file-empty",
    "bomb.png": "picture-too-large",
    "cmyk.jpg": "picture-unsupported",
    "sixteen-bits.png": "picture-unsupported",
    "palette-with-alpha.png": "picture-unsupported",
    "locked.pdf": "pdf-locked",
    "text.jpg": "not-a-picture",
}
KEPT = "orientation-0.jpg"  # its pixels are whole and a page can be turned: named, not refused


@pytest.fixture
def batch(tmp_path: Path) -> list[Path]:
    """All of them, the good ones first and last."""
    sheet = Image.new("RGB", (840, 1188), (244, 242, 236))
    pen = ImageDraw.Draw(sheet)
    for line in range(20):
        pen.rectangle((80, 100 + line * 30, 700 - line * 9, 110 + line * 30), fill=30)
    jpeg, odd = encoded(sheet, "JPEG"), Image.Exif()
    odd[0x0112] = 0
    contents = {
        "good-1.jpg": jpeg,
        "truncated.jpg": jpeg[: len(jpeg) * 2 // 3],
        "empty.jpg": b"",
        "bomb.png": png(30_000, 30_000, 8, bytes(90_001)),
        "cmyk.jpg": encoded(sheet.convert("CMYK"), "JPEG"),
        "sixteen-bits.png": png(200, 200, 16, bytes(200 * 1201)),
        "palette-with-alpha.png": encoded(sheet.convert("P"), "PNG", transparency=3),
        KEPT: encoded(sheet, "JPEG", exif=odd),
        "locked.pdf": locked_pdf(),
        "text.jpg": "Kính gửi ủy ban".encode(),
        "good-2.png": encoded(sheet, "PNG"),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return [tmp_path / name for name in contents]


@pytest.mark.parametrize("threads", ["1", "2"])
def test_nine_bad_files_are_named_one_by_one_and_the_good_ones_arrive(
    batch: list[Path], cleaned: Clean, threads: str
) -> None:
    done = cleaned(*batch, options=("--threads", threads))
    assert done.refused == REFUSED
    told = {Path(page["source"]).name: page for page in done.pages}
    assert list(told) == ["good-1.jpg", KEPT, "good-2.png"]
    named = {name: [w["code"] for w in page["warnings"]] for name, page in told.items()}
    assert "orientation-unknown" in named[KEPT]
    assert "orientation-unknown" not in named["good-1.jpg"] + named["good-2.png"]
    lines = done.said.splitlines()
    for path in batch:
        code = REFUSED.get(path.name, "orientation-unknown")
        about = [line for line in lines if line.startswith(f"{code}: {path}")]
        assert len(about) == (0 if path.name.startswith("good") else 1), path.name
    with pikepdf.open(done.files[0]) as pdf:
        assert len(pdf.pages) == 3
    assert done.code == 3, "some were refused, and the others are there"
