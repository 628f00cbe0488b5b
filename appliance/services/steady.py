"""A loop that no fault ends: each step is taken, and a failure is logged, told and rested over.

A service that dies of a full disk is started again by systemd, dies again, and after ten times
is left dead: then nothing answers any more, not even when there is room again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from appliance.core.errors import ApplianceError, Unexpected

log = logging.getLogger(__name__)

SHORT_REST_S, LONG_REST_S = 0.1, 2.0  # doubled while turns go on failing: never a hot spin


class Steady:
    """Takes the steps of one loop. *complain* is called once for each new fault."""

    def __init__(self, complain: Callable[[ApplianceError], None]) -> None:
        self._complain = complain
        self._faults: set[str] = set()  # since the loop was last well
        self._rest_s = 0.0
        self.fault_code: str | None = None  # of the present fault; None: the loop is well
        self.resting = False

    def take(self, step: Callable[[], object]) -> bool:
        """Take *step*; False when it failed, which is not passed on."""
        try:
            step()
        except Exception as error:
            known = told(error)
            if (fault := repr(error)) not in self._faults:  # a full disk must not fill the journal
                self._faults.add(fault)
                ours = known is error  # says all there is to know; anything else needs its trace
                log.error("%s: %s", known.code, error, exc_info=None if ours else error)
                self._complain(known)
            self.fault_code = known.code
            return False
        return True

    def be_well(self) -> bool:
        """A whole turn went well; returns whether that is news."""
        news = self.fault_code is not None
        if news:
            log.info("well again after %s", self.fault_code)
        self._faults.clear()
        self.fault_code, self._rest_s = None, 0.0
        return news

    def rest(self) -> None:
        """After a turn that failed; 2 s at most, for a watchdog waits."""
        self._rest_s = min(self._rest_s * 2 or SHORT_REST_S, LONG_REST_S)
        self.resting = True
        time.sleep(self._rest_s)
        self.resting = False


def told(error: Exception) -> ApplianceError:
    """What a person is told about *error*: itself, or *unexpected*."""
    return error if isinstance(error, ApplianceError) else Unexpected(type(error).__name__)
