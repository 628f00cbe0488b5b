"""Front or back, upright or not, together on one page."""

from __future__ import annotations

import math
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from appliance.core.cards.citizen_card import read_citizen_card
from appliance.core.cards.laid import on_a4
from appliance.core.cards.sheet import ID1_MM, CardLook, Side, in_order, left_over, on_one_page
from appliance.core.errors import PageDamaged
from appliance.core.paper.findings import PageMode, Quad, Warn
from appliance.core.paper.plates import Plate, PlatedPage
from appliance.imaging.cards.marks import has_mrz, has_portrait
from appliance.imaging.cards.page import CardScan, can_pass, card_as_scanned
from appliance.imaging.cards.sides import card_picture, look_at_card
from appliance.imaging.codes import find_codes
from appliance.imaging.formats.lossless import cut_jpeg, cuts_without_loss
from appliance.imaging.geometry.perspective import flattened
from appliance.imaging.picture import picture_of
from appliance.papers.pdf import make_pdf
from tests import pages
from tests.cards.drawing import Lying, as_jpeg, back, front, scanned, somebody
from tests.pages.cards import LAYOUTS
from tests.pages.truth import TrueItem, middle


def begun_anywhere(quad: Quad, seed: int) -> Quad:
    """The same corners, beginning at another one."""
    a, b, c, d = (quad[(place + seed) % 4] for place in range(4))
    return a, b, c, d


