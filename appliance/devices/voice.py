"""The voice: WAV files played by a program of the system, one at a time, newest first."""

from __future__ import annotations

import logging
import signal
import subprocess
import threading
import time
from pathlib import Path

from appliance.config import VoiceSection
from appliance.core.errors import VoiceFailed
from appliance.core.panel.prompt import Moment, Prompt, Recorded, Repeats, nothing_recorded
from appliance.devices.voice_files import file_of
from appliance.wording.spoken import sentence_of

log = logging.getLogger(__name__)

LONGEST_S = 15.0  # a player that plays longer hangs
REST_S = 30.0  # after a failure: a loudspeaker that is not there need not be asked at every press
YIELDS = frozenset({Moment.BUSY})  # never talks over another sentence


class PlayedVoice:
    """Plays what somebody *recorded*, else what `tramhoso voice render` made.

    What is missing is silence and a line in the log.
    """

    def __init__(
        self, folder: Path, how: VoiceSection, recorded: Recorded = nothing_recorded
    ) -> None:
        self._folder, self._how, self._recorded = folder, how, recorded
        self._told = threading.Condition()
        self._wanted: Prompt | None = None
        self._playing: subprocess.Popen[bytes] | None = None
        self._at_it = False  # somebody looks for the file, plays it, or is about to play another
        self._repeats = Repeats()
        self._rests_until = 0.0
        self._closed = False
        self._thread = threading.Thread(target=self._play, name="voice", daemon=True)
        self._thread.start()

    @property
    def is_silent(self) -> bool:
        """Nothing is being said, nor about to be."""
        with self._told:
            return not self._at_it and self._wanted is None

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
            if prompt.key in YIELDS and (self._at_it or self._wanted):
                return
            if not self._repeats.may_say(sentence, now):
                return
            self._wanted = prompt
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
                self._at_it = False
                while self._wanted is None and not self._closed:
                    self._told.wait()
                if self._closed or self._wanted is None:
                    return
                prompt, self._wanted, self._at_it = self._wanted, None, True
            recorded = self._file_recorded(prompt)
            if recorded is not None:
                if (why := self._fault_of(recorded)) is None:
                    continue
                log.warning("voice: %s: %s", recorded.name, why)
            ours = file_of(self._folder, sentence_of(prompt), self._how)
            if why := self._fault_of(ours):
                self._fail(why)

    def _file_recorded(self, prompt: Prompt) -> Path | None:
        """Looked for here: what the ward sent may have to be read from the card first."""
        try:
            return self._recorded(prompt)
        except Exception:  # the box's own voice needs none of it
            log.exception("no recording of %s", prompt.key)
            return None

    def _fault_of(self, path: Path) -> str | None:
        """Play it to its end, or until there is something newer to say; what went wrong."""
        with self._told:
            if self._closed or self._wanted is not None:
                return None
            if not path.exists():
                return f"{path.name} was not made: run tramhoso voice render"
            try:
                player = self._playing = subprocess.Popen(
                    [*_command(self._how), str(path)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                return f"{self._how.player}: {error.strerror}"
        return self._ended(player)

    def _ended(self, player: subprocess.Popen[bytes]) -> str | None:
        why = None
        try:
            status = player.wait(LONGEST_S)
            if status not in (0, -signal.SIGKILL):  # killed: hushed by us
                why = f"{self._how.player} ended with {status}; is a loudspeaker there?"
        except subprocess.TimeoutExpired:
            player.kill()
            player.wait()
            why = f"{self._how.player} did not end within {LONGEST_S:g} s"
        with self._told:
            self._playing = None
        return why

    def _fail(self, why: str) -> None:
        """One line, then a rest."""
        with self._told:
            self._rests_until = time.monotonic() + REST_S
        log.warning("voice: %s", why)


def _command(how: VoiceSection) -> list[str]:
    name = Path(how.player).name
    if name == "aplay":
        return [how.player, "-q", *(("-D", how.device) if how.device else ())]
    if name == "pw-play" and how.device:
        return [how.player, "--target", how.device]
    return [how.player]


def play_once(
    folder: Path, how: VoiceSection, prompt: Prompt, recorded: Recorded = nothing_recorded
) -> None:
    """Play it and wait, for a person who listens whether the loudspeaker works.

    Raises:
        VoiceFailed: there is no such file, no player or no loudspeaker.
    """
    path = recorded(prompt) or file_of(folder, sentence_of(prompt), how)
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
