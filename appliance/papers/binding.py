"""Scans one behind the other in a PDF, not re-encoded. The only file that knows img2pdf."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import img2pdf

from appliance.jpeg import check_decodes


def bound(jpegs: Sequence[bytes], resolutions_dpi: Sequence[int]) -> bytes:
    """A plain PDF of *jpegs*, each page as large as its resolution makes it.

    Raises:
        PageDamaged: img2pdf would take half a JPEG without complaint; we do not.
    """
    for jpeg in jpegs:
        check_decodes(jpeg)
    pdf: bytes = img2pdf.convert(
        list(jpegs),
        layout_fun=_true_size(resolutions_dpi),
        engine=img2pdf.Engine.internal,
        nodate=True,
        first_frame_only=True,
        rotation=img2pdf.Rotation.ifvalid,  # EXIF orientation 0 is common, and would raise
    )
    return pdf


def _true_size(
    resolutions_dpi: Sequence[int],
) -> Callable[[int, int, tuple[float, float]], tuple[float, float, float, float]]:
    """Page and image size in points; img2pdf asks once per image, in order.

    The density inside a JPEG is not believed: python-sane writes none, other makers nonsense.
    """
    remaining = iter(resolutions_dpi)

    def layout(
        width_px: int, height_px: int, _: tuple[float, float]
    ) -> tuple[float, float, float, float]:
        dpi = next(remaining)
        width, height = width_px * 72 / dpi, height_px * 72 / dpi
        return width, height, width, height

    return layout