def upright(item: TrueItem) -> Quad:
    """Its corners from the one that is upper left to a reader."""
    return begun_anywhere(item.quad, -(item.turn // 90))


def near(quad: Quad, other: Quad, px: float = 1.0) -> bool:
    return all(math.dist(a, b) < px for a, b in zip(quad, other, strict=True))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("side", "dpi"), [("front", 300), ("back", 300), ("front", 200)])
def test_each_side_is_known_and_turned_upright_wherever_it_lies(
    layout: str, side: str, dpi: int
) -> None:
    for seed in range(2100, 2106):
        card = pages.card(side, seed, dpi, layout=layout)
        quad = begun_anywhere(upright(card.only), seed)
        look = look_at_card(card.image, quad, dpi, read_lines=False)
        assert look.side is Side(side)
        assert look.upright_known
        assert near(look.quad, upright(card.only))


def test_our_own_drawings_are_told_apart_too() -> None:
    for seed in range(3000, 3004):
        person = somebody(seed)
        lying = (Lying(70, 60, seed * 67 % 360), Lying(70, 150, seed * 131 % 360))
        scan = scanned([(front(person), lying[0]), (back(person), lying[1])], glass_mm=(140, 210))
        for where, side in zip(lying, (Side.FRONT, Side.BACK), strict=True):
            true = where.quad(300)
            look = look_at_card(scan, begun_anywhere(true, seed), 300, read_lines=False)
            assert look.side is side
            assert near(look.quad, true)


def test_a_side_that_tells_nothing_is_asked_about() -> None:
    plain = Image.new("RGB", (1100, 800), (214, 232, 222))
    quad: Quad = ((40.0, 40.0), (1051.0, 40.0), (1051.0, 678.0), (40.0, 678.0))
    look = look_at_card(plain, quad, 300)
    assert look.side is None
    assert not look.upright_known
    assert look.number is None


def test_a_back_has_no_portrait_even_where_its_lines_look_like_one() -> None:
    for layout in LAYOUTS:
        for seed in range(2200, 2206):
            card = pages.card("back", seed, 150, layout=layout)
            quad = upright(card.only)
            straight = flattened(card.image, quad, (506, 319))
            assert not has_portrait(straight)
            assert not has_portrait(straight.transpose(Image.Transpose.ROTATE_180))


def test_a_sheet_of_print_has_neither_lines_nor_portrait() -> None:
    for seed in range(1800, 1804):
        sheet = pages.paper("letter", seed, 150).image
        for top in (100, 500, 900):
            part = sheet.crop((120, top, 120 + 506, top + 319))
            assert not has_mrz(part)
            assert not has_portrait(part)


def test_the_code_of_a_card_is_told_in_pixels_of_the_whole_scan() -> None:
    person = somebody(5, new_layout=False)
    lying = Lying(60, 80, 200)
    scan = scanned([(front(person), lying)], glass_mm=(130, 150))
    look = look_at_card(scan, begun_anywhere(lying.quad(300), 1), 300)
    (there,), (here,) = find_codes(scan), look.codes
    assert there.quad is not None
    assert here.quad is not None
    assert near(here.quad, there.quad, 5)
    assert look.card == read_citizen_card(person.payload)


# ── pairing ──────────────────────────────────────────────────────────────────

SQUARE: Quad = ((0.0, 0.0), (1011.0, 0.0), (1011.0, 638.0), (0.0, 638.0))


def seen(side: Side | None, seed: int | None = None, *, upright: bool = True) -> CardLook:
    card = None if seed is None else read_citizen_card(somebody(seed).payload)
    return CardLook(side, SQUARE, upright, card=card)


@pytest.mark.parametrize(
    ("sides", "order", "codes"),
    [
        ((Side.FRONT, Side.BACK), (0, 1), ()),
        ((Side.BACK, Side.FRONT), (1, 0), ()),
        ((None, Side.FRONT), (1, 0), ()),
        ((Side.BACK, None), (1, 0), ()),
        ((None, Side.BACK), (0, 1), ()),
        ((None, None), (0, 1), ("card-sides-unsure",)),
        ((Side.BACK, Side.BACK), (0, 1), ("card-same-side-twice",)),
        ((Side.FRONT,), (0,), ("card-one-side-only",)),
    ],
)
def test_the_front_comes_first_and_doubts_are_told(
    sides: tuple[Side | None, ...], order: tuple[int, ...], codes: tuple[str, ...]
) -> None:
    found, warnings = in_order([seen(side) for side in sides])
    assert found == order
    assert tuple(warning.code for warning in warnings) == codes


def test_two_peoples_cards_are_no_pair() -> None:
    _, warnings = in_order([seen(Side.FRONT, 1), seen(Side.BACK, 2)])
    assert [(warning.code, warning.severe) for warning in warnings] == [
        ("card-numbers-differ", True)
    ]


F, B, SHEET = Side.FRONT, Side.BACK, None


@pytest.mark.parametrize(
    ("lying", "together"),
    [
        ([(F, 1), (F, 2), (B, 1), (B, 2)], [[0, 2], [1, 3]]),
        ([(F, 1), (F, 2), (B, 2), (B, 1)], [[0, 3], [1, 2]]),
        ([(B, 1), (F, 2), (B, 2), (F, 1)], [[0, 3], [1, 2]]),
        ([(F, 1), (B, 2)], [[0], [1]]),
        ([(F, 1), (F, 1), (B, 1)], [[0, 2], [1]]),
        ([(F, 1), (F, 1)], [[0, 1]]),  # told as the same side twice
        ([(F, 1), (B, None), (F, 2), (B, None)], [[0, 1], [2, 3]]),
        ([(F, None), (B, None), (None, None)], [[0, 1], [2]]),
        ([(F, 1), (F, 2), (B, None), (B, None)], [[0], [1], [2, 3]]),  # never B's with A's
        ([(F, 1), (F, None), (B, 1), (B, None)], [[0, 2], [1], [3]]),
        ([(F, 1), (F, 2), SHEET, (B, 1), (B, 2)], [[0], [1], [2], [3], [4]]),
        ([SHEET, (F, 1), (F, 2), (None, 1), (B, 1)], [[0], [1, 4], [2], [3]]),
        ([], []),
    ],
)
def test_cards_share_a_page_by_their_numbers_and_only_then_as_neighbours(
    lying: list[tuple[Side | None, int | None] | None], together: list[list[int]]
) -> None:
    looks = [one and seen(*one) for one in lying]
    pages_made = list(on_one_page(range(len(looks)), lambda index: looks[index]))
    assert pages_made == together


def test_a_front_and_a_back_left_alone_by_their_numbers_are_told() -> None:
    one, other = seen(F, 1), seen(B, 2)
    assert [warn.code for warn in left_over([[one], [], [other]])] == ["card-numbers-differ"]
    assert left_over([[one], [seen(F, 2)]]) == ()  # two people, a side of each
    assert left_over([[one], [seen(B)]]) == ()
    assert left_over([[one, seen(B, 1)], [other]]) == ()


def test_a_card_whose_upper_side_is_unknown_is_told() -> None:
    _, warnings = in_order([seen(Side.FRONT), seen(Side.BACK, upright=False)])
    assert [warning.code for warning in warnings] == ["card-turn-unsure"]


# ── one A4 ───────────────────────────────────────────────────────────────────


def card_page(scans: list[CardScan]) -> tuple[PlatedPage, tuple[Warn, ...]]:
    order, warnings = in_order([scan.look for scan in scans])
    return on_a4([card_as_scanned(scans[index]) for index in order]), warnings


def printed(page: PlatedPage, folder: Path, dpi: int = 300) -> Image.Image:
    """The page as poppler draws it from our own PDF."""
    (folder / "card.pdf").write_bytes(make_pdf([page], "Thẻ"))
    command = ["pdftoppm", "-r", str(dpi), "-png", str(folder / "card.pdf"), str(folder / "card")]
    subprocess.run(command, check=True, timeout=60)
    with Image.open(next(folder.glob("card*.png"))) as image:
        return image.convert("RGB")


def scans_of(seed: int, angles: tuple[float, float], *, two_presses: bool) -> list[CardScan]:
    """Back first on purpose."""
    person = somebody(seed)
    cards = [(back(person), Lying(70, 60, angles[0])), (front(person), Lying(80, 160, angles[1]))]
    groups = [[card] for card in cards] if two_presses else [cards]
    scans = []
    for group in groups:
        image = scanned(group, glass_mm=(150, 220), seed=seed)
        jpeg = as_jpeg(image)
        for _, lying in group:
            look = look_at_card(image, lying.quad(300), 300, read_lines=False)
            scans.append(CardScan(jpeg, look, 300))
    return scans


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler is not installed")
@pytest.mark.parametrize("new_layout_seed", [3, 4])
@pytest.mark.parametrize(
    ("angles", "two_presses"), [((180.4, 90.0), True), ((33.0, 261.0), False), ((0, 180), False)]
)
def test_both_sides_stand_on_one_a4_upright_and_true_to_size(
    tmp_path: Path, new_layout_seed: int, angles: tuple[float, float], two_presses: bool
) -> None:
    page, warnings = card_page(scans_of(new_layout_seed, angles, two_presses=two_presses))
    assert warnings == ()
    assert (page.width_mm, page.height_mm, page.mode) == (210.0, 297.0, PageMode.FULL)
    paper = printed(page, tmp_path)
    px = 300 / 25.4
    for row, side in ((0, Side.FRONT), (1, Side.BACK)):
        left, top = (210 - ID1_MM[0]) / 2 * px, (60 + row * (ID1_MM[1] + 20)) * px
        right, bottom = left + ID1_MM[0] * px, top + ID1_MM[1] * px
        quad: Quad = ((left, top), (right, top), (right, bottom), (left, bottom))
        look = look_at_card(paper, quad, 300, read_lines=False)
        assert look.side is side
        assert near(look.quad, quad)  # upright as it stands
        truth = card_picture(paper, look, 300)
        drawn = (front if side is Side.FRONT else back)(somebody(new_layout_seed))
        assert difference(truth, drawn.resize(truth.size)) < 8  # levels; shifted by 0.3 mm it is 11
    assert len(find_codes(paper)) == 1


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of grey levels."""
    from PIL import ImageChops, ImageStat

    return float(
        ImageStat.Stat(ImageChops.difference(one.convert("L"), other.convert("L"))).mean[0]
    )


def beside(scan: CardScan, plate: Plate) -> tuple[Image.Image, Image.Image, Quad]:
    """The cut that travels, the same part of the scan, and the card in pixels of both."""
    part = Image.open(BytesIO(plate.content)).convert("RGB")
    right, bottom = (math.ceil(max(at)) for at in zip(*scan.look.quad, strict=True))
    left, top = right - part.width, bottom - part.height
    whole = Image.open(BytesIO(scan.jpeg)).convert("RGB").crop((left, top, right, bottom))
    a, b, c, d = ((x - left, y - top) for x, y in scan.look.quad)
    return part, whole, (a, b, c, d)


@pytest.mark.skipif(not cuts_without_loss(), reason="jpegtran is not installed")
@pytest.mark.parametrize("angles", [(0.2, 93.0), (7.0, 213.0)])
def test_a_card_keeps_the_scanners_own_pixels_however_it_lay(angles: tuple[float, float]) -> None:
    scans = scans_of(7, angles, two_presses=True)
    page, _ = card_page(scans)
    for plate, scan in zip(page.plates, (scans[1], scans[0]), strict=True):
        part, whole, quad = beside(scan, plate)
        inside = Image.new("L", part.size)
        # at the rim the decoder smooths colours with a block that is not there any more
        ImageDraw.Draw(inside).polygon(shrunk(quad, 3), fill=255)
        far = ImageChops.difference(part, whole).convert("L")
        assert ImageChops.multiply(far, inside).getextrema() == (0, 0)


def shrunk(quad: Quad, px: float) -> list[tuple[float, float]]:
    (x, y), most = middle(quad), max(math.dist(middle(quad), at) for at in quad)
    return [(x + (a - x) * (1 - 2 * px / most), y + (b - y) * (1 - 2 * px / most)) for a, b in quad]


@pytest.mark.skipif(not cuts_without_loss(), reason="jpegtran is not installed")
@pytest.mark.parametrize("angles", [(20.0, 45.0), (3.0, 91.5)])
def test_nothing_far_beside_a_card_that_lay_askew_goes_along(angles: tuple[float, float]) -> None:
    scans = scans_of(9, angles, two_presses=True)
    page, _ = card_page(scans)
    for plate, scan in zip(page.plates, (scans[1], scans[0]), strict=True):
        part, _, quad = beside(scan, plate)
        left = ImageChops.difference(part, Image.new("RGB", part.size, (128, 128, 128)))
        kept = left.convert("L").point([0] * 8 + [255] * 248)
        reach = round(9 * 300 / 25.4)
        near_card = Image.new("L", part.size)
        pen = ImageDraw.Draw(near_card)
        pen.polygon(quad, fill=255)
        pen.line([*quad, quad[0]], fill=255, width=2 * reach)
        for corner in quad:
            pen.circle(corner, reach, fill=255)
        assert ImageChops.subtract(kept, near_card).getbbox() is None


def test_what_is_no_card_by_its_size_is_not_clipped_like_one() -> None:
    quad: Quad = ((10.0, 10.0), (1190.0, 10.0), (1190.0, 790.0), (10.0, 790.0))
    assert not can_pass(CardScan(b"", CardLook(None, quad, True), 300))
    assert can_pass(CardScan(b"", seen(Side.FRONT), 300)) == cuts_without_loss()


def test_one_side_alone_fills_a_page_of_its_own_size(tmp_path: Path) -> None:
    (scan, _) = scans_of(4, (101.0, 20.0), two_presses=True)
    page = card_as_scanned(scan)
    assert (page.width_mm, page.height_mm) == ID1_MM
    drawn = picture_of(page, 300, "RGB")
    truth = back(somebody(4)).resize(drawn.size)
    assert difference(drawn, truth) < 8
    assert difference(printed(page, tmp_path).resize(drawn.size), truth) < 8


# ── cutting ──────────────────────────────────────────────────────────────────


def test_a_cut_holds_what_was_asked_for_and_at_most_a_block_more() -> None:
    jpeg = as_jpeg(pages.paper("form", 1900, 100).image, dpi=100)
    content, box = cut_jpeg(jpeg, (101, 203, 333, 444))
    with Image.open(BytesIO(content)) as part:
        assert part.size == (box[2] - box[0], box[3] - box[1])
    assert box[2:] == (333, 444)
    assert 0 <= 101 - box[0] <= 15
    assert 0 <= 203 - box[1] <= 15


def test_without_jpegtran_the_part_is_encoded_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    jpeg = as_jpeg(pages.paper("form", 1901, 100).image, dpi=100)
    monkeypatch.setenv("PATH", "/nowhere")
    content, box = cut_jpeg(jpeg, (101, 203, 333, 444))
    assert box == (101, 203, 333, 444)
    with Image.open(BytesIO(jpeg)) as whole, Image.open(BytesIO(content)) as part:
        assert difference(whole.crop(box), part) < 3


@pytest.mark.parametrize("broken", [b"", b"no picture", as_jpeg(Image.new("RGB", (99, 99)))[:-200]])
def test_a_damaged_scan_is_refused_by_name(broken: bytes) -> None:
    with pytest.raises(PageDamaged):
        cut_jpeg(broken, (0, 0, 16, 16))
    with pytest.raises(PageDamaged):
        card_as_scanned(CardScan(broken, seen(Side.FRONT), 300))
