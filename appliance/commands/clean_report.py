"""What ``tramhoso clean`` found, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.core.paper.findings import Quad, Warn
from appliance.imaging.cleaning import CleanInput, CleanItem
from appliance.wording import notice_for
from appliance.wording.findings import advice_for

if TYPE_CHECKING:
    from appliance.commands.clean import Batch

Json = dict[str, object]


def told(batch: Batch, written: Sequence[tuple[Path, int]], seconds: float) -> Json:
    """One object per input page, one per refusal, and totals."""
    items = [item for page in batch.pages for item in page.items]
    return {
        "pages": [_page(page) for page in batch.pages],
        "refused": [
            {
                "source": str(path),
                "page": number,
                "error": error.code,
                "notice": notice_for(error).what,
            }
            for path, number, error in batch.refused
        ],
        "totals": {
            "pages": len(batch.pages),
            "items": len(items),
            "blank": sum(item.found.blank.is_blank for item in items),
            "refused": len(batch.refused),
            "files": [{"path": str(path), "bytes": size} for path, size in written],
            "bytes": sum(size for _, size in written),
            "seconds": round(seconds, 3),
        },
    }


def _page(page: CleanInput) -> Json:
    """The first item's findings stand in the page itself, for the usual sheet alone."""
    items = [_item(item, quad) for item, quad in zip(page.items, page.quads, strict=True)]
    warnings = [_warning(warn) for warn in page.warnings]
    for item in page.items:
        warnings += [_warning(warn) for warn in item.found.warnings]
    return {
        "source": str(page.source),
        "page": page.number,
        **{key: value for key, value in items[0].items() if key not in ("kind", "size_mm")},
        "items": items,
        "blank": all(item.found.blank.is_blank for item in page.items),
        "bytes": sum(item.plated.size_bytes for item in page.items),
        "codes": [code.payload for item in page.items for code in item.found.codes],
        "warnings": warnings,
        "seconds": round(page.seconds, 3),
    }


def _item(item: CleanItem, quad: Quad) -> Json:
    found = item.found
    return {
        "angle_deg": round(found.angle_deg, 3),
        "turn": found.turn,
        "quad": [[round(x, 1), round(y, 1)] for x, y in quad],
        "kind": found.item.kind.value,
        "size_mm": [round(found.item.width_mm, 2), round(found.item.height_mm, 2)],
        "blank": found.blank.is_blank,
        "blank_evidence": found.blank.evidence,
        "mode": item.plated.mode.value,
        "dpi": item.plated.resolution_dpi,
        "bytes": item.plated.size_bytes,
        "codes": [code.payload for code in found.codes],
    }


def _warning(warn: Warn) -> Json:
    said = advice_for(warn)
    return {
        "code": warn.code,
        "place": warn.place,
        "severe": warn.severe,
        "what": said.what,
        "next": said.next,
    }
