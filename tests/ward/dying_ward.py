"""`ward serve` that ends itself with SIGKILL at a named step of its first commit.

No stand-ins: the real steps run, with a trap door in front of or behind one of them.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from appliance.commands.ward import ward
from web.ward import commit

STEPS = {  # moment: (name in web.ward.commit, die before or after it)
    "before-vault": ("keep", "before"),
    "after-vault": ("keep", "after"),
    "before-row": ("_record", "before"),
    "after-row": ("_record", "after"),
    "after-commit": ("Committed", "before"),
}


def trapped(step: Callable[..., Any], when: str) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            step(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return run


if __name__ == "__main__":
    name, when = STEPS[os.environ["WARD_DIES_AT"]]
    setattr(commit, name, trapped(getattr(commit, name), when))
    sys.exit(ward())
