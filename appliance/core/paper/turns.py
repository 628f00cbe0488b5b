"""Which way up the pages of one batch stand, by vote."""

from __future__ import annotations

from collections.abc import Sequence

_VOTES = 2  # so many sure pages of a batch lend their turn to the unsure ones


def agreed(turns: Sequence[int | None]) -> list[int | None]:
    """The turns of a batch after a vote: the unsure ones follow when all the sure ones agree.

    One sheet put in the other way round is common; so nothing that is sure is ever outvoted,
    and where the sure ones differ the unsure stay unsure.
    """
    sure = [turn for turn in turns if turn is not None]
    if len(sure) < _VOTES or len(set(sure)) != 1:
        return list(turns)
    return [sure[0] if turn is None else turn for turn in turns]
