"""Pictures of our pages, drawn where somebody asks for them.

With ``TRAMHOSO_PICTURES`` set they are kept in that folder (docs/pages is made so). Otherwise
none is drawn: what a page must be is asked of the page, and drawing takes longer than asking.
"""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Locator, Page


def keep_picture(of: Page | Locator, name: str, *, whole: bool = False) -> None:
    """*name*.png; *whole* pages go beyond the window's lower edge."""
    folder = os.environ.get("TRAMHOSO_PICTURES")
    if not folder:
        return
    path = Path(folder) / f"{name}.png"
    if isinstance(of, Page):
        of.screenshot(path=path, full_page=whole)
        return
    # from the top of the page: what sticks to the window's edge would lie over the piece
    of.page.evaluate("scrollTo(0, 0)")
    piece = of.bounding_box()
    assert piece is not None, f"{name} is not on the page"
    of.page.screenshot(path=path, full_page=True, clip=piece)
