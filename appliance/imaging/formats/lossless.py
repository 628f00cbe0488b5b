"""A part of a JPEG without decoding its colours anew: jpegtran, from libjpeg-turbo-progs."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO

from PIL import Image

from appliance.core.card_sheet import Box
from appliance.core.errors import PageDamaged
from appliance.jpeg import check_decodes, opened

_PROGRAM = "jpegtran"
_DEADLINE_S = 60.0
_ENCODED_ANEW = 92  # quality where the program is missing


def cut_jpeg(jpeg: bytes, box: Box) -> tuple[bytes, Box]:
    """The part of *jpeg* within *box*, and the box it really holds.

    The blocks of a JPEG are kept as they are, so the left and upper edges move outwards to the
    next block, up to 15 pixels. Carries no EXIF or comment. Without the program the part is
    encoded anew, at high quality.

    Raises:
        PageDamaged: *jpeg* is not wholly there.
    """
    left, top, right, bottom = box
    if shutil.which(_PROGRAM) is None:
        return _cut_and_encoded(jpeg, box), box
    wanted = f"{right - left}x{bottom - top}+{left}+{top}"
    command = [_PROGRAM, "-crop", wanted, "-copy", "none", "-optimize"]
    try:
        ended = subprocess.run(
            command, input=jpeg, capture_output=True, timeout=_DEADLINE_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise PageDamaged(f"jpegtran could not cut: {type(error).__name__}") from error
    width, height = check_decodes(ended.stdout)
    return ended.stdout, (right - width, bottom - height, right, bottom)


def _cut_and_encoded(jpeg: bytes, box: Box) -> bytes:
    check_decodes(jpeg)
    with opened(jpeg) as image:
        part = image.crop(box)
    out = BytesIO()
    kept = part if part.mode in ("L", "RGB") else part.convert("RGB")
    kept.info = {}
    kept.save(out, "JPEG", quality=_ENCODED_ANEW, subsampling=0, optimize=True)
    with Image.open(BytesIO(out.getvalue())) as written:
        written.load()
    return out.getvalue()
