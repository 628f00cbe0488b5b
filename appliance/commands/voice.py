"""`tramhoso voice`: make the sentences of the panel's voice, and hear them."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.config import Config, read_config
from appliance.core.ports import Panel
from appliance.core.prompt import Prompt, Silence, Voice
from appliance.spoken import every_prompt, sentence_of


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
    if name not in {prompt.key for prompt in every_prompt()}:
        raise click.UsageError(f"no sentence {name}; see: tramhoso voice list")
    sentence = sentence_of(Prompt(name, number))
    click.echo(sentence)
    play_once(_folder(config), config.voice, sentence)


def open_voice(config: Config, panel: Panel) -> Voice:
    """The voice that the configuration names; *screen* writes on the page of a screen panel."""
    from appliance.pretend.panel import ScreenPanel

    if config.voice.kind == "speaker":
        from appliance.devices.voice import PlayedVoice

        return PlayedVoice(_folder(config), config.voice)
    if config.voice.kind == "screen" and isinstance(panel, ScreenPanel):
        from appliance.pretend.speaker import PretendSpeaker

        return PretendSpeaker(panel.caption)
    return Silence()


def _folder(config: Config) -> Path:
    return config.paths.state / "voice"
