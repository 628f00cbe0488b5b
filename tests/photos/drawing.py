"""Sheets photographed on a table by somebody standing over it: corners and light are known."""

from __future__ import annotations

import random
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from appliance.core.paper.findings import Quad
from tests.pages import PAPERS, chance
from tests.pages.pen import Sheet

_FOCAL = 26 / 43.27  # of the diagonal
TABLES = {
    "wood": (146, 104, 70),
    "dark": (52, 50, 54),
    "blue": (70, 96, 140),
    "tiles": (176, 172, 165),
}


@dataclass(frozen=True)
class Photographed:
    image: Image.Image  # upright
    quad: Quad  # true corners, from the sheet's own upper left, in pixels of *image*
    sheet: Sheet

    def jpeg(self, orientation: int | None = None, quality: int = 85) -> bytes:
        """As a phone writes it: the sensor's pixels, and EXIF telling how they were held."""
        turned = {
            None: None,
            3: Image.Transpose.ROTATE_180,
            6: Image.Transpose.ROTATE_90,
            8: Image.Transpose.ROTATE_270,
        }.get(orientation)
        image = self.image.transpose(turned) if turned is not None else self.image
        exif = Image.Exif()
        if orientation is not None:
            exif[0x0112] = orientation
        out = BytesIO()
        image.save(out, "JPEG", quality=quality, exif=exif.tobytes())
        return out.getvalue()


def photograph(
    name: str = "form",
    seed: int = 1,
    *,
    size: tuple[int, int] = (1512, 2016),
    table: str | None = None,
    shadow: bool = True,
    tilt_deg: float = 14,
    roll_deg: float = 9,
) -> Photographed:
    rng = random.Random(f"{name}/{seed}")
    long_mm_px = size[1] * 0.8 / 297
    sheet = PAPERS[name](chance("photo", name, seed), round(long_mm_px * 25.4 * 1.3))
    homography = _pose(rng, sheet.size_mm, size, tilt_deg, roll_deg)
    scene = _table(table or rng.choice(list(TABLES)), size, rng)
    corners = _seen(homography, sheet.size_mm)
    back = np.linalg.inv(homography)
    px = sheet.dpi / 25.4
    back = np.diag([px, px, 1]) @ back
    back /= back[2, 2]
    coefficients = tuple(back.ravel()[:8])
    laid = sheet.image.transform(
        size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC
    )
    # the mask is drawn four times as fine and shrunk, so that edges lie between pixels
    mask = Image.new("L", (size[0] * 2, size[1] * 2))
    ImageDraw.Draw(mask).polygon([(2 * x - 0.5, 2 * y - 0.5) for x, y in corners], fill=255)
    mask = mask.resize(size, Image.Resampling.BOX)
    dark = mask.filter(ImageFilter.GaussianBlur(size[1] / 250)).point(lambda v: v * 90 // 255)
    scene.paste((30, 28, 26), (size[0] // 300, size[1] // 300), dark)
    scene.paste(laid, (0, 0), mask)
    levels = np.asarray(scene.filter(ImageFilter.GaussianBlur(0.8)), np.float32)
    levels = levels * _light(size, rng, shadow)
    levels = levels + np.random.default_rng(seed).normal(0, 3, levels.shape[:2])[..., None]
    image = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
    return Photographed(image, corners, sheet)


def _pose(
    rng: random.Random,
    sheet_mm: tuple[float, float],
    size: tuple[int, int],
    tilt_deg: float,
    roll_deg: float,
) -> np.ndarray:
    """From millimetres on the sheet to pixels of a camera tilted a little over it."""
    focal = float(np.hypot(*size)) * _FOCAL
    ax, ay = (np.radians(rng.uniform(-tilt_deg, tilt_deg)) for _ in range(2))
    az = np.radians(rng.uniform(-roll_deg, roll_deg))
    rx = np.array([[1, 0, 0], [0, np.cos(ax), -np.sin(ax)], [0, np.sin(ax), np.cos(ax)]])
    ry = np.array([[np.cos(ay), 0, np.sin(ay)], [0, 1, 0], [-np.sin(ay), 0, np.cos(ay)]])
    rz = np.array([[np.cos(az), -np.sin(az), 0], [np.sin(az), np.cos(az), 0], [0, 0, 1]])
    turned = rz @ ry @ rx
    distance = focal * max(sheet_mm[1] / size[1], sheet_mm[0] / size[0]) * 1.22
    shift = np.array([rng.uniform(-8, 8), rng.uniform(-8, 8), distance])
    camera = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]])
    centre = np.array([[1, 0, -sheet_mm[0] / 2], [0, 1, -sheet_mm[1] / 2], [0, 0, 1]])
    return camera @ np.column_stack((turned[:, 0], turned[:, 1], shift)) @ centre


def _seen(homography: np.ndarray, sheet_mm: tuple[float, float]) -> Quad:
    width, height = sheet_mm
    corners = []
    for x, y in ((0, 0), (width, 0), (width, height), (0, height)):
        u, v, w = homography @ (x, y, 1)
        corners.append((float(u / w), float(v / w)))
    return corners[0], corners[1], corners[2], corners[3]


def _table(name: str, size: tuple[int, int], rng: random.Random) -> Image.Image:
    """A table top with grain, so that nothing is flat behind the sheet."""
    width, height = size
    grain = np.random.default_rng(rng.randrange(1000)).normal(0, 1, (64, max(4, width // 40)))
    stripes = Image.fromarray(np.clip(grain * 14 + 128, 0, 255).astype(np.uint8))
    stripes = stripes.resize(size, Image.Resampling.BICUBIC)
    levels = np.asarray(stripes, np.float32)[..., None] - 128
    scene = np.array(TABLES[name], np.float32) + levels
    image = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))
    if name == "tiles":
        draw = ImageDraw.Draw(image)
        for x in range(0, width, width // 4):
            draw.line([(x, 0), (x + width // 20, height)], fill=(140, 136, 130), width=5)
    return image


def _light(size: tuple[int, int], rng: random.Random, shadow: bool) -> np.ndarray:
    """A lamp to one side, darker corners and, if asked, the photographer's own shadow."""
    small = (96, 128)
    y, x = np.mgrid[0 : small[1], 0 : small[0]] / 128
    angle = rng.uniform(0, 6.28)
    slope = 1 - 0.25 * (np.cos(angle) * (x - 0.4) + np.sin(angle) * (y - 0.5))
    corners = 1 - 0.35 * ((x - 0.375) ** 2 + (y - 0.5) ** 2)
    light = slope * corners * 0.95
    if shadow:
        cast = Image.new("L", small, 255)
        draw = ImageDraw.Draw(cast)
        at = rng.uniform(0.1, 0.6) * small[0]
        draw.polygon([(at, small[1]), (at + 34, small[1]), (at + 26, 40), (at + 6, 46)], 140)
        light = light * np.asarray(cast.filter(ImageFilter.GaussianBlur(2.5)), float) / 255
    full = Image.fromarray(light.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
    warm = np.array([1.0, 0.97, 0.90], np.float32)
    return np.asarray(full)[..., None] * warm
