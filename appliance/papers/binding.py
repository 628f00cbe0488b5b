"""Scans one behind the other in a PDF, not re-encoded. The only file that knows img2pdf."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import img2pdf

from appliance.core.paper.plates import POINTS_PER_MM, PlatedPage


def bound(pages: Sequence[PlatedPage]) -> bytes:
    """A plain PDF of *pages* of one JPEG each; that each is whole is for the caller to check."""
    pdf: bytes = img2pdf.convert(
        [page.plates[0].content for page in pages],
        layout_fun=_true_size(pages),
        engine=img2pdf.Engine.internal,
        nodate=True,
        first_frame_only=True,
        rotation=img2pdf.Rotation.ifvalid,  # EXIF orientation 0 is common, and would raise
    )
    return pdf


def _true_size(
    pages: Sequence[PlatedPage],
) -> Callable[[int, int, tuple[float, float]], tuple[float, float, float, float]]:
    """Page and image size in points; img2pdf asks once per image, in order.

    The density inside a JPEG is not believed: python-sane writes none, other makers nonsense.
    """
    remaining = iter(pages)

    def layout(
        _width_px: int, _height_px: int, _: tuple[float, float]
    ) -> tuple[float, float, float, float]:
        page = next(remaining)
        width, height = page.width_mm * POINTS_PER_MM, page.height_mm * POINTS_PER_MM
        return width, height, width, height

    return layout
