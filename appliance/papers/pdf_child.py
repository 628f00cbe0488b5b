"""Makes or counts one PDF and ends, so that nobody else keeps its libraries in memory.

Run as ``python -m appliance.papers.pdf_child``. stdin: one line of JSON, then the bytes that it
announces. stdout: the answer. Ends with ``apart.DAMAGED`` when a page is not wholly there.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import datetime

from appliance.core.errors import PageDamaged
from appliance.core.paper.packed import unpacked
from appliance.papers.apart import DAMAGED
from appliance.papers.pdf import count_pages, make_pdf

_MEMORY_MB = 1_200
"""Three times what was measured: 390 MB for a progressive JPEG of an A4 at 600 dpi, the same for
ten pages of 6 MB each. Beyond it only this child fails, not whatever the system picks."""


def main() -> None:
    """One PDF."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MB * 1_000_000,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the papers
    asked = json.loads(sys.stdin.buffer.readline())
    parts = [sys.stdin.buffer.read(size) for size in asked["sizes"]]
    if asked["verb"] == "count":
        sys.stdout.write(str(count_pages(parts[0])))
        return
    made_at = asked["made_at"] and datetime.fromisoformat(asked["made_at"])
    try:
        pages = [unpacked(part) for part in parts]
        sys.stdout.buffer.write(make_pdf(pages, asked["title"], made_at))
    except PageDamaged:
        sys.exit(DAMAGED)


if __name__ == "__main__":
    main()
