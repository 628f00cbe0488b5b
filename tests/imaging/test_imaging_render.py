"""What a page looks like after rendering, and which pages are refused."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFile

from appliance.core.errors import PageDamaged
from appliance.core.rendition import LADDER
from appliance.core.scan import ColorMode
from appliance.imaging.render import preview, render, thumbnail
from appliance.jpeg import check_decodes

SEAL_MM, INK_MM, PENCIL_MM, BLANK_MM = (138, 253), (52, 253), (52, 265), (10, 10)


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(BytesIO(jpeg))


def flag(orientation: int) -> bytes:
    """An EXIF block that says how the page lies."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def corner_marked() -> Image.Image:
    """A page whose top left corner is red, so that one can see how it was turned."""
    image = Image.new("RGB", (400, 600), "white")
    ImageDraw.Draw(image).rectangle((0, 0, 99, 99), fill="red")
    return image


def red_corner(jpeg: bytes) -> str:
    image = opened(jpeg).convert("RGB")
    width, height = image.size
    places = {
        "top left": (5, 5),
        "top right": (width - 6, 5),
        "bottom right": (width - 6, height - 6),
        "bottom left": (5, height - 6),
    }
    found = []
    for name, at in places.items():
        pixel = image.getpixel(at)
        assert isinstance(pixel, tuple)
        if pixel[0] > 150 and pixel[1] < 80:
            found.append(name)
    return " and ".join(found)


# ── size and form ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rung", LADDER)
def test_every_rung_keeps_the_true_size_of_the_paper(a4, rung):
    page = render(a4, rung)
    assert abs(page.width_px / page.resolution_dpi * 25.4 - 210) < 0.2
    assert abs(page.height_px / page.resolution_dpi * 25.4 - 297) < 0.2
    assert page.mode is rung.mode
    assert page.resolution_dpi == rung.resolution_dpi
    with opened(page.jpeg) as image:
        assert image.size == (page.width_px, page.height_px)
        assert image.info["dpi"] == (rung.resolution_dpi, rung.resolution_dpi)
        assert image.mode == ("L" if rung.mode is ColorMode.GRAY else "RGB")


def test_each_rung_is_smaller_than_the_one_before(a4):
    sizes = [len(render(a4, rung).jpeg) for rung in LADDER]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(LADDER)


def test_no_rung_is_below_150_dpi_and_colour_goes_last():
    assert min(rung.resolution_dpi for rung in LADDER) >= 150
    assert [rung.mode for rung in LADDER].index(ColorMode.GRAY) == len(LADDER) - 1


def test_a_master_is_never_blown_up(sheet):
    page = render(sheet.jpeg(sheet.image(dpi=100)), LADDER[0], resolution_dpi=100)
    assert page.resolution_dpi == 100
    assert page.width_px == 827


def test_the_same_page_gives_the_same_bytes(a4):
    assert render(a4).jpeg == render(a4).jpeg


@pytest.mark.parametrize(
    ("turn", "corner"),
    [(0, "top left"), (90, "top right"), (180, "bottom right"), (270, "bottom left")],
)
def test_turns_go_clockwise(sheet, turn, corner):
    master = sheet.jpeg(corner_marked())
    assert red_corner(render(master, LADDER[0], 200, turn).jpeg) == corner
    assert red_corner(preview(master, 300, turn)) == corner


def test_a_preview_fits_and_a_thumbnail_is_small(a4):
    with opened(preview(a4, 1000)) as image:
        assert image.height == 1000
    small = thumbnail(a4)
    assert max(opened(small).size) == 240
    assert len(small) < 30_000


# ── cleaning ─────────────────────────────────────────────────────────────────


def test_paper_turns_white_and_the_file_gets_smaller(a4, patch_of):
    page = render(a4)
    assert min(patch_of(page.jpeg, *BLANK_MM, 200)) >= 252
    with opened(a4) as image:
        plain = image.resize((1653, 2339), Image.Resampling.LANCZOS)
        out = BytesIO()
        plain.save(out, "JPEG", quality=75, optimize=True)
    assert len(page.jpeg) < 0.8 * len(out.getvalue())


