"""The lamp's vocabulary and its score: pure, so the clock moves only when told."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.panel.lamp import FLASH_S, LOOKS, Colour, Frame, Lamp, Step
from appliance.core.ports import Signal

PANEL_DOC = Path(__file__).parents[2] / "docs" / "panel.md"


def played(lamp: Lamp, since: float, seconds: float) -> list[tuple[float, Frame]]:
    """Every frame from *since* on, asked for exactly when the one before said so."""
    frames, at = [], since
    while at is not None and at < since + seconds:
        frame = lamp.frame(at)
        frames.append((at, frame))
        at = frame.until
    return frames


def shown(signal: Signal) -> Lamp:
    lamp = Lamp(0.0)
    lamp.show(signal, 0.0)
    return lamp


def test_every_signal_has_a_look():
    assert set(LOOKS) == set(Signal)


def test_no_two_signals_share_a_rhythm_so_a_plain_lamp_can_say_them_all():
    rhythms = {(look.rhythm, look.lit_at_rest) for look in LOOKS.values()}
    assert len(rhythms) == len(LOOKS)


def test_no_two_signals_share_a_colour():
    assert len({look.colour for look in LOOKS.values()}) == len(LOOKS)


@pytest.mark.parametrize("signal", list(Signal))
def test_no_signal_flashes_more_than_three_times_in_a_second(signal):
    frames = played(shown(signal), 0.0, 20.0)
    lit_at = [at for (_, a), (at, b) in pairwise(frames) if b.lit and not a.lit]
    assert all(later - first > 1.0 - 1e-9 for first, later in zip(lit_at, lit_at[3:], strict=False))


@pytest.mark.parametrize("signal", [s for s in Signal if LOOKS[s].rhythm])
def test_a_rhythm_is_played_round_after_round(signal):
    rhythm = LOOKS[signal].rhythm
    round_s = sum(step.seconds for step in rhythm)
    lamp = shown(signal)
    for turn in (0, 1, 7):
        at = turn * round_s
        for step in rhythm:
            assert lamp.frame(at + step.seconds / 2).lit is step.on
            at += step.seconds


def test_a_beep_sounds_once_and_not_again_when_the_same_is_shown_again():
    lamp = shown(Signal.SAVED)
    assert lamp.frame(0.1).sounding
    lamp.show(Signal.SAVED, 5.0)
    assert not any(frame.sounding for _, frame in played(lamp, 5.0, 5.0))


def test_showing_the_same_again_does_not_restart_the_rhythm():
    lamp = shown(Signal.SCANNING)
    lamp.show(Signal.SCANNING, 0.7)
    assert not lamp.frame(0.8).lit


def test_a_flash_lasts_a_second_and_then_the_lamp_goes_back():
    lamp = shown(Signal.READY)
    lamp.flash(Signal.BUSY, 3.0)
    assert lamp.frame(3.1).signal is Signal.BUSY
    assert lamp.frame(3.0 + FLASH_S - 0.01).signal is Signal.BUSY
    assert lamp.frame(3.0 + FLASH_S).signal is Signal.READY
    assert lamp.frame(3.0 + FLASH_S).colour is Colour.WHITE


def test_what_is_shown_during_a_flash_is_seen_after_it():
    lamp = shown(Signal.SCANNING)
    lamp.flash(Signal.BUSY, 1.0)
    lamp.show(Signal.SAVED, 1.5)
    assert lamp.frame(1.6).signal is Signal.BUSY
    assert lamp.frame(1.0 + FLASH_S).signal is Signal.SAVED


@given(
    before=st.sampled_from(sorted(Signal)),
    at=st.floats(min_value=0, max_value=600),
)
def test_a_press_changes_even_a_plain_lamp_at_once(before, at):
    lamp = shown(before)
    lit = lamp.frame(at).lit
    lamp.flash(Signal.BUSY, at)
    assert lamp.frame(at).lit is not lit


@given(
    says=st.lists(
        st.tuples(
            st.sampled_from(["show", "flash"]),
            st.sampled_from(sorted(Signal)),
            st.floats(min_value=0, max_value=3),
        ),
        max_size=8,
    )
)
def test_the_next_look_always_lies_ahead(says):
    lamp, now = Lamp(0.0), 0.0
    for how, signal, pause_s in says:
        getattr(lamp, how)(signal, now)
        frame = lamp.frame(now)
        assert frame.until is None or frame.until > now
        now += pause_s


def test_a_bare_step_is_lit_or_dark_for_a_while():
    assert all(step.seconds > 0 for look in LOOKS.values() for step in look.rhythm + look.beep)
    assert Step(True, 1.0).on


def drawn(rhythm: tuple[Step, ...]) -> str:
    """A rhythm as docs/panel.md draws it: one sign for each tenth of a second."""
    return "".join(("█" if step.on else "·") * round(step.seconds * 10) for step in rhythm)


@pytest.mark.parametrize("signal", list(Signal))
def test_the_drawing_in_the_document_is_the_one_the_lamp_plays(signal):
    look = LOOKS[signal]
    row = next(line for line in PANEL_DOC.read_text().splitlines() if f"`{signal}`" in line)
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    beep = [f"{step.seconds:g}" for step in look.beep if step.on]
    assert look.colour.name.lower() in cells[1]
    assert cells[2].strip("`") == (drawn(look.rhythm) or ("█" if look.lit_at_rest else "·") * 10)
    assert re.findall(r"[\d.]+", cells[3]) == beep
