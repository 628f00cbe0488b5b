"""Recordings: what a browser and a loudspeaker both play, told from what they do not."""

from __future__ import annotations

import io
import wave

LONGEST_S = 600.0


def fault_of_wav(content: bytes) -> str | None:
    """What is wrong with a recording; None when it can be played. 16 bits, one or two channels."""
    try:
        with wave.open(io.BytesIO(content)) as recording:
            width, channels = recording.getsampwidth(), recording.getnchannels()
            rate, frames = recording.getframerate(), recording.getnframes()
            there = len(recording.readframes(frames)) // (width * channels)
    except (wave.Error, EOFError) as error:
        return f"is not a WAV of plain samples (PCM): {error}"
    if width != 2 or channels not in (1, 2) or not 8_000 <= rate <= 48_000:
        return f"needs 16 bits, 1 or 2 channels, 8 to 48 kHz; has {8 * width}, {channels}, {rate}"
    if there < frames:
        return f"ends after {there} of {frames} samples"
    seconds = frames / rate
    if not 0.2 <= seconds <= LONGEST_S:
        return f"lasts {seconds:.1f} s; at least 0.2 s and at most {LONGEST_S:.0f} s"
    return None
