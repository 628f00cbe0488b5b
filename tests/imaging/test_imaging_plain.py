"""A page as it was scanned: what it looks like on every way, and which pages are refused."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFile

from appliance.core.errors import PageDamaged
from appliance.core.paper.plates import PlatedPage
from appliance.core.paper.rendition import LADDER, PLAIN_WAYS
from appliance.core.paper.scan import ColorMode
from appliance.imaging.child.main import cleaned
from appliance.imaging.child.plain import plain_page
from appliance.imaging.child.wire import CleanOrder
from appliance.jpeg import check_decodes
from tests import pages


def plain(master: bytes, way: int = 1, dpi: int = 200, turn: int = 0) -> PlatedPage:
    return plain_page(master, dpi, way, turn)[1]


def inside(page: PlatedPage) -> bytes:
    return page.plates[0].content


def preview(master: bytes, turn: int = 0) -> bytes:
    (thing,) = cleaned(master, CleanOrder(200, plain=True, turn=turn, preview_px=300))
    return thing.preview


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


def test_the_first_way_passes_the_scanners_own_bytes_on(a4):
    assert inside(plain(a4, way=0, dpi=300)) == a4


@pytest.mark.parametrize("way", range(PLAIN_WAYS))
def test_every_way_keeps_the_true_size_of_the_paper(a4, way):
    page = plain(a4, way, dpi=300)
    assert page.width_mm == pytest.approx(210, abs=0.2)
    assert page.height_mm == pytest.approx(297, abs=0.2)
    if way:
        rung = LADDER[way - 1]
        assert page.resolution_dpi == rung.resolution_dpi
        assert page.plates[0].gray == (rung.mode is ColorMode.GRAY)


def test_each_way_is_smaller_than_the_one_before(a4):
    sizes = [plain(a4, way, dpi=300).size_bytes for way in range(PLAIN_WAYS)]
    assert sizes == sorted(set(sizes), reverse=True)


def test_no_way_is_below_150_dpi_and_colour_goes_last():
    assert min(rung.resolution_dpi for rung in LADDER) >= 150
    assert [rung.mode for rung in LADDER].index(ColorMode.GRAY) == len(LADDER) - 1


def test_a_master_is_never_blown_up(sheet):
    page = plain(sheet.jpeg(sheet.image(dpi=100)), dpi=100)
    assert page.resolution_dpi == 100
    assert page.plates[0].width_px == 827


def test_the_same_page_gives_the_same_bytes(a4):
    assert plain(a4) == plain(a4)


@pytest.mark.parametrize(
    ("turn", "corner"),
    [(0, "top left"), (90, "top right"), (180, "bottom right"), (270, "bottom left")],
)
def test_a_turn_the_box_found_goes_clockwise_and_codes_nothing_anew(sheet, turn, corner):
    master = sheet.jpeg(corner_marked())
    assert red_corner(preview(master, turn)) == corner
    page = plain(master, 0, turn=turn)
    assert inside(page) == master
    assert (page.width_mm > page.height_mm) == (turn % 180 == 90)


# ── what is inside the file ──────────────────────────────────────────────────


@pytest.mark.parametrize("way", [0, 1])
def test_nothing_of_the_scanner_or_camera_stays_in_the_file(sheet, way):
    master = sheet.jpeg(
        corner_marked(), exif=flag(1), comment=b"Nguyen Van A 012345678901", icc_profile=b"x" * 200
    )
    for jpeg in (inside(plain(master, way)), preview(master)):
        assert b"Exif" not in jpeg
        assert b"Nguyen" not in jpeg
        assert b"ICC_PROFILE" not in jpeg


@pytest.mark.parametrize("way", [0, 1])
def test_the_turn_of_a_camera_is_carried_out(sheet, way):
    page = plain(sheet.jpeg(corner_marked(), exif=flag(6)), way)
    assert red_corner(inside(page)) == "top right"
    assert page.width_mm > page.height_mm


@pytest.mark.parametrize("exif", [flag(0), flag(9), b"Exif\0\0garbage", b"Exif\0\0MM\0*\0\0\xff"])
def test_a_nonsense_turn_is_ignored(sheet, exif):
    assert red_corner(inside(plain(sheet.jpeg(corner_marked(), exif=exif), 0))) == "top left"


@pytest.mark.parametrize("way", [0, 1])
def test_a_grey_page_stays_grey_and_a_cmyk_one_becomes_rgb(sheet, way):
    assert plain(sheet.jpeg(corner_marked().convert("L")), way).plates[0].gray
    cmyk = inside(plain(sheet.jpeg(corner_marked().convert("CMYK")), way))
    assert opened(cmyk).mode == "RGB"
    assert red_corner(cmyk) == "top left"


# ── refused ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("save", [{}, {"progressive": True}, {"optimize": True}], ids=str)
@pytest.mark.parametrize("end", [b"", b"\xff\xd9"], ids=["cut", "cut and closed"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.95])
def test_a_page_cut_short_is_refused(sheet, save, end, kept):
    whole = sheet.jpeg(sheet.image(dpi=100), **save)
    assert check_decodes(whole) == (827, 1169)
    for use in (check_decodes, plain, preview):
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
        plain(not_a_page)


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
        plain(with_size(sheet.jpeg(corner_marked()), 400, 600, depth=16))


def test_a_page_that_would_fill_the_memory_is_refused(sheet):
    huge = sheet.jpeg(Image.new("L", (7000, 7000), 255))
    with pytest.raises(PageDamaged, match="to decode"):
        plain(huge, dpi=200)
    assert plain(huge, dpi=600).plates[0].width_px == 2333  # halved while decoding


@settings(max_examples=80, deadline=None)
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
        broken = whole[:place] + junk + whole[place + len(junk) :]
        pages = [plain(broken, 1), *(thing.plated for thing in cleaned(broken, CleanOrder(200)))]
    except PageDamaged:
        return
    assert all(page.width_mm > 0 for page in pages)


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


def test_what_is_not_understood_stays_as_it_is_and_a_person_is_told(a4):
    """Here the order names a thing that does not lie there; any mistake of ours ends like this."""
    (thing,) = cleaned(a4, CleanOrder(300, item=7))
    assert inside(thing.plated) == a4
    assert [warn.code for warn in thing.seen.found.warnings] == ["not-understood"]
    assert max(opened(thing.preview).size) == 1000


@pytest.mark.parametrize(("other", "dpi"), [(b"no picture", 150), (None, 0)])
def test_another_side_that_cannot_be_looked_at_is_no_evidence_and_no_harm(
    other: bytes | None, dpi: int
) -> None:
    """The same page as without it; a resolution of 0 is what no scanner should ever say."""
    sheet = pages.paper("letter", 4501, 150).jpeg()
    alone = cleaned(sheet, CleanOrder(150))
    assert cleaned(sheet, CleanOrder(150, other_dpi=dpi), other or sheet) == alone
    assert not alone[0].seen.found.warnings
