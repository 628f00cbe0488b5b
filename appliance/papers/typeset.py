"""Has a sheet set by a child process that knows Typst and forgets whose sheet it was."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

from appliance.core.errors import PrintingFailed

_CHILD = "appliance.papers.typst_child"


def typeset(
    template: str, content: dict[str, Any], made_at: datetime, deadline_s: float = 60.0
) -> bytes:
    """Print *content* (JSON values) with ``templates/{template}.typ`` as PDF/A-2b.

    Text stays text, whatever it holds: the template reads it as JSON and never as Typst. A
    character no font has becomes □, and the sheet says so. The same input gives the same bytes.

    Raises:
        PrintingFailed: no sheet within *deadline_s*; the log learns nothing of *content*.
    """
    order = json.dumps({"content": content, "made_at": _fixed(made_at).isoformat()})
    try:
        done = subprocess.run(
            [sys.executable, "-m", _CHILD, template],
            input=order.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a trace could quote the sheet
            timeout=deadline_s,
            check=False,
        )
    except subprocess.TimeoutExpired:  # its text holds what was printed so far
        raise PrintingFailed(f"{template}.typ: no sheet within {deadline_s:g} s") from None
    if done.returncode != 0:
        raise PrintingFailed(f"{template}.typ: the typesetting child ended with {done.returncode}")
    return done.stdout


def _fixed(made_at: datetime) -> datetime:
    """The second it was, with a plain offset: Typst takes no named zone and no fractions."""
    fixed = timezone(made_at.utcoffset() or timedelta())
    return made_at.astimezone(fixed).replace(microsecond=0)
