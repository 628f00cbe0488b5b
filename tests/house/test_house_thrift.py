"""A service that rests gives memory back, and not more often than it is worth."""

from __future__ import annotations

import gc

from appliance.services.thrift import TIDY_EVERY_S, Tidy, settle


class Ring:
    """Garbage that only a collection finds."""

    gone = 0

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        Ring.gone += 1


def test_what_nobody_needs_goes_once_the_time_has_come() -> None:
    now = 0.0
    tidy = Tidy(lambda: now)
    gc.disable()
    try:
        before = Ring.gone
        Ring()
        tidy.turn()
        assert Ring.gone == before
        now = TIDY_EVERY_S
        tidy.turn()
        assert Ring.gone == before + 1
    finally:
        gc.enable()


def test_what_was_there_at_the_start_is_looked_at_no_more() -> None:
    try:
        settle()
        assert gc.get_freeze_count() > 1000
        assert len(gc.get_objects()) < 1000
    finally:
        gc.unfreeze()
