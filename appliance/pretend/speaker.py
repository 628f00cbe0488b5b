"""A loudspeaker that only writes down what it would have said."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from appliance.core.panel.prompt import Prompt, Recorded, Repeats, nothing_recorded
from appliance.wording.spoken import sentence_of

REMEMBERED = 50  # sentences


class PretendSpeaker:
    """As the real voice, without a sound: ``heard`` holds the newest sentences, oldest first."""

    def __init__(
        self,
        on_words: Callable[[str], None] = lambda words: None,
        recorded: Recorded = nothing_recorded,
    ) -> None:
        """With a recording of the ward's the sentence is written with that file's name."""
        self.heard: deque[str] = deque(maxlen=REMEMBERED)
        self._on_words, self._recorded = on_words, recorded
        self._repeats = Repeats()
        self._lock = threading.Lock()
        self._closed = False

    def say(self, prompt: Prompt) -> None:
        """As ``Voice.say``."""
        sentence, file = sentence_of(prompt), self._recorded(prompt)
        if file is not None:
            sentence = f"{sentence} ♪ {file.name}"
        with self._lock:
            if self._closed or not self._repeats.may_say(sentence, time.monotonic()):
                return
            self.heard.append(sentence)
        self._on_words(sentence)

    def close(self) -> None:
        """As ``Voice.close``."""
        with self._lock:
            self._closed = True
