"""A box without button and lamp: the page's own button does the same."""

from __future__ import annotations

from collections.abc import Callable

from appliance.core.ports import Signal


class NoPanel:
    """Keeps the promises of ``core.ports.Panel`` by doing nothing."""

    def listen(self, on_press: Callable[[float], None]) -> None:
        """Nobody will ever press."""

    def show(self, signal: Signal) -> None:
        """Nobody would see it."""

    def flash(self, signal: Signal) -> None:
        """Nobody would see it."""

    def close(self) -> None:
        """Nothing to let go of."""
