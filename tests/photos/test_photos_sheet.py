"""A photographed sheet becomes a flat, evenly lit page of its true size."""

from __future__ import annotations

import math
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from appliance.core.errors import PageDamaged
from appliance.core.paper.findings import Kind, Quad
from appliance.imaging.photos.light import evenly_lit
from appliance.imaging.photos.photo import open_photo, photo_of, sheet_in
from tests.photos.drawing import TABLES, Photographed, photograph

PAPERS = ("form", "letter", "table", "sparse", "certificate", "by-hand")


def worst_corner_mm(found: Quad | None, true: Photographed) -> float:
    """Of the four, measured on the sheet's own scale."""
    assert found is not None
    width = math.dist(true.quad[0], true.quad[1])
    px_per_mm = width / true.sheet.size_mm[0]
    return max(math.dist(a, b) for a, b in zip(found, true.quad, strict=True)) / px_per_mm


@pytest.mark.parametrize("table", TABLES)
def test_the_corners_are_found_on_any_table_in_half_shadow(table: str) -> None:
    for seed, name in enumerate(PAPERS[:4], start=1200):
        true = photograph(name, seed, table=table, tilt_deg=10, roll_deg=7)
        sheet = sheet_in(open_photo(true.jpeg()))
        assert worst_corner_mm(sheet.quad, true) < 1.2
        assert sheet.snapped == "A4"
        assert (sheet.width_mm, sheet.height_mm) == (210.0, 297.0)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_of_many_photographs_no_sheet_is_cut_wrongly() -> None:
    errors, unseen = [], 0
    for seed in range(20_000, 20_120):
        true = photograph(PAPERS[seed % 6], seed, tilt_deg=10, roll_deg=7)
        sheet = sheet_in(open_photo(true.jpeg()))
        if sheet.quad is None or any(w.code == "photo-sheet-cut" for w in sheet.warnings):
            unseen += 1
        else:
            errors.append(worst_corner_mm(sheet.quad, true))
    errors.sort()
    assert errors[-1] < 2.0
    assert errors[len(errors) // 2] < 0.6
    assert unseen <= 6


def test_a_picture_without_a_sheet_is_kept_whole_and_says_so() -> None:
    table = Image.effect_noise((900, 1200), 20).convert("RGB")
    sheet = sheet_in(photo_of(table))
    assert sheet.quad is None
    assert sheet.warnings[0].code == "photo-edges-not-found"
    assert sheet.image.width / sheet.image.height == pytest.approx(900 / 1200, rel=0.01)


def test_a_sheet_that_fills_the_picture_is_kept_whole() -> None:
    true = photograph("letter", 1300, table="wood")
    left, top = (
        max(v) + 12 for v in zip(true.quad[0], (true.quad[3][0], true.quad[1][1]), strict=True)
    )
    right, bottom = (
        min(v) - 12 for v in zip(true.quad[2], (true.quad[1][0], true.quad[3][1]), strict=True)
    )
    inside = true.image.crop((round(left), round(top), round(right), round(bottom)))
    sheet = sheet_in(photo_of(inside))
    assert sheet.quad is None


def test_a_corner_that_leaves_the_picture_is_told() -> None:
    told = 0
    for seed in range(1310, 1316):
        true = photograph("form", seed, table="dark", tilt_deg=4, roll_deg=14)
        left = sorted((true.quad[0][0], true.quad[3][0]))
        if left[1] - left[0] < 80:
            continue  # it lies too straight for a single corner to leave
        cut = true.image.crop((round(left[0]) + 25, 0, *true.image.size))
        sheet = sheet_in(photo_of(cut))
        codes = {warning.code for warning in sheet.warnings}
        assert codes & {"photo-sheet-cut", "photo-edges-not-found"}
        told += "photo-sheet-cut" in codes
    assert told >= 2


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_the_camera_held_anyhow_gives_the_same_page(orientation: int) -> None:
    true = photograph("form", 1302, table="wood")
    straight = sheet_in(open_photo(true.jpeg()))
    turned = sheet_in(open_photo(true.jpeg(orientation)))
    assert turned.image.size == straight.image.size
    assert worst_corner_mm(turned.quad, true) < 1.2
    gap = np.abs(np.asarray(turned.image, int) - np.asarray(straight.image, int)).mean()
    assert gap < 3


@pytest.mark.parametrize("nonsense", [0, 9, 77])
def test_nonsense_in_the_exif_is_ignored(nonsense: int) -> None:
    image = Image.new("RGB", (300, 400), (200, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = nonsense
    out = BytesIO()
    image.save(out, "JPEG", exif=exif.tobytes())
    assert open_photo(out.getvalue()).image.size == (300, 400)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_broken_exif_block_is_ignored() -> None:
    out = BytesIO()
    Image.new("RGB", (300, 400)).save(out, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\xff")
    assert open_photo(out.getvalue()).image.size == (300, 400)


def test_letter_paper_is_told_from_a4() -> None:
    true = photograph("letter-size", 1303, table="dark", tilt_deg=8)
    sheet = sheet_in(open_photo(true.jpeg()))
    assert sheet.snapped == "letter"
    assert (sheet.width_mm, sheet.height_mm) == (215.9, 279.4)


# ── light ────────────────────────────────────────────────────────────────────


def paper_levels(image: Image.Image) -> np.ndarray:
    """The brightest tenth of each of 12 by 16 parts: paper, whatever is written there."""
    levels = np.asarray(image.convert("L"), float)
    rows = [
        np.percentile(part, 90)
        for strip in np.array_split(levels, 16)
        for part in np.array_split(strip, 12, axis=1)
    ]
    return np.array(rows)


def test_a_shadow_over_half_the_sheet_is_gone() -> None:
    true = photograph("letter", 1304, table="wood", tilt_deg=8)
    photo = open_photo(true.jpeg())
    before = paper_levels(sheet_in(photo, Kind.PHOTO).image)
    after = paper_levels(sheet_in(photo).image)
    assert np.percentile(before, 95) - np.percentile(before, 5) > 60
    assert np.percentile(after, 95) - np.percentile(after, 5) < 14
    assert np.median(after) > 238


def test_a_seal_keeps_its_colour_and_its_contrast() -> None:
    paper = np.full((1170, 827, 3), (236, 231, 222), float)  # A4 at 100 dpi
    seal, ink = (slice(800, 815), slice(500, 640)), (slice(300, 304), slice(100, 600))
    paper[seal], paper[ink] = (205, 40, 55), (35, 60, 165)
    light = np.linspace(0.55, 1.0, 827)[None, :, None]
    lit = evenly_lit(Image.fromarray((paper * light).astype(np.uint8)), 100)
    after = np.asarray(lit, float)
    for place, true in ((seal, (205, 40, 55)), (ink, (35, 60, 165))):
        expected = np.array(true) / (236, 231, 222) * 246
        assert np.abs(after[place].mean(axis=(0, 1)) - expected).max() < 8


def test_a_dark_picture_on_the_sheet_stays_dark() -> None:
    paper = np.full((1170, 827, 3), 235, np.uint8)  # A4 at 100 dpi
    paper[200:600, 100:500] = (60, 48, 40)  # 10 cm of a dark photograph, pasted on
    after = np.asarray(evenly_lit(Image.fromarray(paper), 100), float)
    assert np.abs(after[300:500, 200:400].mean(axis=(0, 1)) - (63, 50, 42)).max() < 6


@pytest.mark.parametrize("kind", [Kind.PHOTO, Kind.ID_CARD])
def test_pictures_and_cards_keep_their_light(kind: Kind) -> None:
    flat = Image.new("RGB", (800, 1100), (120, 120, 120))
    assert sheet_in(photo_of(flat), kind).image.getpixel((400, 500)) == (120, 120, 120)


# ── bounds ───────────────────────────────────────────────────────────────────


def test_50_megapixels_fit_into_a_small_board(tmp_path: Path) -> None:
    true = photograph("form", 1305, table="wood", tilt_deg=8)
    path = tmp_path / "photo.jpg"
    large = true.image.resize((6144, 8192), Image.Resampling.BILINEAR)
    large.save(path, "JPEG", quality=85)
    del large
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from appliance.imaging.photos.photo import open_photo, sheet_in\n"
        "sheet = sheet_in(open_photo(Path(sys.argv[1]).read_bytes()))\n"
        "print(sheet.image.size, sheet.snapped, sheet.resolution_dpi,"
        " *[line for line in open('/proc/self/status') if 'VmHWM' in line])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert " A4 2" in ended.stdout  # 280 dpi or so are left of it: as much as a scan
    assert int(ended.stdout.split()[-2]) / 1000 < 200  # MB; 50 megapixels in colour are 200 alone


def jpeg_of(size: tuple[int, int]) -> bytes:
    out = BytesIO()
    Image.new("L", size).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(
    "broken",
    [b"", b"xin ch\xc3\xa0o", jpeg_of((64, 64))[:-40], jpeg_of((9500, 9500))],
    ids=["empty", "text", "cut", "90-megapixels"],
)
def test_what_is_no_whole_photograph_is_refused_by_name(broken: bytes) -> None:
    with pytest.raises(PageDamaged):
        open_photo(broken)


def test_a_format_that_cannot_be_shrunk_while_decoding_has_its_own_limit() -> None:
    with pytest.raises(PageDamaged):
        photo_of(Image.new("1", (6000, 5000)))


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (40, 40), (200, 200)])
def test_tiny_and_narrow_pictures_give_a_page_too(size: tuple[int, int]) -> None:
    sheet = sheet_in(photo_of(Image.new("RGB", size, (250, 250, 250))))
    assert sheet.image.width >= 1
    assert sheet.resolution_dpi >= 1
    assert "photo-too-coarse" in {warning.code for warning in sheet.warnings}
