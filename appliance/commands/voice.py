"""`tramhoso voice`: make the sentences of the panel's voice, and hear them."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.config import Config, read_config
from appliance.core.panel.prompt import Prompt, Recorded, Silence, Voice
from appliance.core.ports import Panel
from appliance.core.wire.publication import Tongue
from appliance.published.keeping import Shelf
from appliance.published.sent_down import SentDown
from appliance.wording.spoken import every_prompt, name_of, sentence_of


@click.group()
def voice() -> None:
    """What the lamp says, said aloud at the panel."""


@voice.command("list")
def list_() -> None:
    """Every sentence with its name; numbered ones once, with the largest number made."""
    shown = {prompt.key: prompt for prompt in every_prompt()}
    for key, prompt in shown.items():
        number = "" if prompt.number is None else f" {prompt.number}"
        click.echo(f"{key}{number}\t{sentence_of(prompt)}")


@voice.command()
@click.pass_obj
def render(config_path: Path) -> None:
    """Make the WAV files with espeak-ng; once at set-up, and after a change in [voice].

    Looks first: what is there already is kept.
    """
    from appliance.commands.box import open_folders
    from appliance.devices.voice_files import render as make

    config = open_folders(config_path).config
    done = make(_folder(config), map(sentence_of, every_prompt()), config.voice)
    click.echo(
        f"{_folder(config)}: {done.made} made, {done.kept} kept, {done.removed} removed, "
        f"{done.total_bytes / 1e6:.1f} MB"
    )


@voice.command()
@click.argument("name")
@click.argument("number", type=int, required=False)
@click.pass_obj
def say(config_path: Path, name: str, number: int | None) -> None:
    """Say sentence NAME now, perhaps with NUMBER; names as `list` shows them."""
    from appliance.devices.voice import play_once

    config = read_config(config_path)
    recorded = recorded_by_the_ward(config, SentDown(Shelf(config.paths.state / "published")))
    if name not in {prompt.key for prompt in every_prompt()}:
        raise click.UsageError(f"no sentence {name}; see: tramhoso voice list")
    prompt = Prompt(name, number)
    click.echo(sentence_of(prompt))
    play_once(_folder(config), config.voice, prompt, recorded)


def recorded_by_the_ward(config: Config, sent_down: SentDown) -> Recorded:
    """Where a sentence lies as the ward sent it, in the language of [voice], else in Vietnamese."""
    tongue = Tongue(config.voice.language)
    return lambda prompt: sent_down.now.spoken(name_of(prompt), tongue)


def open_voice(config: Config, panel: Panel, sent_down: SentDown) -> Voice:
    """The voice that the configuration names; *screen* writes on the page of a screen panel."""
    recorded = recorded_by_the_ward(config, sent_down)
    from appliance.pretend.panel import ScreenPanel

    if config.voice.kind == "speaker":
        from appliance.devices.voice import PlayedVoice

        return PlayedVoice(_folder(config), config.voice, recorded)
    if config.voice.kind == "screen" and isinstance(panel, ScreenPanel):
        from appliance.pretend.speaker import PretendSpeaker

        return PretendSpeaker(panel.caption, recorded)
    return Silence()


def _folder(config: Config) -> Path:
    return config.paths.state / "voice"
