"""What makes a bundle of scans a lasting document: its name, language, colours, and a last look.

The only file that writes with pikepdf.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

import pikepdf

from appliance.core.errors import Unexpected
from appliance.papers.srgb import srgb_profile

CREATOR = "Trạm Hồ Sơ"
# Names declared once, around everything: preflight sees no name that is declared on the inside.
_EMPTY_XMP = b"""<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
  xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
  xmlns:xmp="http://ns.adobe.com/xap/1.0/"/>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def finished(
    plain: bytes,
    contents: Sequence[bytes],
    title: str,
    made_at: datetime | None = None,
    *,
    pages: int | None = None,
    part: int = 2,
) -> bytes:
    """*plain* as PDF/A-2b: XMP the same as Info, Vietnamese, colours defined.

    *contents* are the coded pictures in the order they are drawn, one a page unless *pages*
    says otherwise. *part* 1 makes PDF/A-1b, for the one checker that everybody can install.

    Raises:
        ValueError: a page is neither grey nor RGB.
        Unexpected: what was written does not hold exactly *contents*, in order.
    """
    with pikepdf.open(BytesIO(plain)) as pdf:
        _refuse_other_colours(pdf)
        pdf.Root.Lang = pikepdf.String("vi")
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        pdf.Root.OutputIntents = pikepdf.Array([pdf.make_indirect(_output_intent(pdf))])
        _describe(pdf, title, made_at, part)
        out = BytesIO()
        if part == 1:  # knows no object streams
            mode = pikepdf.ObjectStreamMode.disable
            pdf.save(out, force_version="1.4", deterministic_id=True, object_stream_mode=mode)
        else:
            pdf.save(out, min_version="1.7", deterministic_id=True)
    written = out.getvalue()
    _look_again(written, contents, len(contents) if pages is None else pages)
    return written


def count_pages(pdf: bytes) -> int:
    """How many pages a PDF of ours has."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return len(opened.pages)


def _describe(pdf: pikepdf.Pdf, title: str, made_at: datetime | None, part: int) -> None:
    """Info and XMP say the same: pikepdf writes each Info entry from its XMP twin."""
    if "/Info" in pdf.trailer:
        del pdf.docinfo  # what img2pdf wrote there
    pdf.Root.Metadata = pdf.make_stream(
        _EMPTY_XMP, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML
    )
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=True) as about:
        about["dc:title"] = "".join(c if c.isprintable() else " " for c in title)  # XML's rule
        about["dc:language"] = {"vi"}  # an unordered list, as XMP asks: preflight looks
        about["xmp:CreatorTool"] = CREATOR
        about["pdf:Producer"] = CREATOR
        if made_at is not None:
            moment = made_at.isoformat(timespec="seconds")
            about["xmp:CreateDate"] = about["xmp:ModifyDate"] = moment
        about["pdfaid:part"] = str(part)
        about["pdfaid:conformance"] = "B"


def _output_intent(pdf: pikepdf.Pdf) -> pikepdf.Dictionary:
    profile = pikepdf.Stream(pdf, srgb_profile(), N=3, Alternate=pikepdf.Name.DeviceRGB)
    return pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier=pikepdf.String("sRGB"),
        Info=pikepdf.String("sRGB"),
        DestOutputProfile=profile,
    )


def _refuse_other_colours(pdf: pikepdf.Pdf) -> None:
    for number, page in enumerate(pdf.pages, start=1):
        for image in _images(page):
            if not _colours_defined(image):
                raise ValueError(f"page {number} is neither grey nor RGB")


def _colours_defined(image: pikepdf.Object) -> bool:
    if image.get("/ImageMask", False):  # painted in the page's own RGB
        return True
    space = image.ColorSpace
    if isinstance(space, pikepdf.Array) and space[0] == pikepdf.Name.Indexed:
        space = space[1]
    return space in (pikepdf.Name.DeviceRGB, pikepdf.Name.DeviceGray)


def _images(page: pikepdf.Page) -> list[pikepdf.Object]:
    drawn = page.obj.Resources.XObject
    return [image for _, image in drawn.items()]


def _look_again(written: bytes, contents: Sequence[bytes], pages: int) -> None:
    """All were decoded when they went in; the same bytes came out, so they still decode."""
    with pikepdf.open(BytesIO(written)) as pdf:
        inside = [image.read_raw_bytes() for page in pdf.pages for image in _images(page)]
        if len(pdf.pages) != pages or inside != list(contents):
            raise Unexpected("a PDF does not hold the pages that were put in")
