"""All of a master, small enough for a screen: for cutting a page by hand."""

from __future__ import annotations

import subprocess
import sys
import threading

from appliance.core.errors import PageDamaged
from appliance.desk.pages.scanning import PageImage, page_image
from appliance.desk.point import Point

GLANCE_PX = 1000
_CHILD = "appliance.imaging.child.glance"
_DEADLINE_S = 30.0
_ONE_AT_A_TIME = threading.Lock()  # 40 MB each, and a board has 512


def whole_master(point: Point, dossier_id: str, page_id: str) -> bytes:
    """A JPEG of about 60 kB, upright, nothing cut off or cleaned. Kept nowhere.

    Raises:
        DossierUnknown: no such page in this dossier.
        DossierLocked, PageDamaged: it cannot be shown.
    """
    master = page_image(point, dossier_id, page_id, PageImage.MASTER)
    try:
        with _ONE_AT_A_TIME:
            said = subprocess.run(
                [sys.executable, "-m", _CHILD, str(GLANCE_PX)],
                input=master,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a trace could quote the page
                timeout=_DEADLINE_S,
                check=True,
            )
    except (OSError, subprocess.SubprocessError) as error:
        raise PageDamaged(f"page {page_id} cannot be drawn small: {error}") from error
    return said.stdout
