"""The sentences as WAV files, made once at set-up by espeak-ng, a program of Debian's.

A file's name holds a digest of its sentence and of how it is spoken: after a change in the
catalogue or the configuration the old file is not found, and silence is better than a wrong word.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from appliance.config import VoiceSection
from appliance.core.errors import VoiceFailed

PROGRAM = "espeak-ng"
ACCENTS = {"north": "vi", "central": "vi-vn-x-central", "south": "vi-vn-x-south"}
SENTENCE_S = 30.0  # a board of 512 MB needs less than one


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one rendering did."""

    made: int
    kept: int
    removed: int
    total_bytes: int


def file_of(folder: Path, sentence: str, how: VoiceSection) -> Path:
    """Where the WAV of *sentence* lies, whether or not it was made."""
    spoken = f"{how.accent}|{how.words_per_minute}|{how.loudness}|{sentence}"
    return folder / f"{hashlib.sha256(spoken.encode()).hexdigest()[:20]}.wav"


def render(folder: Path, sentences: Iterable[str], how: VoiceSection) -> Rendered:
    """Make what is missing, keep what is there, remove what nobody would say any more.

    Raises:
        VoiceFailed: espeak-ng is not there, or could not say a sentence.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = kept = 0
    wanted = set()
    for sentence in sentences:
        path = file_of(folder, sentence, how)
        wanted.add(path)
        if path.exists():
            kept += 1
            continue
        _say_into(path, sentence, how)
        made += 1
    stale = [path for path in folder.glob("*.wav*") if path not in wanted]
    for path in stale:
        path.unlink()
    return Rendered(made, kept, len(stale), sum(path.stat().st_size for path in wanted))


def _say_into(path: Path, sentence: str, how: VoiceSection) -> None:
    unfinished = path.with_suffix(".wav-new")
    command = [
        PROGRAM,
        *("-v", ACCENTS[how.accent], "-s", str(how.words_per_minute), "-a", str(how.loudness)),
        *("-w", str(unfinished), "--", sentence),
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=SENTENCE_S, check=False
        )
    except FileNotFoundError as error:
        raise VoiceFailed(f"{PROGRAM} is not installed: apt install {PROGRAM}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise VoiceFailed(f"{PROGRAM}: {error}") from error
    if done.returncode or not unfinished.exists():
        raise VoiceFailed(f"{PROGRAM} ended with {done.returncode}: {done.stderr.strip()[-200:]}")
    unfinished.replace(path)
