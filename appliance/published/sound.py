"""Recordings: what a browser and a loudspeaker both play, told from what they do not.

Every number in the head is held against the others and against the bytes that are there, because
each player believes another one of them: one reads the sizes of the pieces, one the bytes a second.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_S = 600.0
LONGEST_SENTENCE_S = 12.0  # of the panel's voice, whose player is stopped after fifteen
_PCM, _MOST_PIECES = 1, 64
_NO_WAV = "is not a WAV of plain samples (PCM)"


class _Odd(Exception):
    """The text is what a person is told."""


@dataclass(frozen=True, slots=True)
class _Form:
    channels: int
    rate: int
    bits: int
    frame_bytes: int


def fault_of_wav(content: bytes, longest_s: float = LONGEST_S) -> str | None:
    """What is wrong with a recording; None when it can be played. 16 bits, one or two channels."""
    try:
        form, samples = _read(content)
    except _Odd as odd:
        return str(odd)
    if form.bits != 16 or form.channels not in (1, 2) or not 8_000 <= form.rate <= 48_000:
        has = f"{form.bits}, {form.channels}, {form.rate}"
        return f"needs 16 bits, 1 or 2 channels, 8 to 48 kHz; has {has}"
    seconds = samples / form.frame_bytes / form.rate
    if not 0.2 <= seconds <= longest_s:
        return f"lasts {seconds:.1f} s; at least 0.2 s and at most {longest_s:.0f} s"
    return None


def _read(content: bytes) -> tuple[_Form, int]:
    """The form, and how many bytes of samples there are."""
    if len(content) < 12 or content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise _Odd(_NO_WAV)
    if struct.unpack_from("<I", content, 4)[0] != len(content) - 8:
        raise _Odd(f"{_NO_WAV}: it says another length than it has; was it cut off?")
    form: _Form | None = None
    samples: int | None = None
    for name, begin, size in _pieces(content):
        if name == b"fmt " and form is None and samples is None:
            form = _form(content[begin : begin + size])
        elif name == b"data" and form is not None and samples is None:
            samples = size
        elif name in (b"fmt ", b"data"):
            raise _Odd(f"{_NO_WAV}: its pieces stand in another order, or twice")
    if form is None or samples is None:
        raise _Odd(f"{_NO_WAV}: there is nothing to hear in it")
    if samples % form.frame_bytes:
        raise _Odd(f"{_NO_WAV}: it ends in the middle of a sample")
    return form, samples


def _pieces(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, begin and size of each; an odd one is followed by a byte that says nothing."""
    place = 12
    for _ in range(_MOST_PIECES):
        if place == len(content):
            return
        if place + 8 > len(content):
            break
        name, size = struct.unpack_from("<4sI", content, place)
        if place + 8 + size > len(content):
            break
        yield name, place + 8, size
        place = min(place + 8 + size + size % 2, len(content))
    raise _Odd(f"{_NO_WAV}: its pieces are longer than the file")


def _form(piece: bytes) -> _Form:
    if len(piece) < 16:
        raise _Odd(_NO_WAV)
    kind, channels, rate, a_second, frame_bytes, bits = struct.unpack_from("<HHIIHH", piece)
    if kind != _PCM:
        raise _Odd(f"{_NO_WAV}: its kind is {kind:#x}")
    if not channels or bits % 8 or not bits or frame_bytes != channels * bits // 8:
        raise _Odd(f"{_NO_WAV}: what it says of its samples does not fit together")
    if a_second != rate * frame_bytes:
        raise _Odd(f"{_NO_WAV}: what it says of its samples does not fit together")
    return _Form(channels, rate, bits, frame_bytes)
