"""What is stuck on boxes: eight labels a sheet, each with the codes that phones read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.core.printing import Media
from appliance.hotspot import Joining
from appliance.papers.prints.setting import set_print


@dataclass(frozen=True, slots=True)
class Label:
    """All that stands on one; a box without a Wi-Fi of its own has no *joining*."""

    point: str
    name: str
    page: str
    trust_page: str
    fingerprint: str  # of the box's certificate authority
    joining: Joining | None = None


def print_labels(labels: Sequence[Label], made_at: datetime) -> bytes:
    """One PDF for a sheet of A4 labels or for scissors, in the order given.

    Raises:
        PrintingFailed: no sheet came out.
    """
    codes: dict[str, str] = {}
    rows = []
    for number, label in enumerate(labels):
        codes[f"trust{number}"] = label.trust_page
        if label.joining:
            codes[f"join{number}"] = label.joining.code
        rows.append(
            {
                "point": label.point,
                "name": label.name,
                "page": label.page,
                "fingerprint": label.fingerprint,
                "ssid": label.joining.ssid if label.joining else "",
                "password": label.joining.password if label.joining else "",
                "trust_code": f"trust{number}",
                "join_code": f"join{number}",
            }
        )
    return set_print("labels", Media.A4, made_at, {"labels": rows, "qrs": codes})
