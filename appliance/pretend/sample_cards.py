"""Identity cards of invented people: the layout and measures of real ones, and no real number.

Lengths in millimetres. A card is drawn at ``FINE`` dots an inch and then scanned: turned by any
angle, moved by parts of a pixel, blurred and made noisy as a scanner would.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from appliance.core.cards.mrz import check_digit
from appliance.pretend.sample_drawing import FontsMissing

FINE = 900
CARD_MM = (85.60, 53.98)
LID = (240, 241, 238)
_FONTS = Path("/usr/share/fonts")
_SANS = ("truetype/dejavu/DejaVuSans.ttf", "truetype/liberation2/LiberationSans-Regular.ttf")
_BOLD = ("truetype/dejavu/DejaVuSans-Bold.ttf", "truetype/liberation2/LiberationSans-Bold.ttf")
_MRZ = (
    "opentype/ocr-b/OCRB.otf",
    "truetype/dejavu/DejaVuSansMono.ttf",
    "truetype/liberation2/LiberationMono-Regular.ttf",
)
_VOID = "THẺ MẪU – KHÔNG CÓ GIÁ TRỊ"


@dataclass(frozen=True, slots=True)
class Somebody:
    """An invented person; ``new_layout`` is the card of after 1/7/2024."""

    number: str
    old_number: str
    name: str
    born: str  # ddmmyyyy
    sex: str
    address: str
    issued: str
    new_layout: bool = False
    mrz_name: str = "NGUYEN<<VAN<AN"

    @property
    def payload(self) -> str:
        """What the QR code says."""
        fields = (self.number, self.old_number, self.name, self.born, self.sex, self.address)
        return "|".join((*fields, self.issued)) + ("||||" if self.new_layout else "")

    @property
    def mrz(self) -> tuple[str, str, str]:
        """The three lines for machines on the back."""
        short = self.number[3:]
        first = f"IDVNM{short}{check_digit(short)}{self.number}<<{check_digit(self.number)}"
        born = self.born[6:] + self.born[2:4] + self.born[:2]
        until = f"{(int(self.born[4:]) + 40) % 100:02}" + born[2:]
        sex = "M" if self.sex == "Nam" else "F"
        dates = f"{born}{check_digit(born)}", f"{until}{check_digit(until)}"
        whole = check_digit(f"{first[5:]}{dates[0]}{dates[1]}{'<' * 11}")
        second = f"{dates[0]}{sex}{dates[1]}VNM{'<' * 11}{whole}"
        return first, second, self.mrz_name.ljust(30, "<")


def at(mm: float, dpi: float = FINE) -> int:
    """Millimetres in pixels."""
    return round(mm / 25.4 * dpi)


@cache
def _font(files: tuple[str, ...], mm: float) -> ImageFont.FreeTypeFont:
    for file in files:
        if (_FONTS / file).exists():
            return ImageFont.truetype(_FONTS / file, at(mm))
    raise FontsMissing("no font for the cards: apt install fonts-dejavu-core")


def code_image(payload: str, side_mm: float, level: str = "M", dpi: float = FINE) -> Image.Image:
    """The bare code, bytes in UTF-8 and no character set named, as on the cards."""
    code = zxingcpp.create_barcode(payload.encode(), zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    modules = Image.fromarray(
        np.array(zxingcpp.write_barcode_to_image(code, add_quiet_zones=False))
    )
    side = at(side_mm, dpi)
    return modules.resize((side, side), Image.Resampling.NEAREST)


def _plain(tint: tuple[int, int, int], seed: int) -> Image.Image:
    """Guilloché: fine waves of two colours over a tint."""
    width, height = (at(mm) for mm in CARD_MM)
    card = Image.new("RGB", (width, height), tint)
    draw = ImageDraw.Draw(card)
    dice = random.Random(seed)  # noqa: S311 - the same waves every time, no secret
    for line in range(-6, 40):
        phase, lift = dice.random() * 6, at(1.5) * line
        color = (150, 200, 190) if line % 2 else (225, 190, 170)
        points = [
            (x, lift + at(1.2) * math.sin(x / at(5) + phase)) for x in range(0, width + 1, at(0.8))
        ]
        draw.line(points, fill=color, width=at(0.1))
    return card


def _code_on(card: Image.Image, person: Somebody, left: float, top: float, side: float) -> None:
    draw = ImageDraw.Draw(card)
    quiet = 0.6
    box = [at(v) for v in (left - quiet, top - quiet, left + side + quiet, top + side + quiet)]
    draw.rectangle(box, fill=(250, 250, 248))
    level = "L" if len(person.payload.encode()) > 110 else "M"
    code = code_image(person.payload, side, level)
    card.paste(
        Image.merge("RGB", [code.point(lambda v: 28 if v < 128 else 248)] * 3), (at(left), at(top))
    )


def _portrait(card: Image.Image, left: float, top: float, width: float, height: float) -> None:
    """A face nobody has: ovals, shaded softly."""
    draw = ImageDraw.Draw(card)
    draw.rectangle([at(v) for v in (left, top, left + width, top + height)], fill=(176, 196, 214))
    middle = left + width / 2
    draw.ellipse(
        [at(v) for v in (left, top + height * 0.7, left + width, top + height * 1.4)],
        fill=(60, 66, 84),
    )
    draw.rectangle(
        [at(v) for v in (left, top + height, left + width, top + height * 1.42)],
        fill=(214, 228, 222),
    )
    draw.ellipse(
        [at(v) for v in (middle - 6.5, top + 2, middle + 6.5, top + 18)], fill=(40, 32, 30)
    )
    draw.ellipse([at(v) for v in (middle - 5, top + 5, middle + 5, top + 19)], fill=(222, 184, 158))
    right, bottom = at(left + width), at(top + height)
    box = at(left), at(top), right, bottom
    card.paste(card.crop(box).filter(ImageFilter.GaussianBlur(at(0.4))), box[:2])


def front(person: Somebody) -> Image.Image:
    """The side with the face; on the older layout with the code."""
    tint = (205, 226, 236) if person.new_layout else (214, 232, 222)
    card = _plain(tint, seed=1)
    draw = ImageDraw.Draw(card)
    draw.ellipse([at(v) for v in (4, 3, 15, 14)], fill=(205, 45, 50))
    draw.text(
        (at(20), at(3)), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", (40, 40, 60), _font(_BOLD, 2.0)
    )
    draw.text((at(24), at(6)), "Độc lập - Tự do - Hạnh phúc", (40, 40, 60), _font(_SANS, 1.8))
    title = "CĂN CƯỚC" if person.new_layout else "CĂN CƯỚC CÔNG DÂN"
    draw.text((at(27), at(12)), title, (190, 40, 40), _font(_BOLD, 3.0))
    _portrait(card, 4, 21, 21, 28)
    lines = ["Số / No.: " + person.number, "Họ và tên / Full name:", person.name.upper()]
    lines += [
        f"Ngày sinh: {person.born[:2]}/{person.born[2:4]}/{person.born[4:]}",
        f"Giới tính: {person.sex}",
    ]
    lines += ["Quốc tịch: Việt Nam"] + ([] if person.new_layout else [person.address[:34]])
    for row, line in enumerate(lines):
        draw.text((at(28), at(20 + 4.4 * row)), line, (30, 30, 40), _font(_SANS, 2.2))
    if not person.new_layout:
        _code_on(card, person, 68.5, 3, 14)
    return card


def back(person: Somebody) -> Image.Image:
    """The side with the lines for machines; on the newer layout with the code."""
    card = _plain((222, 230, 214), seed=2)
    draw = ImageDraw.Draw(card)
    rows = ["Đặc điểm nhận dạng:", "Nốt ruồi C:1cm dưới mép trái", "Ngày, tháng, năm: 22/04/2021"]
    if person.new_layout:
        rows = [
            "Nơi cư trú:",
            person.address[:30],
            "Nơi đăng ký khai sinh:",
            "Ngày cấp: 15/08/2025",
        ]
    for row, line in enumerate(rows):
        draw.text((at(4), at(4 + 4 * row)), line, (30, 30, 40), _font(_SANS, 1.9))
    draw.rectangle([at(v) for v in (5, 20, 17, 29)], fill=(205, 176, 98))  # the chip
    if person.new_layout:
        _code_on(card, person, 64, 4, 18)
    else:
        draw.ellipse([at(v) for v in (44, 10, 60, 27)], outline=(200, 60, 60), width=at(0.7))
        draw.rectangle([at(v) for v in (66, 6, 80, 26)], fill=(225, 225, 222))
    # 2.54 mm a sign, whatever the font's own width
    font = _font(_MRZ, 3.3)
    for row, line in enumerate(person.mrz):
        for place, sign in enumerate(line):
            draw.text((at(5.0 + 2.54 * place), at(32.5 + 6.2 * row)), sign, (22, 22, 24), font)
    return card


@dataclass(frozen=True, slots=True)
class Lying:
    """Where a card lies on the glass: its middle, and how far it is turned counter-clockwise."""

    x_mm: float
    y_mm: float
    angle_deg: float = 0.0

    def quad(self, dpi: float) -> tuple[tuple[float, float], ...]:
        """The card's own corners in scanned pixels, beginning at its own top left."""
        a = math.radians(self.angle_deg)
        half_w, half_h = CARD_MM[0] / 2, CARD_MM[1] / 2
        corners = ((-half_w, -half_h), (half_w, -half_h), (half_w, half_h), (-half_w, half_h))
        return tuple(
            (
                (self.x_mm + x * math.cos(a) + y * math.sin(a)) / 25.4 * dpi,
                (self.y_mm - x * math.sin(a) + y * math.cos(a)) / 25.4 * dpi,
            )
            for x, y in corners
        )


