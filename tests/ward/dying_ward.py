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
from web.ward.boxes import commit, gathering

STEPS = {  # moment: where the trap door is, die before or after the step
    "before-vault": (gathering, "keep", "before"),
    "after-vault": (gathering, "keep", "after"),
    "before-row": (commit, "_record", "before"),
    "after-row": (commit, "_record", "after"),
    "after-commit": (commit, "Committed", "before"),
}


def trapped(step: Callable[..., Any], when: str) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            step(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return run


if __name__ == "__main__":
    module, name, when = STEPS[os.environ["WARD_DIES_AT"]]
    setattr(module, name, trapped(getattr(module, name), when))
    sys.exit(ward())
