"""What size of paper four corners in a photograph are. A photo has no scale, only proportions."""

from __future__ import annotations

import math

import numpy as np

from appliance.core.paper.findings import Quad

_FOCAL = 26 / 43.27  # of the diagonal: the main camera of a phone, 26 mm as on film
_TOLERANCE = 0.035  # of the proportion; A4 and letter are 9 % apart

# long side / short side; A5 has A4's proportion and is called A4: as legible, on larger paper
_SHEETS = (
    ("A4", 210.0, 297.0),
    ("letter", 215.9, 279.4),
    ("ID-1", 53.98, 85.60),
)
_UNKNOWN_LONG_MM = 297.0


def true_size(
    quad: Quad, photo: tuple[int, int], film_focal_mm: float | None = None
) -> tuple[float, float, str | None]:
    """Width and height in millimetres, and the standard size they were snapped to, if any.

    From the perspective of the corners and the camera's angle of view (*film_focal_mm* as EXIF
    gives it for 35 mm film). What is of no standard proportion gets A4's long side.
    """
    proportion = _proportion(quad, photo, film_focal_mm)  # width / height
    ratio = max(proportion, 1 / proportion)
    for name, short, long in _SHEETS:
        if abs(ratio / (long / short) - 1) <= _TOLERANCE:
            return (long, short, name) if proportion > 1 else (short, long, name)
    return *size_of_whole((proportion, 1.0)), None


def size_of_whole(shape: tuple[float, float]) -> tuple[float, float]:
    """Millimetres for a picture whose true size nothing tells: A4's long side."""
    scale = _UNKNOWN_LONG_MM / max(shape)
    return shape[0] * scale, shape[1] * scale


def _proportion(quad: Quad, photo: tuple[int, int], film_focal_mm: float | None) -> float:
    """Zhang and He, Whiteboard scanning (2007), with a known focal length.

    Solving for the focal length too is unstable for a sheet seen almost straight from above,
    which is how papers are photographed.
    """
    diagonal = math.hypot(*photo)
    focal = diagonal * (film_focal_mm / 43.27 if film_focal_mm else _FOCAL)
    top_left, top_right, bottom_right, bottom_left = (
        np.array([x - photo[0] / 2, y - photo[1] / 2, focal]) for x, y in quad
    )
    diagonal_normal = np.cross(top_left, bottom_right)
    k_right = diagonal_normal @ bottom_left / (np.cross(top_right, bottom_right) @ bottom_left)
    k_left = diagonal_normal @ top_right / (np.cross(bottom_left, bottom_right) @ top_right)
    width = np.linalg.norm(k_right * top_right - top_left)
    height = np.linalg.norm(k_left * bottom_left - top_left)
    return float(width / height)