@pytest.mark.parametrize("at_mm", [SEAL_MM, INK_MM], ids=["red seal", "blue ink"])
def test_seal_and_ink_keep_their_colour(a4, patch_of, at_mm):
    before, after = patch_of(a4, *at_mm, 300), patch_of(render(a4).jpeg, *at_mm, 200)
    strongest = before.index(max(before))
    assert after.index(max(after)) == strongest
    # chroma, as the spread of the channels, never fades
    assert max(after) - min(after) >= max(before) - min(before) - 3


def test_faint_pencil_keeps_its_contrast(a4, patch_of):
    def contrast(jpeg: bytes, dpi: int) -> int:
        return sum(patch_of(jpeg, *BLANK_MM, dpi)) - sum(patch_of(jpeg, *PENCIL_MM, dpi))

    assert contrast(render(a4).jpeg, 200) >= 0.93 * contrast(a4, 300)


@pytest.mark.parametrize(
    "paper",
    [(250, 214, 222), (120, 120, 125), (30, 30, 30)],
    ids=["pink form", "grey photograph", "black lid"],
)
def test_a_page_without_white_paper_keeps_its_colour(sheet, patch_of, paper):
    master = sheet.jpeg(Image.new("RGB", (1654, 2339), paper))
    after = patch_of(render(master, LADDER[0], 200).jpeg, 100, 100, 200)
    spread = max(paper) - min(paper)
    assert abs((max(after) - min(after)) - spread) <= 4
    assert abs(max(after) - max(paper)) <= 12


# ── what is inside the file ──────────────────────────────────────────────────


def test_nothing_of_the_scanner_or_camera_stays_in_the_file(sheet):
    master = sheet.jpeg(
        corner_marked(), exif=flag(1), comment=b"Nguyen Van A 012345678901", icc_profile=b"x" * 200
    )
    page = render(master, LADDER[0], 200)
    for jpeg in (page.jpeg, preview(master)):
        assert b"Exif" not in jpeg
        assert b"Nguyen" not in jpeg
        assert b"ICC_PROFILE" not in jpeg


def test_the_turn_of_a_camera_is_carried_out(sheet):
    page = render(sheet.jpeg(corner_marked(), exif=flag(6)), LADDER[0], 200)
    assert red_corner(page.jpeg) == "top right"
    assert (page.width_px, page.height_px) == (600, 400)


@pytest.mark.parametrize("exif", [flag(0), flag(9), b"Exif\0\0garbage", b"Exif\0\0MM\0*\0\0\xff"])
def test_a_nonsense_turn_is_ignored(sheet, exif):
    assert red_corner(render(sheet.jpeg(corner_marked(), exif=exif), LADDER[0], 200).jpeg) == (
        "top left"
    )


def test_a_grey_page_stays_grey_and_a_cmyk_one_becomes_rgb(sheet):
    grey = render(sheet.jpeg(corner_marked().convert("L")), LADDER[0], 200)
    assert grey.mode is ColorMode.GRAY
    cmyk = render(sheet.jpeg(corner_marked().convert("CMYK")), LADDER[0], 200)
    assert opened(cmyk.jpeg).mode == "RGB"
    assert red_corner(cmyk.jpeg) == "top left"


# ── refused ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("save", [{}, {"progressive": True}, {"optimize": True}], ids=str)
@pytest.mark.parametrize("end", [b"", b"\xff\xd9"], ids=["cut", "cut and closed"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.95])
def test_a_page_cut_short_is_refused(sheet, save, end, kept):
    whole = sheet.jpeg(sheet.image(dpi=100), **save)
    assert check_decodes(whole) == (827, 1169)
    for use in (check_decodes, render, preview, thumbnail):
        with pytest.raises(PageDamaged):
            use(whole[: int(len(whole) * kept)] + end)


@pytest.mark.parametrize("lost", [2, 1000])
@pytest.mark.parametrize("lenient", [False, True])
def test_a_page_without_its_end_is_refused_even_by_a_lenient_pillow(a4, monkeypatch, lost, lenient):
    # a switch of Pillow's that any library in the process may have turned on
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)
    with pytest.raises(PageDamaged):
        check_decodes(a4[:-lost])


