"""From a master to upright straight pages: sizes, turns, memory, and whatever comes in."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from appliance.core.errors import FileDamaged, PageDamaged
from appliance.core.paper.findings import Findings, Item, Kind
from appliance.imaging.cleaning import clean_page, preview_of
from appliance.imaging.formats.opening import open_page
from appliance.imaging.geometry.layout import layout
from appliance.imaging.geometry.marks import marks_in
from appliance.imaging.geometry.straighten import lean_of
from appliance.imaging.pipeline import analyse, apply
from appliance.imaging.sight import sight_of
from tests import pages

DPI, SEED = 150, 2400


def whole(width: int, height: int, dpi: int, **more: object) -> Findings:
    """Everything that is on an image of this size."""
    quad = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    item = Item(quad, width / dpi * 25.4, height / dpi * 25.4)
    return Findings(item, **more)  # type: ignore[arg-type]


def cornered() -> Image.Image:
    """White with a red square in its top left corner and a blue one in its top right."""
    image = Image.new("RGB", (400, 600), "white")
    ImageDraw.Draw(image).rectangle((0, 0, 99, 99), fill="red")
    ImageDraw.Draw(image).rectangle((300, 0, 399, 99), fill="blue")
    return image


@pytest.mark.parametrize(
    ("turn", "red", "size"),
    [
        (0, (40, 40), (400, 600)), (90, (560, 40), (600, 400)),
        (180, (360, 560), (400, 600)), (270, (40, 360), (600, 400)),
    ],
)  # fmt: skip
def test_a_turn_is_clockwise_and_loses_nothing(turn, red, size):
    page = apply(cornered(), 150, whole(400, 600, 150, turn=turn), 150)
    assert page.size == size
    assert page.getpixel(red) == (255, 0, 0)
    assert np.count_nonzero((np.asarray(page) == (255, 0, 0)).all(axis=2)) >= 100 * 100 - 200


def test_an_untouched_page_comes_out_pixel_for_pixel():
    page = apply(cornered(), 150, whole(400, 600, 150), 150)
    assert page.tobytes() == cornered().tobytes()


@pytest.mark.parametrize("dpi", [100, 150, 200])
def test_a_crooked_page_comes_out_straight_at_its_true_size(dpi):
    page = pages.paper("letter", SEED, 200, angle_deg=3.2, turn=180, margin_mm=12)
    (found,) = analyse(page.jpeg(), 200)
    done = apply(page.jpeg(), 200, found, dpi)
    assert abs(done.width / dpi * 25.4 - 210) <= 0.5
    assert abs(done.height / dpi * 25.4 - 297) <= 0.5
    look = done.convert("L").resize((827, 1169), Image.Resampling.BOX).crop((20, 20, 807, 1149))
    assert abs(lean_of(look).angle_deg) <= 0.05
    assert analyse(done, dpi)[0].turn == 0


def test_every_corner_stays_on_a_page_printed_crookedly():
    # straight paper, print that leans: straightened by its print it would lose two corners
    page = pages.paper("letter", SEED, DPI, angle_deg=0.0, margin_mm=0, worn=False)
    ink = page.image.convert("L").point(lambda level: level if level < 190 else 240)
    sheet = ink.rotate(4, Image.Resampling.BILINEAR, fillcolor=240).convert("RGB")
    for corner in ((20, 20, 60, 40), (1180, 1700, 1215, 1730)):
        ImageDraw.Draw(sheet).rectangle(corner, fill=(20, 20, 250))
    (found,) = analyse(sheet, DPI)
    assert abs(found.angle_deg + 4) <= 0.1
    done = apply(sheet, DPI, found, DPI)

    def blue(image: Image.Image) -> int:
        levels = np.asarray(image).astype(int)
        return int(np.count_nonzero(levels[..., 2] - levels[..., 0] > 120))

    assert blue(done) >= 0.9 * blue(sheet)


def test_a_decoded_half_gives_the_same_answer():
    page = pages.paper("form", SEED, 600)
    (large,), (small,) = analyse(page.jpeg(), 600), analyse(page.image.reduce(2), 300)
    assert abs(large.angle_deg - small.angle_deg) <= 0.03
    for (x, y), (u, v) in zip(large.item.quad, small.item.quad, strict=True):
        assert math.dist((x, y), (2 * u, 2 * v)) <= 0.3 / 25.4 * 600


def test_a_master_is_decoded_no_larger_than_needed():
    page = pages.paper("form", SEED, 600)
    assert sight_of(page.jpeg(), 600).dpi == pytest.approx(300, rel=0.01)


def test_a_layout_keeps_the_middle_where_it_is():
    plan = layout(whole(1000, 500, 100, angle_deg=7.0), 100, 50)
    a, b, c, d, e, f = plan.matrix
    x, y = plan.size[0] / 2, plan.size[1] / 2
    assert (a * x + b * y + c, d * x + e * y + f) == pytest.approx((500, 250))


@pytest.mark.parametrize("master", [b"", b"no picture", b"\xff\xd8\xff\xd9"])
def test_what_is_no_picture_is_refused_by_name(master):
    with pytest.raises(PageDamaged):
        analyse(master, 300)


@pytest.mark.parametrize("lost", [100, 3_000, 60_000])
def test_a_cut_and_closed_page_is_named_though_it_was_decoded_already(tmp_path, lost):
    drawn = BytesIO()  # its last block is whole, so that its grain is asked first
    pages.paper("form", SEED, 100).image.crop((0, 0, 800, 1160)).save(drawn, "JPEG", quality=85)
    jpeg = drawn.getvalue()
    whole, cut = tmp_path / "whole.jpg", tmp_path / "cut.jpg"
    whole.write_bytes(jpeg)
    cut.write_bytes(jpeg[: -2 - lost] + b"\xff\xd9")
    assert open_page(whole).as_stored
    with pytest.raises(FileDamaged):
        open_page(cut)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 700), st.integers(1, 900), st.integers(0, 2**32),
    st.sampled_from(["L", "RGB"]), st.sampled_from([75, 100, 150, 200, 300, 600]),
)  # fmt: skip
def test_any_picture_becomes_at_least_one_page(width, height, seed, mode, dpi):
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (rng.integers(1, 40), rng.integers(1, 40), 3)).astype(np.uint8)
    image = Image.fromarray(coarse).resize((width, height)).convert(mode)
    kept = BytesIO()
    image.save(kept, "JPEG")
    found = analyse(kept.getvalue(), dpi)
    assert found
    for one in found:
        page = apply(kept.getvalue(), dpi, one, min(dpi, 150))
        assert min(page.size) >= 1
        assert page.mode == mode


@pytest.mark.parametrize(("dpi", "most_mb"), [(300, 130), (600, 250)])
def test_a_colour_page_fits_a_small_board(tmp_path, dpi, most_mb):
    """Peak of a fresh process that cleans one page, with byte code as set-up lays it down.

    Compiling the program as it starts takes 8 MB more, which no installed station does.
    """
    master = tmp_path / "page.jpg"
    master.write_bytes(pages.paper("form", SEED, dpi).jpeg())
    script = (
        "import pathlib, sys\n"
        "from appliance.imaging.cleaning import clean_page\n"
        "from appliance.imaging.sight import sight_of\n"
        "master, dpi = pathlib.Path(sys.argv[1]).read_bytes(), int(sys.argv[2])\n"
        "(item,) = clean_page(lambda: sight_of(master, dpi)).items\n"
        "if not item.plated.plates: raise SystemExit(1)\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(status.split('VmHWM:')[1].split()[0])\n"
    )
    command = [sys.executable, "-c", script, master, str(dpi)]
    compiled = {"PYTHONOPTIMIZE": "2", "PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}
    environment = {**os.environ, **compiled, "PYTHONDONTWRITEBYTECODE": ""}
    for _ in range(2):  # the first one compiles
        done = subprocess.run(
            command, stdout=subprocess.PIPE, timeout=60, check=True, env=environment
        )
    peak_mb = int(done.stdout) * 1.024e-3  # budgets are in million bytes
    assert peak_mb <= most_mb, f"{peak_mb:.0f} MB"


def test_drawn_in_boxes_is_as_drawn_there_and_white_elsewhere():
    page = pages.paper("letter", SEED, DPI, angle_deg=2.5, margin_mm=0).image.convert("L")
    plan = layout(whole(*page.size, DPI, angle_deg=2.5, turn=90), DPI, 100)
    boxes = [(100, 80, 400, 200), (300, 500, 501, 503)]
    some, all_of_it = plan.drawn_in(page, boxes), plan.drawn(page, (255,), quick=True)
    for box in boxes:
        apart = np.abs(np.asarray(some.crop(box), int) - np.asarray(all_of_it.crop(box), int))
        assert apart.max() <= 1
        some.paste(255, box)
    assert some.getextrema() == (255, 255)


def test_what_was_found_on_a_halved_scan_is_told_in_pixels_of_the_scan():
    master = pages.paper("form", SEED, 600).jpeg()
    page = clean_page(lambda: sight_of(master, 600))
    (item,), (quad,) = page.items, page.quads
    (found,) = analyse(master, 600)
    assert math.dist(quad[2], found.item.quad[2]) <= 1
    assert item.found.item.quad == quad
    assert abs(item.plated.width_mm - found.item.width_mm) <= 0.5


def test_a_page_grows_smaller_from_its_halved_scan():
    master = pages.paper("certificate", SEED, 600).jpeg()
    (item,) = clean_page(lambda: sight_of(master, 600), Kind.CERTIFICATE).items
    sizes, before = [item.plated.size_bytes], preview_of(item.plated, 400)
    while item.shrink():
        sizes.append(item.plated.size_bytes)
    assert len(sizes) == len(item.ways)
    assert sizes == sorted(sizes, reverse=True)
    was, now = (
        np.asarray(Image.open(BytesIO(shown)).convert("L").reduce(8), int)
        for shown in (before, preview_of(item.plated, 400))
    )
    assert np.abs(was - now).mean() <= 6  # the same page, nothing moved


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 24), st.integers(1, 24), st.integers(0, 2**32), st.floats(0, 1))
def test_marks_are_what_touches(width, height, seed, share):
    mask = np.random.default_rng(seed).random((height, width)) < share
    marks = marks_in(mask)
    assert marks.area.sum() == mask.sum()
    drawn = np.full(mask.shape, -1)
    for mark in range(marks.count):
        y, x = marks.pixels(mark)
        drawn[y, x] = mark
        assert marks.box[mark].tolist() == [x.min(), y.min(), x.max() + 1, y.max() + 1]
        assert len(y) == marks.area[mark]
    assert ((drawn >= 0) == mask).all()
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):  # neighbours belong together
        here = drawn[: height - dy, max(0, -dx) : width - max(0, dx)]
        there = drawn[dy:, max(0, dx) : width - max(0, -dx)]
        assert ((here == there) | (here < 0) | (there < 0)).all()