def scanned(
    cards: list[tuple[Image.Image, Lying]],
    *,
    dpi: int = 300,
    glass_mm: tuple[float, float] = (210, 297),
    seed: int = 1,
) -> Image.Image:
    """The glass with the cards on it, as a flatbed scanner sees it."""
    size = (at(glass_mm[0], dpi), at(glass_mm[1], dpi))
    bed = Image.new("RGB", size, LID)
    for card, lying in cards:
        small = card.resize(
            (at(CARD_MM[0], 2 * dpi), at(CARD_MM[1], 2 * dpi)), Image.Resampling.BOX
        )
        (ox, oy), (rx, ry), _, (dx, dy) = lying.quad(dpi)
        ux, uy = (rx - ox) / small.width, (ry - oy) / small.width
        vx, vy = (dx - ox) / small.height, (dy - oy) / small.height
        det = ux * vy - uy * vx
        a, b, d, e = vy / det, -vx / det, -uy / det, ux / det
        inverse = (a, b, -a * ox - b * oy, d, e, -d * ox - e * oy)
        mask = Image.new("L", small.size, 255)
        moved = small.transform(size, Image.Transform.AFFINE, inverse, Image.Resampling.BICUBIC)
        cover = mask.transform(size, Image.Transform.AFFINE, inverse, Image.Resampling.BICUBIC)
        shadow = cover.filter(ImageFilter.GaussianBlur(dpi / 60))
        bed.paste(
            (190, 190, 188), (round(dpi / 80), round(dpi / 80)), shadow.point(lambda v: v // 2)
        )
        bed.paste(moved, (0, 0), cover)
    return worn(bed, dpi, seed)


def worn(image: Image.Image, dpi: int, seed: int) -> Image.Image:
    """Blur of the optics and noise of the sensor."""
    blurred = image.filter(ImageFilter.GaussianBlur(0.28 + dpi / 900))
    noise = np.random.default_rng(seed).normal(0, 3.0, (image.height, image.width, 1))
    levels = np.asarray(blurred).reshape(image.height, image.width, -1)
    noisy = np.clip(levels + noise, 0, 255).astype(np.uint8)
    return Image.fromarray(noisy.squeeze())


SAMPLES = {
    "chip-card": Somebody(
        number="056196123456",  # digits counted up: plainly nobody's
        old_number="",
        name="Trần Thị Mẫu Hoa",
        born="20111996",
        sex="Nữ",
        address="Thôn Suối Mẫu, Bắc Khánh Vĩnh, Khánh Hòa",
        issued="22042021",
        mrz_name="TRAN<<THI<MAU<HOA",
    ),
    "new-card": Somebody(
        number="056094123456",
        old_number="",
        name="Cao Văn Mẫu Sơn",
        born="01021994",
        sex="Nam",
        address="Thôn Suối Mẫu, Bắc Khánh Vĩnh, Khánh Hòa",
        issued="15082025",
        new_layout=True,
        mrz_name="CAO<<VAN<MAU<SON",
    ),
}
SIDES = {"front": front, "back": back}


def write_sample_cards(folder: Path, dpi: int = 300) -> list[Path]:
    """Write both sides of the two sample cards as the glass sees them; what is there is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for key, person in SAMPLES.items():
        for side, drawn in SIDES.items():
            path = folder / f"{key}-{side}.jpg"
            if not path.exists():
                card = drawn(person)
                ImageDraw.Draw(card).text(
                    (at(27), at(16.5)), _VOID, (190, 40, 40), _font(_BOLD, 1.7)
                )
                part = path.with_suffix(".part")
                bed = scanned([(card, Lying(70, 60, 3))], dpi=dpi)
                bed.save(part, "JPEG", quality=92, dpi=(dpi, dpi))
                part.replace(path)
            written.append(path)
    return written