def test_zeros_after_the_end_are_a_scanners_habit_and_no_damage(a4):
    assert check_decodes(a4 + bytes(100)) == (2480, 3508)


def test_a_blank_page_cut_short_is_refused_too(sheet):
    whole = sheet.jpeg(Image.new("RGB", (1654, 2339), "white"))
    with pytest.raises(PageDamaged):
        check_decodes(whole[: len(whole) * 2 // 3] + b"\xff\xd9")


def other_format(kind: str, mode: str = "RGB") -> bytes:
    out = BytesIO()
    Image.new(mode, (50, 50)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    "not_a_page",
    [b"", b"\xff\xd8\xff\xd9", b"<html>", other_format("PNG", "I;16"), other_format("TIFF")],
    ids=["nothing", "empty JPEG", "HTML", "16-bit PNG", "TIFF"],
)
def test_anything_but_a_jpeg_is_refused(not_a_page):
    with pytest.raises(PageDamaged):
        check_decodes(not_a_page)
    with pytest.raises(PageDamaged):
        render(not_a_page)


def with_size(jpeg: bytes, width: int, height: int, depth: int = 8) -> bytes:
    """*jpeg* with another size or depth written into its frame header."""
    at = jpeg.index(b"\xff\xc0") + 4
    frame = depth.to_bytes() + height.to_bytes(2) + width.to_bytes(2)
    return jpeg[:at] + frame + jpeg[at + 5 :]


@pytest.mark.parametrize("size", [(65000, 65000), (20000, 5000)])
def test_a_bomb_is_refused_by_its_header(sheet, size):
    bomb = with_size(sheet.jpeg(corner_marked()), *size)
    with pytest.raises(PageDamaged, match=r"no paper|decompression bomb"):
        check_decodes(bomb)


def test_a_sixteen_bit_frame_is_refused(sheet):
    with pytest.raises(PageDamaged):
        render(with_size(sheet.jpeg(corner_marked()), 400, 600, depth=16))


def test_a_page_that_would_fill_the_memory_is_refused(sheet):
    huge = sheet.jpeg(Image.new("L", (7000, 7000), 255))
    with pytest.raises(PageDamaged, match="to decode"):
        render(huge, LADDER[0], resolution_dpi=200)
    assert render(huge, LADDER[0], resolution_dpi=600).width_px == 2333  # halved while decoding


@settings(max_examples=150, deadline=None)
@given(
    at=st.floats(0, 1, exclude_max=True),
    junk=st.binary(max_size=40),
    width=st.integers(1, 90),
    height=st.integers(1, 90),
)
def test_broken_bytes_end_in_a_page_or_in_page_damaged(sheet, at, junk, width, height):
    whole = sheet.jpeg(Image.effect_noise((width, height), 60))
    place = int(at * len(whole))
    try:
        page = render(whole[:place] + junk + whole[place + len(junk) :], LADDER[1], 200)
    except PageDamaged:
        return
    assert page.width_px >= 1


def test_a_600_dpi_page_fits_a_small_board(sheet, tmp_path):
    """Peak of a fresh process; a 512 MB board has about 300 MB to give."""
    master = tmp_path / "600.jpg"
    master.write_bytes(sheet.jpeg(sheet.image(dpi=600)))
    script = (
        "import pathlib, sys\n"
        "from appliance.imaging.child.main import be_thrifty, cleaned\n"
        "from appliance.imaging.child.wire import CleanOrder\n"
        "be_thrifty()\n"
        "cleaned(pathlib.Path(sys.argv[1]).read_bytes(), CleanOrder(600))\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(status.split('VmHWM:')[1].split()[0])\n"  # ru_maxrss would count the parent's
    )
    done = subprocess.run(
        [sys.executable, "-c", script, master], stdout=subprocess.PIPE, timeout=60, check=True
    )
    peak_mb = int(done.stdout) / 1024
    assert peak_mb < 250, f"{peak_mb:.0f} MB"
