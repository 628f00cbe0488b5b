"""What station and uploader do while a new release is on trial: they live, and that is all."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from appliance.core.ports import Panel, Signal
from appliance.trial import Trial

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.2


def wait_until_open(
    stopping: Callable[[], bool],
    beat: Callable[[], None],
    panel: Panel | None = None,
    trial: Trial = Trial(),  # noqa: B008 - it is frozen
) -> None:
    """Return at once where no set-up is at work. Each press is answered: wait."""
    if not trial.is_on:
        return
    log.info("a set-up is at work: nothing is taken in until it has looked at this release")
    if panel is not None:
        panel.listen(lambda _moment: panel.flash(Signal.BUSY))
        panel.show(Signal.BUSY)
    while trial.is_on and not stopping():
        beat()
        time.sleep(LOOK_EVERY_S)
