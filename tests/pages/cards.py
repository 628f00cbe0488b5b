"""Identity cards of people who do not exist: both layouts, both sides, QR and MRZ at true size."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

import numpy as np
import zxingcpp
from PIL import Image, ImageFilter

from appliance.core.paper.findings import Kind
from tests.pages import saying
from tests.pages.pen import ID1, INK, RED, Pen, Sheet
from tests.pages.photos import portrait
from tests.pages.truth import Color

LAYOUTS = ("2021", "2024")  # QR on the front; QR on the back
_PITCH_MM = 2.54  # of the machine-readable zone, ICAO 9303


@dataclass(frozen=True, slots=True)
class Holder:
    """One made-up person, as the card tells it."""

    number: str
    old_number: str
    name: str
    born: str  # ddMMyyyy
    sex: str
    home: str
    issued: str

    @classmethod
    def any(cls, rng: random.Random) -> Holder:
        """A person whose number starts with a place code that nobody has."""
        year, female = rng.randint(1940, 2010), rng.random() < 0.5
        digit = (2 if year >= 2000 else 0) + female
        number = f"000{digit}{year % 100:02}{rng.randint(0, 999999):06}"
        return cls(
            number=number,
            old_number=f"{rng.randint(0, 999999999):09}" if rng.random() < 0.5 else "",
            name=saying.person(rng),
            born=f"{rng.randint(1, 28):02}{rng.randint(1, 12):02}{year}",
            sex="Nữ" if female else "Nam",
            home=rng.choice(saying.PLACES),
            issued=f"{rng.randint(1, 28):02}{rng.randint(1, 12):02}{rng.randint(2021, 2026)}",
        )

    def payload(self, layout: str) -> str:
        """What the card's QR holds: seven fields, and four empty ones since 2024."""
        fields = [
            self.number, self.old_number, self.name, self.born, self.sex, self.home, self.issued,
        ]  # fmt: skip
        return "|".join(fields + ([""] * 4 if layout == "2024" else []))

    @property
    def mrz(self) -> tuple[str, str, str]:
        """TD1 lines with their check digits."""
        short = self.number[-9:]
        born = self.born[6:] + self.born[2:4] + self.born[:2]
        ends = f"{(int(born[:2]) + 60) % 100:02}{born[2:]}"
        sex = "F" if self.sex == "Nữ" else "M"
        first = f"IDVNM{short}{check(short)}{self.number}<<"
        first += check(self.number)
        second = f"{born}{check(born)}{sex}{ends}{check(ends)}VNM" + "<" * 11
        second += check(first[5:] + second[:7] + second[8:15] + second[18:29])
        plain = bare(self.name).upper().split()
        return first, second, f"{plain[0]}<<{'<'.join(plain[1:])}".ljust(30, "<")


def check(text: str) -> str:
    """The ICAO 9303 check digit of *text*."""
    values = (0 if c == "<" else int(c) if c.isdigit() else ord(c) - 55 for c in text)
    return str(sum(v * (7, 3, 1)[n % 3] for n, v in enumerate(values)) % 10)


def bare(text: str) -> str:
    """*text* without its diacritics, as a machine-readable zone writes it."""
    apart = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in apart if not unicodedata.combining(c))


def qr_modules(payload: str, ec_level: str) -> Image.Image:
    """One pixel a module. The writer puts UTF-8 without an ECI, as the cards have it."""
    made = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level=ec_level)
    return Image.fromarray(np.array(made.to_image(scale=1, add_quiet_zones=False)))


