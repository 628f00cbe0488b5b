"""The voice: WAV files played by a program of the system, one at a time, newest first."""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from pathlib import Path

from appliance.config import VoiceSection
from appliance.core.errors import VoiceFailed
from appliance.core.prompt import Moment, Prompt, Repeats
from appliance.devices.voice_files import file_of
from appliance.spoken import sentence_of

log = logging.getLogger(__name__)

LONGEST_S = 15.0  # a player that plays longer hangs
REST_S = 30.0  # after a failure: a loudspeaker that is not there need not be asked at every press
YIELDS = frozenset({Moment.BUSY})  # never talks over another sentence


class PlayedVoice:
    """Plays what `tramhoso voice render` made; what is missing is silence and a line in the log."""

    def __init__(self, folder: Path, how: VoiceSection) -> None:
        self._folder, self._how = folder, how
        self._told = threading.Condition()
        self._wanted: str | None = None
        self._playing: subprocess.Popen[bytes] | None = None
        self._repeats = Repeats()
        self._rests_until = 0.0
        self._closed = False
        self._thread = threading.Thread(target=self._play, name="voice", daemon=True)
        self._thread.start()

    @property
    def is_silent(self) -> bool:
        """Nothing is being said, nor about to be."""
        with self._told:
            return self._playing is None and self._wanted is None

    def say(self, prompt: Prompt) -> None:
        """As ``Voice.say``."""
        try:
            sentence = sentence_of(prompt)
        except (KeyError, ValueError):
            log.exception("nothing to say for %s", prompt.key)
            return
        now = time.monotonic()
        with self._told:
            if self._closed or now < self._rests_until:
                return
            if prompt.key in YIELDS and (self._playing or self._wanted):
                return
            if not self._repeats.may_say(sentence, now):
                return
            self._wanted = sentence
            self._hush()
            self._told.notify()

    def close(self) -> None:
        """As ``Voice.close``."""
        with self._told:
            self._closed, self._wanted = True, None
            self._hush()
            self._told.notify()
        self._thread.join()

    def _hush(self) -> None:
        """Whoever plays stops; called with the lock held."""
        if self._playing is not None:
            self._playing.kill()  # of what has ended already: nothing

    def _play(self) -> None:
        while True:
            with self._told:
                while self._wanted is None and not self._closed:
                    self._told.wait()
                if self._closed:
                    return
                sentence, self._wanted = self._wanted, None
                self._playing = self._begin(sentence or "")
            if self._playing is not None:
                self._wait_for(self._playing)

    def _begin(self, sentence: str) -> subprocess.Popen[bytes] | None:
        path = file_of(self._folder, sentence, self._how)
        if not path.exists():
            self._fail(f"{path.name} was not made: run tramhoso voice render")
            return None
        try:
            return subprocess.Popen(
                [*_command(self._how), str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            self._fail(f"{self._how.player}: {error.strerror}")
            return None

    def _wait_for(self, player: subprocess.Popen[bytes]) -> None:
        try:
            status = player.wait(LONGEST_S)
        except subprocess.TimeoutExpired:
            with self._told:
                self._hush()
            player.wait()
            status = None
        with self._told:
            self._playing = None
            if status is None:
                self._fail(f"{self._how.player} did not end within {LONGEST_S:g} s")
            elif status > 0:  # below zero: hushed by us
                self._fail(f"{self._how.player} ended with {status}; is a loudspeaker there?")

    def _fail(self, why: str) -> None:
        """One line, then a rest; called with the lock held."""
        log.warning("voice: %s", why)
        self._rests_until = time.monotonic() + REST_S


def _command(how: VoiceSection) -> list[str]:
    name = Path(how.player).name
    if name == "aplay":
        return [how.player, "-q", *(("-D", how.device) if how.device else ())]
    if name == "pw-play" and how.device:
        return [how.player, "--target", how.device]
    return [how.player]


def play_once(folder: Path, how: VoiceSection, sentence: str) -> None:
    """Play it and wait, for a person who listens whether the loudspeaker works.

    Raises:
        VoiceFailed: there is no such file, no player or no loudspeaker.
    """
    path = file_of(folder, sentence, how)
    if not path.exists():
        raise VoiceFailed(f"{path} was not made: run tramhoso voice render")
    try:
        done = subprocess.run(
            [*_command(how), str(path)],
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise VoiceFailed(f"{how.player}: {error}") from error
    if done.returncode:
        raise VoiceFailed(
            f"{how.player} ended with {done.returncode}: {done.stderr.strip()[-200:]}"
        )
