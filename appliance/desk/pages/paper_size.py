"""How big the PDF of a slot will be, before the seal makes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from appliance.core.dossiers.dossier import Page, travelling
from appliance.papers.fitting import FILE_BYTES, PAGE_BYTES
from appliance.papers.pdf import BUDGET_BYTES


@dataclass(frozen=True, slots=True)
class PaperSize:
    """What the clean pages of one slot weigh together."""

    bytes: int  # 0 while no page is clean
    waiting: int  # pages that travel and are not clean yet: they will add to it

    @property
    def is_over(self) -> bool:
        """Whether the seal must make pages smaller, or send the paper in parts."""
        return self.bytes > BUDGET_BYTES


def size_so_far(pages: Iterable[Page]) -> PaperSize:
    """Of the pages of one slot; blank pages that stay here weigh nothing."""
    sizes = [page.clean_bytes for page in travelling(pages)]
    known = [size for size in sizes if size is not None]
    whole = FILE_BYTES + sum(size + PAGE_BYTES for size in known) if known else 0
    return PaperSize(whole, len(sizes) - len(known))
