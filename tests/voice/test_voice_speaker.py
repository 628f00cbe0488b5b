"""Real espeak-ng makes the files, a real program plays them; only the loudspeaker is ours."""

from __future__ import annotations

import shutil
import time
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from appliance.cli import tramhoso
from appliance.config import VoiceSection
from appliance.core.errors import VoiceFailed
from appliance.core.panel.prompt import Moment, Prompt
from appliance.devices.voice import PlayedVoice
from appliance.devices.voice_files import file_of, render
from appliance.wording.spoken import sentence_of

pytestmark = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not on this machine"
)
SAVED_3, EMPTY = Prompt(Moment.SAVED, 3), Prompt("feeder-empty")
BUSY = Prompt(Moment.BUSY)
SOME = [sentence_of(prompt) for prompt in (SAVED_3, EMPTY, BUSY, Prompt(Moment.SCANNING))]


class Speaker:
    """A player that writes down what it plays, and plays until it is let go or killed."""

    def __init__(self, folder: Path) -> None:
        self.log, self.hold = folder / "played", folder / "hold"
        self.log.touch()
        self.program = folder / "player"
        self.program.write_text(
            f'#!/bin/sh\necho "$1" >> {self.log}\n'
            f"while [ -e {self.hold} ]; do sleep 0.02; done\n"
            f"[ ! -e {folder}/broken ]\n"
        )
        self.program.chmod(0o755)
        self.broken = folder / "broken"

    def played(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.fixture
def speaker(tmp_path: Path) -> Speaker:
    return Speaker(tmp_path)


@pytest.fixture
def how(speaker: Speaker) -> VoiceSection:
    return VoiceSection(kind="speaker", player=str(speaker.program))


@pytest.fixture
def files(tmp_path: Path, how: VoiceSection) -> Path:
    folder = tmp_path / "voice"
    render(folder, SOME, how)
    return folder


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)


def test_a_sentence_becomes_a_sound_of_a_few_seconds(files, how):
    with wave.open(str(file_of(files, sentence_of(SAVED_3), how))) as sound:
        seconds = sound.getnframes() / sound.getframerate()
        loudest = max(memoryview(sound.readframes(sound.getnframes())).cast("h"))
    assert 1 < seconds < 8
    assert loudest > 3000


def test_accents_sound_different(files, how):
    southern = how.model_copy(update={"accent": "south"})
    render(files.parent / "south", SOME, southern)
    there = file_of(files.parent / "south", SOME[0], southern)
    assert there.read_bytes() != file_of(files, SOME[0], how).read_bytes()


def test_rendering_again_makes_nothing_and_takes_away_what_nobody_says(files, how):
    (files / "interrupted.wav-new").write_bytes(b"RIFF")
    again = render(files, SOME[:3], how)
    assert (again.made, again.kept, again.removed) == (0, 3, 2)


def test_without_espeak_the_technician_is_told_what_to_install(tmp_path, how, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(VoiceFailed, match="apt install espeak-ng"):
        render(tmp_path / "other", SOME, how)
    assert list((tmp_path / "other").iterdir()) == []


def test_what_is_said_is_played(files, how, speaker):
    voice = PlayedVoice(files, how)
    voice.say(SAVED_3)
    until(lambda: len(speaker.played()) == 1)
    voice.close()
    assert speaker.played() == [str(file_of(files, sentence_of(SAVED_3), how))]


def test_news_interrupts_what_is_being_said(files, how, speaker):
    speaker.hold.touch()
    voice = PlayedVoice(files, how)
    voice.say(Prompt(Moment.SCANNING))
    until(lambda: len(speaker.played()) == 1)
    voice.say(EMPTY)
    until(lambda: len(speaker.played()) == 2)
    voice.close()
    assert speaker.played()[1] == str(file_of(files, sentence_of(EMPTY), how))


def test_a_busy_press_never_talks_over_another_sentence(files, how, speaker):
    speaker.hold.touch()
    voice = PlayedVoice(files, how)
    voice.say(Prompt(Moment.SCANNING))
    until(lambda: len(speaker.played()) == 1)
    voice.say(BUSY)
    speaker.hold.unlink()
    until(lambda: voice.is_silent)
    voice.close()
    assert len(speaker.played()) == 1


def test_a_hundred_presses_are_one_sentence(files, how, speaker):
    voice = PlayedVoice(files, how)
    for _ in range(100):
        voice.say(BUSY)
    until(lambda: len(speaker.played()) == 1)
    voice.close()
    assert len(speaker.played()) == 1


@pytest.mark.parametrize("trouble", ["no file", "no player", "no loudspeaker"])
def test_a_voice_that_cannot_speak_is_one_line_in_the_log_and_silence(
    files, how, speaker, caplog, trouble
):
    if trouble == "no file":
        shutil.rmtree(files)
    elif trouble == "no player":
        how = how.model_copy(update={"player": "/nowhere/aplay"})
    else:
        speaker.broken.touch()
    voice = PlayedVoice(files, how)
    voice.say(EMPTY)
    until(lambda: len(caplog.records) == 1)
    voice.say(SAVED_3)
    voice.close()
    assert len(caplog.records) == 1
    assert len(speaker.played()) == (trouble == "no loudspeaker")


def test_closing_stops_a_player_that_hangs(files, how, speaker):
    speaker.hold.touch()
    voice = PlayedVoice(files, how)
    voice.say(EMPTY)
    until(lambda: len(speaker.played()) == 1)
    voice.close()
    voice.say(SAVED_3)
    assert len(speaker.played()) == 1


def test_the_commands_make_list_and_play(tmp_path, speaker):
    config = tmp_path / "config.toml"
    config.write_text(
        f'[paths]\nstate = "{tmp_path}/state"\nruntime = "{tmp_path}/run"\n'
        f'[voice]\nplayer = "{speaker.program}"\n'
    )

    def run(*words: str):
        return CliRunner().invoke(tramhoso, ["--config", str(config), "voice", *words])

    listed = run("list")
    assert "feeder-empty\tKhay chưa có giấy." in listed.output
    early = run("say", "scanning")
    assert isinstance(early.exception, VoiceFailed)
    made = run("render")
    assert made.exit_code == 0, made.output
    assert " 0 kept, 0 removed" in made.output
    said = run("say", "saved", "15")
    assert "mười lăm trang" in said.output
    assert len(speaker.played()) == 1
    assert run("say", "weather").exit_code == 2
