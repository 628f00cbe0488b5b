"""What each signal looks and sounds like, and what the lamp does at each moment.

Everything is defined here once: the colour (for a coloured lamp), the rhythm (enough by itself,
for a plain lamp and for colour-blind people) and the beep. docs/panel.md draws this table.
No clock: the caller passes ``time.monotonic()`` in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from appliance.core.ports import Signal

_INSTANT_S = 1e-6  # a step this near its end is over: sums of floats never meet exactly
FLASH_S = 1.0  # how long the answer to a press stays before the lamp goes back


class Colour(Enum):
    """Red, green and blue are either on or off: three plain pins, no fading, no PWM."""

    DARK = (0, 0, 0)
    RED = (1, 0, 0)
    GREEN = (0, 1, 0)
    BLUE = (0, 0, 1)
    YELLOW = (1, 1, 0)
    CYAN = (0, 1, 1)
    WHITE = (1, 1, 1)


class Step(NamedTuple):
    """Lit or dark (sounding or silent) for a while."""

    on: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Look:
    """One signal. The rhythm repeats; an empty one means steady. The beep sounds once."""

    colour: Colour
    rhythm: tuple[Step, ...] = ()
    beep: tuple[Step, ...] = ()

    @property
    def lit_at_rest(self) -> bool:
        """What a steady lamp shows."""
        return self.colour is not Colour.DARK


def _on_off(*seconds: float) -> tuple[Step, ...]:
    return tuple(Step(place % 2 == 0, length) for place, length in enumerate(seconds))


# No rhythm flashes more than three times in any second (WCAG 2.3.1: photosensitive seizures).
LOOKS: dict[Signal, Look] = {
    Signal.OFF: Look(Colour.DARK),
    Signal.READY: Look(Colour.WHITE),
    Signal.SCANNING: Look(Colour.BLUE, _on_off(0.6, 0.6), beep=_on_off(0.06)),
    Signal.SAVED: Look(Colour.GREEN, _on_off(1.7, 0.3), beep=_on_off(0.3)),
    Signal.BUSY: Look(Colour.YELLOW, _on_off(0.2, 0.2), beep=_on_off(0.06, 0.08, 0.06)),
    Signal.NEEDS_PERSON: Look(
        Colour.RED,
        _on_off(0.2, 0.2, 0.2, 0.2, 0.2, 1.0),
        beep=_on_off(0.2, 0.15, 0.2, 0.15, 0.2),
    ),
    Signal.SENT: Look(Colour.CYAN, _on_off(0.8, 0.3, 0.8, 1.3), beep=_on_off(0.1, 0.1, 0.5)),
}


class Frame(NamedTuple):
    """What to draw now, and when to look again (None: when told something new)."""

    signal: Signal
    colour: Colour
    sounding: bool
    until: float | None

    @property
    def lit(self) -> bool:
        """All that a plain lamp can say."""
        return self.colour is not Colour.DARK


class Lamp:
    """Which frame belongs to which moment. Not locked: one thread, or a lock around it.

    Moments never run backwards.
    """

    def __init__(self, now: float = 0.0) -> None:
        self._shown = _Part(Signal.OFF, now)
        self._flash: _Part | None = None
        self._beep = _Part(Signal.OFF, now)

    def show(self, signal: Signal, now: float) -> None:
        """Keep showing *signal*. Saying the same again neither restarts it nor beeps again."""
        if signal is self._shown.signal:
            return
        self._shown = _Part(signal, now)
        self._beep = _Part(signal, now)

    def flash(self, signal: Signal, now: float) -> None:
        """Show *signal* for ``FLASH_S``, then what is shown then.

        Even a plain lamp changes at once: the rhythm starts with the opposite of what the
        lamp did a moment ago, so that every press is seen to be answered.
        """
        before = self.frame(now)
        look = LOOKS[signal]
        starts_at = now
        if look.rhythm and look.rhythm[0].on == before.lit:
            starts_at = now - look.rhythm[0].seconds
        self._flash = _Part(signal, starts_at, now + FLASH_S)
        self._beep = _Part(signal, now)

    def frame(self, now: float) -> Frame:
        """What the lamp does at *now*."""
        if self._flash and self._flash.ends_at is not None and now >= self._flash.ends_at:
            # the rhythm below begins afresh: half a blink would look like another signal
            self._shown = _Part(self._shown.signal, self._flash.ends_at)
            self._flash = None
        part = self._flash or self._shown
        look = LOOKS[part.signal]
        step = _step_at(look.rhythm, now - part.starts_at, endless=True)
        lit = look.lit_at_rest if step is None else step.on
        sound = _step_at(LOOKS[self._beep.signal].beep, now - self._beep.starts_at, endless=False)
        moments = [now + s.seconds for s in (step, sound) if s is not None]
        if self._flash and self._flash.ends_at is not None:
            moments.append(self._flash.ends_at)
        return Frame(
            part.signal,
            look.colour if lit else Colour.DARK,
            sound is not None and sound.on,
            min(moments, default=None),
        )


class _Part(NamedTuple):
    signal: Signal
    starts_at: float
    ends_at: float | None = None


def _step_at(steps: tuple[Step, ...], elapsed_s: float, *, endless: bool) -> Step | None:
    """The step at *elapsed_s* with the seconds it has left; None when there is none."""
    total_s = sum(step.seconds for step in steps)
    if not steps or (elapsed_s > total_s - _INSTANT_S and not endless):
        return None
    rest_s = elapsed_s % total_s
    for step in steps:
        if rest_s < step.seconds - _INSTANT_S:
            return Step(step.on, step.seconds - rest_s)
        rest_s -= step.seconds
    return Step(steps[0].on, steps[0].seconds)  # a whisker before the end of a round
