"""Asks the program tesseract which way up a page stands, where it is installed.

About a second on a laptop, 6 on a Pi 4, 15 on a Zero 2 W: for the background, never between two
sheets.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from appliance.imaging.geometry.osd_program import turn_told
from appliance.imaging.geometry.turning import Turned


def turn_by_osd(page: Image.Image) -> Turned:
    """Judge *page* (at OSD_DPI, straight). Unsure when absent, failing, slow, or without text."""
    picture = BytesIO()
    page.convert("L").save(picture, "PPM")
    return Turned(*turn_told(picture.getvalue()))
