"""The QR of a card is found and read to the letter."""

from __future__ import annotations

import random
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image, ImageFilter

from appliance.core.paper.findings import Code
from appliance.imaging.codes import find_codes
from tests import pages
from tests.cards.drawing import (
    CARD_MM,
    Lying,
    as_jpeg,
    at,
    back,
    code_image,
    front,
    scanned,
    somebody,
    worn,
)
from tests.pages.cards import LAYOUTS

INK_SPREAD_MM = 0.06
OPTICS_PX = (0.5, 0.9)


def printed(payload: str, seed: int, dpi: int) -> Image.Image:
    """The corner of a card with its code, anyhow on the glass; 12 to 15 mm, or 18 (new layout).

    Ink spreads, optics and sensor blur, JPEG rounds: at 200 dpi about one code in six is then
    lost to a single look, as was measured on other drawings.
    """
    dice = random.Random(seed)
    side_mm = 18.0 if payload.endswith("||||") else dice.uniform(12, 15)
    fine = dpi * 3
    code = code_image(payload, side_mm, dice.choice("LM"), fine)
    paper = Image.new("L", (at(27, fine), at(27, fine)), 214)
    quiet = at(0.6, fine)
    left, top = (paper.width - code.width) // 2, (paper.height - code.height) // 2
    patch = (left - quiet, top - quiet, left + code.width + quiet, top + code.height + quiet)
    paper.paste(249, patch)
    paper.paste(code.point(lambda v: 28 if v < 128 else 249), (left, top))
    angle = dice.uniform(-5, 5) if dice.random() < 0.5 else dice.uniform(0, 360)
    turned = paper.rotate(angle, Image.Resampling.BICUBIC, fillcolor=240)
    shift = (dice.randrange(3), dice.randrange(3))  # parts of a pixel of the scan
    moved = turned.crop((*shift, turned.width - 3 + shift[0], turned.height - 3 + shift[1]))
    soft = moved.filter(ImageFilter.GaussianBlur(at(INK_SPREAD_MM, fine)))
    seen = soft.resize((at(27, dpi), at(27, dpi)), Image.Resampling.BOX)
    blurred = seen.filter(ImageFilter.GaussianBlur(dice.uniform(*OPTICS_PX)))
    out = BytesIO()
    worn(blurred, dpi, seed).save(out, "JPEG", quality=75)
    with Image.open(out) as image:
        return image.convert("L")


def read_back(seeds: range, dpi: int) -> Iterator[tuple[str, tuple[Code, ...]]]:
    for seed in seeds:
        person = somebody(seed)
        yield person.payload, find_codes(printed(person.payload, seed, dpi), thorough=True)


def tally(seeds: range, dpi: int) -> tuple[int, int]:
    """How many were read, and how many of those with any wrong letter."""
    read = wrong = 0
    for payload, codes in read_back(seeds, dpi):
        read += bool(codes)
        wrong += any(code.payload != payload for code in codes)
    return read, wrong


def test_all_of_300_codes_are_read_to_the_letter_at_300_dpi() -> None:
    assert tally(range(5000, 5300), 300) == (300, 0)


def test_98_of_100_codes_are_read_at_200_dpi_and_none_wrongly() -> None:
    read, wrong = tally(range(6000, 6100), 200)
    assert wrong == 0
    assert read >= 98


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("dpi", "least"), [(300, 3000), (200, 2940)])
def test_3000_vietnamese_payloads_have_no_wrong_letter(dpi: int, least: int) -> None:
    read, wrong = tally(range(10_000, 13_000), dpi)
    assert wrong == 0
    assert read >= least


def test_looking_again_sharpened_and_twice_as_large_is_what_reaches_200_dpi() -> None:
    scans = [printed(somebody(seed).payload, seed, 200) for seed in range(6000, 6080)]
    at_once = sum(bool(find_codes(scan)) for scan in scans)
    assert at_once < 0.95 * len(scans)  # else these scans are too good to prove anything
    assert sum(bool(find_codes(scan, thorough=True)) for scan in scans) >= 0.98 * len(scans)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dpi", [200, 300, 400])
def test_the_codes_of_both_layouts_are_read_on_the_glass(layout: str, dpi: int) -> None:
    for seed in range(1500, 1506):
        page = pages.card("front" if layout == "2021" else "back", seed, dpi, layout=layout)
        found = find_codes(page.image, thorough=True)
        assert [code.payload for code in found] == list(page.only.payloads)


def test_the_corners_begin_at_the_codes_own_upper_left() -> None:
    person = somebody(1, new_layout=False)
    for angle in (0, 90, 180, 270, 37):
        lying = Lying(60, 60, angle)
        scan = scanned([(front(person), lying)], dpi=200, glass_mm=(120, 120))
        (code,) = find_codes(scan, thorough=True)
        assert code.quad is not None
        o, right, _, down = lying.quad(200)
        # where the drawing put it: 68.5 mm from the left, 3 mm from the top, 14 mm wide
        for corner, (x_mm, y_mm) in zip(
            code.quad, ((68.5, 3), (82.5, 3), (82.5, 17), (68.5, 17)), strict=True
        ):
            u, v = x_mm / CARD_MM[0], y_mm / CARD_MM[1]
            expected = [o[i] + u * (right[i] - o[i]) + v * (down[i] - o[i]) for i in (0, 1)]
            assert abs(corner[0] - expected[0]) < 4
            assert abs(corner[1] - expected[1]) < 4


def test_a_code_between_two_windows_of_a_large_scan_is_found_too() -> None:
    for seed in range(6000, 6100):
        payload = somebody(seed).payload
        small = printed(payload, seed, 200)
        scan = Image.new("L", (3600, 1800), 240)
        left, top = 1700 - small.width // 2, 1300  # across the border of the first window
        scan.paste(small, (left, top))
        if not find_codes(scan):
            break
    else:
        pytest.fail("every code was read at once: nothing to look at twice")
    (found,) = find_codes(scan, thorough=True)
    assert found.payload == payload
    assert found.quad is not None
    for x, y in found.quad:
        assert left < x < left + small.width
        assert top < y < top + small.height


def test_text_that_is_not_utf8_is_still_text() -> None:
    import zxingcpp

    code = zxingcpp.create_barcode(
        "Đ".encode("utf-16"), zxingcpp.BarcodeFormat.QRCode, ec_level="M"
    )
    image = Image.fromarray(_array(zxingcpp.write_barcode_to_image(code, scale=8)))
    (found,) = find_codes(image)
    assert isinstance(found.payload, str)


def test_a_sheet_without_codes_has_none() -> None:
    assert find_codes(pages.paper("letter", 1700, 150).image, thorough=True) == ()


def test_a_bar_code_is_told_from_a_qr_code() -> None:
    import zxingcpp

    code = zxingcpp.create_barcode("HS-2026-000123", zxingcpp.BarcodeFormat.Code128)
    image = Image.fromarray(_array(zxingcpp.write_barcode_to_image(code, scale=4)))
    assert [(c.kind, c.payload) for c in find_codes(image)] == [("barcode", "HS-2026-000123")]


def test_jpeg_at_ordinary_quality_does_no_harm() -> None:
    person = somebody(8, new_layout=True)
    scan = scanned([(back(person), Lying(50, 40, 12))], dpi=300, glass_mm=(100, 80))
    with Image.open(BytesIO(as_jpeg(scan, quality=75))) as image:
        assert [code.payload for code in find_codes(image)] == [person.payload]


def _array(image: object) -> object:
    import numpy as np

    return np.array(image)
