"""What makes a bundle of scans a lasting document: its name, language, colours, and a last look.

The only file that knows pikepdf.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from io import BytesIO

import pikepdf
from PIL import ImageCms

from appliance.core.errors import Unexpected

CREATOR = "Trạm Hồ Sơ"
_RESOURCE_CREATED = slice(24, 36)  # in an ICC header: when the profile was made


def finished(
    plain: bytes, jpegs: Sequence[bytes], title: str, made_at: datetime | None = None
) -> bytes:
    """*plain* as PDF/A-2b: XMP the same as Info, Vietnamese, colours defined.

    Raises:
        ValueError: a page is neither grey nor RGB.
        Unexpected: what was written does not hold exactly *jpegs*, in order.
    """
    with pikepdf.open(BytesIO(plain)) as pdf:
        _refuse_other_colours(pdf)
        pdf.Root.Lang = pikepdf.String("vi")
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        pdf.Root.OutputIntents = pikepdf.Array([pdf.make_indirect(_output_intent(pdf))])
        _describe(pdf, title, made_at)
        out = BytesIO()
        pdf.save(out, min_version="1.7", deterministic_id=True)
    written = out.getvalue()
    _look_again(written, jpegs)
    return written


def count_pages(pdf: bytes) -> int:
    """How many pages a PDF of ours has."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return len(opened.pages)


def _describe(pdf: pikepdf.Pdf, title: str, made_at: datetime | None) -> None:
    """Info and XMP say the same: pikepdf writes each Info entry from its XMP twin."""
    del pdf.docinfo  # what img2pdf wrote there
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=True) as about:
        about["dc:title"] = "".join(c if c.isprintable() else " " for c in title)  # XML's rule
        about["dc:language"] = ["vi"]
        about["xmp:CreatorTool"] = CREATOR
        about["pdf:Producer"] = CREATOR
        if made_at is not None:
            moment = made_at.isoformat(timespec="seconds")
            about["xmp:CreateDate"] = about["xmp:ModifyDate"] = moment
        about["pdfaid:part"] = "2"
        about["pdfaid:conformance"] = "B"


def _output_intent(pdf: pikepdf.Pdf) -> pikepdf.Dictionary:
    profile = pikepdf.Stream(pdf, _srgb(), N=3, Alternate=pikepdf.Name.DeviceRGB)
    return pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier=pikepdf.String("sRGB"),
        Info=pikepdf.String("sRGB"),
        DestOutputProfile=profile,
    )


@cache
def _srgb() -> bytes:
    """LittleCMS's sRGB profile with a fixed birthday, so that the same paper is the same file."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_RESOURCE_CREATED] = b"".join(part.to_bytes(2) for part in (2000, 1, 1, 0, 0, 0))
    return bytes(profile)


def _refuse_other_colours(pdf: pikepdf.Pdf) -> None:
    for number, page in enumerate(pdf.pages, start=1):
        for image in _images(page):
            if image.ColorSpace not in (pikepdf.Name.DeviceRGB, pikepdf.Name.DeviceGray):
                raise ValueError(f"page {number} is neither grey nor RGB")


def _images(page: pikepdf.Page) -> list[pikepdf.Object]:
    drawn = page.obj.Resources.XObject
    return [image for _, image in drawn.items()]


def _look_again(written: bytes, jpegs: Sequence[bytes]) -> None:
    """The JPEGs were decoded when they went in; the same bytes came out, so they still decode."""
    with pikepdf.open(BytesIO(written)) as pdf:
        inside = [image.read_raw_bytes() for page in pdf.pages for image in _images(page)]
        if len(pdf.pages) != len(jpegs) or inside != list(jpegs):
            raise Unexpected("a PDF does not hold the pages that were put in")