def front(rng: random.Random, dpi: int, holder: Holder, layout: str = "2021") -> Sheet:
    """Portrait, number, name; the QR top right before 2024."""
    pen = _card(rng, dpi, "front")
    pen.text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", (45, 6), 1.9, "sans-bold", anchor="ms")
    pen.text("CĂN CƯỚC CÔNG DÂN" if layout == "2021" else "CĂN CƯỚC", (45, 12), 3.2,
             "sans-bold", RED, "ms")  # fmt: skip
    pen.sheet.image.paste(_fitted(portrait(rng), pen, 20, 26), _at(pen, 5, 17))
    pen.mark("portrait", (5, 17, 25, 43))
    pen.text(f"Số: {holder.number}", (29, 20), 3.6, "sans-bold")
    born = f"{holder.born[:2]}/{holder.born[2:4]}/{holder.born[4:]}"
    lines = (
        ("Họ và tên:", holder.name.upper()), ("Ngày sinh:", born), ("Giới tính:", holder.sex),
        ("Nơi thường trú:", ""), ("", holder.home),
    )  # fmt: skip
    y = 26.0
    for label, said in lines:
        wide = pen.text(label, (29, y), 2.1, "sans") if label else 0
        pen.text(said, (30 + wide if label else 29, y), 2.3, "sans-bold")
        y += 4.6
    if layout == "2021":
        _print_qr(pen, holder.payload(layout), 69.5, 3.0, rng.uniform(12, 15))
    return pen.sheet


def back(rng: random.Random, dpi: int, holder: Holder, layout: str = "2021") -> Sheet:
    """Chip, signature, machine-readable zone; the QR here since 2024."""
    pen = _card(rng, dpi, "back")
    pen.text("Đặc điểm nhận dạng: nốt ruồi mẫu", (6, 7), 2.1, "sans")
    pen.text(f"Ngày cấp: {holder.issued}", (6, 12), 2.1, "sans")
    pen.box(8, 16, 21, 27, 0.3, (150, 120, 50), "chip", (206, 176, 96))
    pen.signature(42, 22, wide=20)
    pen.seal(50, 20, radius=7.5)
    if layout == "2024":
        _print_qr(pen, holder.payload(layout), 64.0, 4.0, 18.0)
    for n, line in enumerate(holder.mrz):
        for k, letter in enumerate(line):
            at = (5.0 + _PITCH_MM * (k + 0.5), 38.0 + n * 5.2)
            pen.glyph(letter, at, 3.55, "ocr-b", INK)
    pen.sheet.mrz = holder.mrz
    return pen.sheet


def _card(rng: random.Random, dpi: int, side: str) -> Pen:
    tint: Color = rng.choice(((214, 232, 232), (226, 236, 224), (232, 228, 218)))
    pen = Pen(rng, dpi, f"card-{side}", ID1, tint, Kind.ID_CARD)
    for n in range(26):  # the pattern of a card: thin curves
        wave = [(x, n * 2.2 + 1.6 * np.sin(x / 5 + n * 0.7)) for x in range(0, 88, 1)]
        pen.line(wave, 0.1, (188, 214, 206), "guilloche")
    pen.sheet.side = side
    return pen


def _print_qr(pen: Pen, payload: str, left: float, top: float, side_mm: float) -> None:
    """At true size on a white ground with 0.6 mm around it; module edges fall between pixels."""
    modules = qr_modules(payload, pen.rng.choice("LM"))
    pen.box(left - 0.6, top - 0.6, left + side_mm + 0.6, top + side_mm + 0.6, 0,
            (250, 250, 250), None, (250, 250, 250))  # fmt: skip
    size = round(side_mm * pen.px)
    ink = modules.resize((modules.width * 12,) * 2, Image.Resampling.NEAREST)
    ink = ink.resize((size, size), Image.Resampling.BOX)
    ink = ink.point([30 + v * 220 // 255 for v in range(256)])
    pen.sheet.image.paste(Image.merge("RGB", [ink] * 3), _at(pen, left, top))
    pen.sheet.payloads = (payload,)


def _fitted(image: Image.Image, pen: Pen, wide: float, high: float) -> Image.Image:
    size = (round(wide * pen.px), round(high * pen.px))
    return image.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(0.4))


def _at(pen: Pen, x: float, y: float) -> tuple[int, int]:
    return round(x * pen.px), round(y * pen.px)
