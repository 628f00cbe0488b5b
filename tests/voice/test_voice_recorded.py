"""What a person recorded at the ward is heard at the panel; the box's own voice stands behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from appliance.cli import tramhoso
from appliance.commands.voice import recorded_by_the_ward
from appliance.config import VoiceSection
from appliance.core.errors.publication import PublicationWrong
from appliance.core.panel.prompt import Moment, Prompt
from appliance.desk.point import Point
from appliance.devices.voice import PlayedVoice
from appliance.devices.voice_files import file_of
from appliance.pretend.speaker import PretendSpeaker
from appliance.wording.spoken import every_name, every_prompt, name_of, sentence_of
from tests.publications.conftest import (  # noqa: F401 - fixtures of ward and box
    GOOD,
    Office,
    clock,
    config,
    good,
    office,
    point,
    stand,
    take,
    ward_keys,
    wav,
)
from tests.voice.test_voice_speaker import Speaker, speaker, until  # noqa: F401

SAVED_3, EMPTY = Prompt(Moment.SAVED, 3), Prompt("feeder-empty")


@pytest.fixture
def how(speaker: Speaker) -> VoiceSection:
    return VoiceSection(kind="speaker", player=str(speaker.program))


@pytest.fixture
def ours(tmp_path: Path, how: VoiceSection) -> Path:
    """As `tramhoso voice render` leaves them, without their sound."""
    folder = tmp_path / "ours"
    folder.mkdir()
    for prompt in (SAVED_3, EMPTY):
        file_of(folder, sentence_of(prompt), how).write_bytes(wav())
    return folder


def ward_says(point: Point, language: str):
    section = point.config.voice.model_copy(update={"language": language})
    return recorded_by_the_ward(point.config.model_copy(update={"voice": section}), point.sent_down)


def played(voice: PlayedVoice, speaker: Speaker, *prompts: Prompt) -> list[str]:
    for number, prompt in enumerate(prompts, 1):
        voice.say(prompt)
        until(lambda number=number: len(speaker.played()) >= number and voice.is_silent)
    voice.close()
    return [Path(line).name for line in speaker.played()]


def test_the_language_of_the_point_comes_first_then_vietnamese_then_our_own_voice(
    point, ours, how, speaker
):
    stand(point, 1, {
        "spoken/saved-3.rog.wav": wav(), "spoken/saved-3.vi.wav": wav(),
        "spoken/scanning.vi.wav": wav(),
    })  # fmt: skip
    voice = PlayedVoice(ours, how, ward_says(point, "rog"))
    heard = played(voice, speaker, SAVED_3, Prompt(Moment.SCANNING), EMPTY)
    own = file_of(ours, sentence_of(EMPTY), how).name
    assert heard == ["saved-3.rog.wav", "scanning.vi.wav", own]


def test_a_new_publication_is_heard_at_once_and_what_is_taken_back_is_not(
    point, ours, how, speaker
):
    recorded = ward_says(point, "vi")
    assert recorded(EMPTY) is None
    stand(point, 1, {"spoken/feeder-empty.vi.wav": wav()})
    assert recorded(EMPTY).name == "feeder-empty.vi.wav"
    stand(point, 2, {})
    assert recorded(EMPTY) is None


@pytest.mark.parametrize(
    "trouble", ["gone from the card", "a player that dies of it", "no reading"]
)
def test_a_recording_that_cannot_be_played_is_said_by_our_own_voice(
    point, ours, how, speaker, trouble, caplog
):
    stand(point, 1, {"spoken/saved-3.vi.wav": wav()})
    recorded = ward_says(point, "vi")
    if trouble == "gone from the card":
        recorded(SAVED_3).unlink()
    elif trouble == "no reading":

        def recorded(_prompt: Prompt) -> Path:
            raise OSError("the card is ill")

    else:
        text = speaker.program.read_text()
        dies = 'case "$1" in *saved-3.vi.wav) kill -SEGV $$;; esac\n'
        speaker.program.write_text(text.replace("\n", "\n" + dies, 1))
    voice = PlayedVoice(ours, how, recorded)
    own = file_of(ours, sentence_of(SAVED_3), how).name
    assert played(voice, speaker, SAVED_3, EMPTY)[-2:] == [
        own, file_of(ours, sentence_of(EMPTY), how).name,
    ]  # fmt: skip
    assert caplog.records


def test_a_pretend_speaker_shows_whose_voice_it_would_be(point):
    stand(point, 1, {"spoken/saved-3.vi.wav": wav()})
    speaker = PretendSpeaker(recorded=ward_says(point, "rog"))
    speaker.say(SAVED_3)
    speaker.say(EMPTY)
    assert list(speaker.heard) == [
        f"{sentence_of(SAVED_3)} ♪ saved-3.vi.wav",
        sentence_of(EMPTY),
    ]


def test_every_sentence_can_be_recorded_and_those_said_alike_once(point):
    by_name = {name_of(prompt): sentence_of(prompt) for prompt in every_prompt()}
    assert set(by_name) == every_name()
    assert len(by_name) == len({sentence_of(prompt) for prompt in every_prompt()})
    assert name_of(Prompt("weather")) == name_of(Prompt("card-read-only")) == "any"
    assert name_of(Prompt(Moment.SAVED, 400)) == "saved"
    stand(point, 1, {f"spoken/{name}.vi.wav": wav(0.2) for name in sorted(every_name())})
    assert all(ward_says(point, "vi")(prompt) for prompt in every_prompt())


@pytest.mark.parametrize(
    ("path", "content", "why"),
    [
        ("spoken/saved-3.vi.wav", wav(12.5), "lasts 12.5 s; at least 0.2 s and at most 12 s"),
        ("spoken/saved-3.vi.wav", b"MZ\x90\x00 a program", "is not a WAV of plain samples"),
        ("spoken/saved-3.vi.wav", b"RIFF" + bytes(3 << 20), "larger than 2400 KiB"),
    ],
)
def test_what_is_no_recording_is_refused_at_the_ward_and_again_at_the_box(
    point, office, tmp_path, path, content, why
):
    folder = tmp_path / "to-publish"
    (folder / "spoken").mkdir(parents=True)
    (folder / path).write_bytes(content)
    words = ["ward", "publish", str(office.home.folder), str(folder), "--check"]
    said = CliRunner().invoke(tramhoso, words)
    assert said.exit_code != 0
    assert f"{path}:1: {why}" in said.output
    if "larger" in why:
        with pytest.raises(ValueError, match="is larger than"):
            office.publish({path: content})
        return
    number = office.publish({path: content})  # by a ward that does not look
    with pytest.raises(PublicationWrong, match=why):
        take(point, office, number, apart=True)
    assert ward_says(point, "vi")(SAVED_3) is None


def test_a_slip_in_a_name_is_told_at_the_ward_and_passed_over_by_a_box_of_another_release(
    point, office, tmp_path
):
    folder = tmp_path / "to-publish"
    (folder / "spoken").mkdir(parents=True)
    (folder / "spoken/feeder-emty.vi.wav").write_bytes(wav())
    words = ["ward", "publish", str(office.home.folder), str(folder), "--check"]
    assert "the panel says nothing of that name" in CliRunner().invoke(tramhoso, words).output
    number = office.publish({"spoken/of-a-newer-release.vi.wav": wav()})
    assert take(point, office, number)
