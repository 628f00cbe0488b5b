"""A printed page whose every word has a box that is known exactly."""

from __future__ import annotations

import html
import re
import subprocess
import unicodedata
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw

from tests.pages.fonts import font

MM = 25.4
LINES = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập Tự do Hạnh phúc",
    "TỜ KHAI ĐĂNG KÝ KHAI SINH",
    "Kính gửi Ủy ban nhân dân xã Thử Nghiệm",
    "Họ và tên người yêu cầu Nguyễn Thị Bưởi",
    "Quan hệ với người được khai sinh là mẹ đẻ",
    "Nơi cư trú tổ 3 ấp Đầu xã Giả Định",
    "Đề nghị cơ quan đăng ký khai sinh cho người dưới đây",
    "Giới tính nữ dân tộc Kinh quốc tịch Việt Nam",
    "Quê quán thôn Mẫu xã Thử Nghiệm tỉnh Ví Dụ",
    "Tôi cam đoan những nội dung khai trên đây là đúng sự thật",
    "và chịu trách nhiệm trước pháp luật về cam đoan của mình",
)


class Printed(NamedTuple):
    """A word and where it is: left, top, right, bottom in mm of the sheet."""

    text: str
    box_mm: tuple[float, float, float, float]


def printed_page(
    dpi: int = 200, size_mm: tuple[float, float] = (210, 297)
) -> tuple[Image.Image, list[Printed]]:
    """LINES, one below the other, and the box of each word's ink."""
    px = dpi / MM
    image = Image.new("RGB", (round(size_mm[0] * px), round(size_mm[1] * px)), (246, 244, 238))
    pen, glyphs = ImageDraw.Draw(image), font("serif", 4.4 * px)
    words = []
    for row, line in enumerate(LINES * 2):
        x, y = 25 * px, (40 + 9.5 * row) * px
        for text in line.split():
            pen.text((x, y), text, font=glyphs, fill=(30, 30, 34), anchor="ls")
            box = pen.textbbox((x, y), text, font=glyphs, anchor="ls")
            words.append(Printed(text, (box[0] / px, box[1] / px, box[2] / px, box[3] / px)))
            x += glyphs.getlength(text + " ")
    return image, words


def words_in(pdf: Path, page: int = 1) -> list[Printed]:
    """What poppler finds on a page of *pdf*, in mm from its upper left corner."""
    said = subprocess.run(
        ["pdftotext", "-bbox", "-f", str(page), "-l", str(page), pdf, "-"],
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout.decode()
    found = re.findall(
        r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>',
        said,
    )
    words = []
    for *box, text in found:
        left, top, right, bottom = (float(value) * MM / 72 for value in box)
        plain = unicodedata.normalize("NFC", html.unescape(text))
        words.append(Printed(plain, (left, top, right, bottom)))
    return words
