"""Plates: what is coded comes back, and what other programs see in the PDF is what we laid."""

from __future__ import annotations

import dataclasses
import random
import shutil
import subprocess
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw

from appliance.core.cards.laid import on_a4, turned
from appliance.core.cards.sheet import corner_mm
from appliance.core.errors import PageDamaged
from appliance.core.paper.findings import PageMode
from appliance.core.paper.plates import PlatedPage
from appliance.papers.pdf import make_pdf
from appliance.plates import (
    check_plate,
    decoded,
    jpeg_plate,
    palette_plate,
    passed_on,
    shown,
    stencil_plate,
)

RED = (200, 30, 40)
COLORS = bytes(v for n in range(16) for v in (255 - 9 * n, 200 - 12 * n, 40 + 10 * n))


def spots(size: tuple[int, int], seed: int) -> Image.Image:
    image, pick = Image.new("1", size, 0), random.Random(seed)
    pen = ImageDraw.Draw(image)
    for _ in range(60):
        x, y = pick.randrange(size[0]), pick.randrange(size[1])
        pen.rectangle((x, y, x + pick.randrange(1, 60), y + pick.randrange(1, 20)), fill=1)
    return image


def page(*plates, mode=PageMode.LAYERS, dpi=100) -> PlatedPage:
    width, height = plates[0].width_px * 25.4 / dpi, plates[0].height_px * 25.4 / dpi
    return PlatedPage(width, height, plates, mode, dpi)


def indices(width: int, height: int, seed: int = 1) -> bytes:
    return bytes(random.Random(seed).choices(range(16), k=width * height))


def squares(width: int, height: int) -> bytes:
    return bytes((x // 20 + y // 20) % 16 for y in range(height) for x in range(width))


@pytest.fixture(scope="module")
def sides() -> list[PlatedPage]:
    photo = Image.radial_gradient("L").resize((330, 481)).convert("RGB")
    return [
        page(stencil_plate(spots((331, 480), 1)), stencil_plate(spots((331, 480), 2), RED)),
        page(palette_plate(squares(333, 200), (333, 200), COLORS), mode=PageMode.PALETTE),
        page(jpeg_plate(photo, 80), mode=PageMode.CLEAN),
        page(jpeg_plate(photo.convert("L"), 80), mode=PageMode.GRAY),
    ]


@pytest.mark.parametrize("width", [1, 2, 7, 8, 9, 640, 641])
def test_stencils_and_palettes_come_back_pixel_for_pixel(width):
    mask = spots((width, 33), width)
    assert decoded(stencil_plate(mask)).tobytes() == mask.tobytes()
    plate = palette_plate(indices(width, 33), (width, 33), COLORS)
    expected = b"".join(COLORS[3 * i : 3 * i + 3] for i in indices(width, 33))
    assert decoded(plate).tobytes() == expected


def test_half_a_plate_is_never_taken_for_a_whole_one(sides):
    for side in sides:
        for plate in side.plates:
            for keep in (0.0, 0.3, 0.6, 0.97):
                cut = plate.content[: int(len(plate.content) * keep)]
                with pytest.raises(PageDamaged):
                    check_plate(dataclasses.replace(plate, content=cut))


def test_a_colour_index_beyond_the_palette_is_refused():
    with pytest.raises(ValueError, match="16 or more"):
        palette_plate(bytes([3, 16, 0, 1]), (2, 2), COLORS)


def test_another_program_shows_each_page_as_we_laid_it(sides, tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(make_pdf(sides, "Giấy khai sinh"))
    subprocess.run(["qpdf", "--check", path], check=True, capture_output=True, timeout=60)
    subprocess.run(
        ["pdftoppm", "-r", "100", "-png", path, tmp_path / "page"], check=True, timeout=60
    )
    for side, png in zip(sides, sorted(tmp_path.glob("page-*.png")), strict=True):
        with Image.open(png) as seen:
            ours = shown(side.plates).resize(seen.size)
            far = [abs(a - b) for a, b in zip(seen.tobytes(), ours.tobytes(), strict=True)]
        assert sum(far) / len(far) < 2.0, side.mode


def test_the_pages_are_true_to_size_and_the_scans_inside_unchanged(sides):
    with pikepdf.open(BytesIO(make_pdf(sides, "x"))) as pdf:
        for side, leaf in zip(sides, pdf.pages, strict=True):
            box = [float(v) for v in leaf.mediabox]
            assert box[2] == pytest.approx(side.width_mm * 72 / 25.4, abs=0.01)
            assert box[3] == pytest.approx(side.height_mm * 72 / 25.4, abs=0.01)
            drawn = leaf.obj.Resources.XObject
            inside = [image.read_raw_bytes() for _, image in drawn.items()]
            assert inside == [plate.content for plate in side.plates]


def test_the_same_pages_give_the_same_file(sides):
    assert make_pdf(sides, "Hộ khẩu") == make_pdf(sides, "Hộ khẩu")


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_card_lies_where_it_was_placed_turned_and_not_coded_anew(turn, tmp_path):
    card = Image.new("RGB", (856, 540), "white")
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, 0, 200, 150), fill="red")  # its upper left corner
    jpeg = BytesIO()
    card.save(jpeg, "JPEG", quality=90)
    front = PlatedPage(85.6, 54.0, (passed_on(jpeg.getvalue(), gray=False),), PageMode.FULL, 254)
    path = tmp_path / "card.pdf"
    path.write_bytes(make_pdf([on_a4([turned(front, turn)])], "Thẻ"))
    assert jpeg.getvalue() in path.read_bytes()
    subprocess.run(["pdftoppm", "-r", "25.4", "-png", path, tmp_path / "a4"], check=True)
    (png,) = tmp_path.glob("a4*.png")
    with Image.open(png) as seen:
        red = [
            (x, y)
            for x in range(seen.width)
            for y in range(seen.height)
            if seen.getpixel((x, y))[1] < 100
        ]
    across, down = (85.6, 54.0) if turn % 180 == 0 else (54.0, 85.6)
    expected_corner = {0: (0, 0), 90: (1, 0), 180: (1, 1), 270: (0, 1)}[turn]
    corner = corner_mm(0)
    left, top = (
        corner[0] + across * expected_corner[0],
        corner[1] + down * expected_corner[1],
    )
    x, y = zip(*red, strict=True)
    assert min(abs(min(x) - left), abs(max(x) + 1 - left)) <= 1
    assert min(abs(min(y) - top), abs(max(y) + 1 - top)) <= 1


JARS = "preflight,pdfbox2,fontbox2,xmpbox,commons-logging,commons-io,jaxb-api,javax.activation"
CLASSES = [Path("/usr/share/java", f"{name}.jar") for name in JARS.split(",")]


@pytest.mark.skipif(
    not shutil.which("java") or not all(jar.exists() for jar in CLASSES),
    reason="needs default-jre-headless, libpdfbox2-java, libjaxb-api-java, libactivation-java",
)
def test_preflight_finds_a_lasting_document(sides, tmp_path):
    path = tmp_path / "a1b.pdf"
    made_at = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    path.write_bytes(make_pdf(sides, "Giấy chứng sinh", made_at, part=1))
    validator = "org.apache.pdfbox.preflight.Validator_A1b"
    done = subprocess.run(
        ["java", "-cp", ":".join(map(str, CLASSES)), validator, path],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert "is a valid PDF/A-1b file" in done.stdout, done.stdout + done.stderr[-2000:]
