"""A pen for A4 papers in millimetres: letterhead, fields, paragraphs, signatures, a seal."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

A4_MM = (210.0, 297.0)
_MARGIN_MM = 22.0
_INK, _BLUE, _RED = (35, 33, 38), (32, 52, 140), (190, 38, 46)
# fonts-liberation2, then fonts-dejavu-core and fonts-noto-core: all hold every Vietnamese letter
_FOLDERS = ("liberation2", "liberation", "dejavu", "noto")
_FILES = {
    "plain": ("LiberationSerif-Regular.ttf", "DejaVuSerif.ttf", "NotoSerif-Regular.ttf"),
    "bold": ("LiberationSerif-Bold.ttf", "DejaVuSerif-Bold.ttf", "NotoSerif-Bold.ttf"),
    "italic": ("LiberationSerif-Italic.ttf", "DejaVuSans.ttf", "NotoSerif-Italic.ttf"),
}
_ROOT = Path("/usr/share/fonts/truetype")
_NATION = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập – Tự do – Hạnh phúc")
_VOID = "GIẤY MẪU – KHÔNG CÓ GIÁ TRỊ"
_VOID_NOTE = "Người và việc trong giấy này đều không có thật. Chỉ dùng để thử máy."
_SEAL = ("MẪU", "KHÔNG CÓ", "GIÁ TRỊ")
_SIGN_NOTE = "(Ký, ghi rõ họ tên)"


Point = tuple[float, float]
Color = tuple[int, int, int]


class FontsMissing(RuntimeError):
    """No font with Vietnamese letters; the text names the Debian package to install."""


class Pen:
    """Draws on one page. Every position and size is in millimetres; y grows downwards.

    Methods return the y below what they drew.
    """

    def __init__(self, dpi: int, paper: Color) -> None:
        self._px_per_mm = dpi / 25.4
        size = (round(self._px(A4_MM[0])), round(self._px(A4_MM[1])))
        self.image = Image.new("RGB", size, paper)
        self._draw = ImageDraw.Draw(self.image)

    def letterhead(self, office: tuple[str, ...]) -> float:
        """Office on the left, the nation's name on the right (or in the middle without one)."""
        x = 142.0 if office else A4_MM[0] / 2
        for line, name in enumerate(office):
            self._middle(name, (55, 22 + 5.5 * line), 3.9, "bold" if line else "plain")
        self._middle(_NATION[0], (x, 22), 4.1, "bold")
        self._middle(_NATION[1], (x, 27.5), 4.3, "bold")
        self._line(x - 24, 34, x + 24, 34)
        return 40.0

    def title(self, text: str, y: float) -> float:
        """The name of the paper, in the middle."""
        self._middle(text, (A4_MM[0] / 2, y), 6.2, "bold")
        self._middle(_VOID, (A4_MM[0] / 2, y + 8.5), 3.6, "italic", _RED)
        return y + 20

    def field(self, label: str, written: str, y: float) -> float:
        """A printed label, a dotted line, and a pen's blue writing on it."""
        self._text(f"{label}:", (_MARGIN_MM, y), 4.4, "plain")
        x = _MARGIN_MM + self._wide(f"{label}:", 4.4, "plain") + 2
        self._dots(x, A4_MM[0] - _MARGIN_MM, y + 5.2)
        self._text(written, (x + 1, y - 0.4), 4.9, "italic", _BLUE)
        return y + 9.2

    def paragraph(self, text: str, y: float) -> float:
        """Running text, wrapped at the margin."""
        room, line = A4_MM[0] - 2 * _MARGIN_MM, ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if self._wide(longer, 4.4, "plain") > room:
                self._text(line, (_MARGIN_MM, y), 4.4, "plain")
                y, line = y + 7, word
            else:
                line = longer
        self._text(line, (_MARGIN_MM, y), 4.4, "plain")
        return y + 7

    def signatures(self, names: tuple[str, str], y: float, stamp: bool) -> None:
        """Two places to sign; a round red seal over the right one when *stamp*."""
        self._middle("Mẫu, ngày 20 tháng 9 năm 2026", (150, y), 4.2, "italic")
        for name, x in zip(names, (58.0, 150.0), strict=True):
            if not name:
                continue
            self._middle(name, (x, y + 7), 4.2, "bold")
            self._middle(_SIGN_NOTE, (x, y + 12.5), 3.7, "italic")
            self._flourish(x, y + 27)
        if stamp:
            self._seal(134, y + 27)

    def footer(self) -> None:
        """Says on every page that nothing on it is real."""
        self._middle(_VOID_NOTE, (A4_MM[0] / 2, 282), 3.4, "italic", _RED)

    def _seal(self, x: float, y: float) -> None:
        for radius, thick in ((17.0, 0.9), (12.0, 0.35)):
            box = [self._px(v) for v in (x - radius, y - radius, x + radius, y + radius)]
            self._draw.ellipse(box, outline=_RED, width=max(1, round(self._px(thick))))
        for line, text in enumerate(_SEAL):
            self._middle(text, (x, y - 7 + 4.6 * line), 3.6, "bold", _RED)

    def _flourish(self, x: float, y: float) -> None:
        path = [(-14, 2), (-9, -6), (-7, 4), (-3, -3), (0, 3), (4, -5), (6, 4), (15, -2)]
        points = [(self._px(x + dx), self._px(y + dy)) for dx, dy in path]
        self._draw.line(points, fill=_BLUE, width=max(1, round(self._px(0.5))), joint="curve")

    def _dots(self, x: float, end: float, y: float) -> None:
        while x < end:
            self._line(x, y, x + 0.4, y)
            x += 1.2

    def _line(self, x: float, y: float, x2: float, y2: float) -> None:
        ends = [self._px(value) for value in (x, y, x2, y2)]
        self._draw.line(ends, fill=_INK, width=max(1, round(self._px(0.25))))

    def _middle(self, text: str, at: Point, size: float, face: str, color: Color = _INK) -> None:
        self._text(text, (at[0] - self._wide(text, size, face) / 2, at[1]), size, face, color)

    def _text(self, text: str, at: Point, size: float, face: str, color: Color = _INK) -> None:
        font = _font(face, round(self._px(size)))
        self._draw.text((self._px(at[0]), self._px(at[1])), text, font=font, fill=color)

    def _wide(self, text: str, size: float, face: str) -> float:
        return _font(face, round(self._px(size))).getlength(text) / self._px_per_mm

    def _px(self, mm: float) -> float:
        return mm * self._px_per_mm


@cache
def _font(face: str, size_px: int) -> ImageFont.FreeTypeFont:
    for folder in _FOLDERS:
        for name in _FILES[face]:
            path = _ROOT / folder / name
            if path.is_file():
                return ImageFont.truetype(str(path), size_px, layout_engine=ImageFont.Layout.BASIC)
    raise FontsMissing(
        f"no Vietnamese font under {_ROOT}: install fonts-liberation2 (or fonts-dejavu-core)"
    )
