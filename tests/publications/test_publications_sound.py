"""Recordings that lie about themselves: whatever is let through plays as every player reads it."""

from __future__ import annotations

import io
import struct
import wave

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.published.sound import fault_of_wav
from tests.publications.conftest import wav

GOOD = wav()
HEAD = 44  # bytes of the plainest head there is


def patched(place: int, shape: str, number: int) -> bytes:
    return GOOD[:place] + struct.pack(shape, number) + GOOD[place + struct.calcsize(shape) :]


def with_piece(name: bytes, content: bytes, *, last: bool = False) -> bytes:
    """Another piece before the samples, or after them."""
    piece = name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
    body = GOOD[12:] + piece if last else GOOD[12:36] + piece + GOOD[36:]
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


def test_what_programs_write_is_taken():
    assert fault_of_wav(GOOD) is None
    assert fault_of_wav(with_piece(b"LIST", b"INFOISFTA recorder")) is None
    assert fault_of_wav(with_piece(b"LIST", b"odd", last=True)) is None


@pytest.mark.parametrize(
    "lying",
    [
        b"", b"RIFF", b"OggS" + GOOD[4:], GOOD[:HEAD], GOOD[:-1], GOOD + b"<script>",
        patched(4, "<I", 0xFFFFFFFF), patched(4, "<I", 0), patched(16, "<I", 0xFFFFFFFF),
        patched(16, "<I", 2), patched(20, "<H", 0xFFFE), patched(20, "<H", 0x55),
        patched(22, "<H", 0), patched(22, "<H", 7), patched(24, "<I", 0),
        patched(24, "<I", 1 << 31),
        patched(28, "<I", 1), patched(32, "<H", 0), patched(32, "<H", 3), patched(34, "<H", 0),
        patched(34, "<H", 24), patched(40, "<I", 0xFFFFFFFF), patched(40, "<I", 0),
        with_piece(b"data", b"1234"), with_piece(b"fmt ", GOOD[20:36]),
        with_piece(b"data", b"", last=True), b"RIFF" + struct.pack("<I", 4) + b"WAVE",
        b"RIFF" + struct.pack("<I", 4 + 8 * 80) + b"WAVE" + (b"junk" + bytes(4)) * 80,
        wav(0.1), wav(0.5, 4_000),
    ],
)  # fmt: skip
def test_a_head_that_does_not_fit_together_is_refused_with_a_reason(lying):
    assert fault_of_wav(lying)


def test_a_recording_that_is_too_long_says_how_long_it_is():
    assert fault_of_wav(wav(3.0), longest_s=2.0) == "lasts 3.0 s; at least 0.2 s and at most 2 s"


@settings(max_examples=300, deadline=None)
@given(st.integers(0, HEAD - 1), st.integers(0, 255), st.integers(0, len(GOOD)))
def test_whatever_is_taken_is_read_to_its_end_by_another_reader(place, byte, length):
    changed = (GOOD[:place] + bytes([byte]) + GOOD[place + 1 :])[:length]
    if fault_of_wav(changed) is not None:
        return
    with wave.open(io.BytesIO(changed)) as recording:
        count = recording.getnframes()
        assert recording.getsampwidth() == 2
        assert len(recording.readframes(count)) == count * 2 * recording.getnchannels()
