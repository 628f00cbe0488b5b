"""The cleaning child: orders on stdin, pages on stdout, until stdin closes.

Run as ``python -m appliance.imaging.child.main MEMORY_LIMIT_MB``. It may crash or be killed
at any moment; nothing but the page in its hands is touched by that.
"""

from __future__ import annotations

import os
import resource
import signal
import sys

from appliance.core.errors import PageDamaged
from appliance.imaging.child.wire import CleanOrder, CleanPage, Refusal, pack_answer, read_order
from appliance.imaging.render import preview, render


def clean_page(master: bytes, order: CleanOrder) -> CleanPage:
    """Render *master*; the preview shows the cleaned page, which is what the ward will see.

    Raises:
        PageDamaged: *master* is not wholly a JPEG, or too large for this board.
    """
    rendition = render(master, order.rung, order.resolution_dpi, order.turn)
    shown = preview(rendition.jpeg, order.preview_px) if order.preview_px else b""
    return CleanPage(rendition, shown)


def main() -> None:
    """Serve until stdin closes."""
    limit = int(sys.argv[1]) * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold a citizen's paper
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; it closes stdin
    os.nice(5)  # reading the next sheet comes first
    while (asked := read_order(sys.stdin.buffer)) is not None:
        order, master = asked
        try:
            answer: CleanPage | Refusal = clean_page(master, order)
        except PageDamaged as error:
            answer = Refusal(damaged=True, text=str(error))
        except MemoryError:
            answer = Refusal(damaged=False, text=f"not enough memory within {limit} bytes")
        sys.stdout.buffer.write(pack_answer(answer))
        sys.stdout.buffer.flush()
        del asked, master, answer  # while it waits it holds nobody's paper


if __name__ == "__main__":
    main()
