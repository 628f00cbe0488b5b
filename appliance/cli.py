"""The ``tramhoso`` command: one word for each thing a technician does."""

from __future__ import annotations

import importlib
import logging
import os
import sys
import traceback
from pathlib import Path

import click

from appliance import __version__
from appliance.core.errors import ApplianceError, Unexpected
from appliance.default_path import DEFAULT_PATH

# Loaded when called: a scan child or `--help` must not pay for Flask and SQLAlchemy.
COMMANDS = {
    "audit": "appliance.commands.audit:audit",
    "backup": "appliance.commands.backup:backup",
    "clean": "appliance.commands.clean:clean",
    "demo": "appliance.commands.demo:demo",
    "doctor": "appliance.commands.doctor:doctor",
    "enrol": "appliance.commands.enrol:enrol_",
    "factory-reset": "appliance.commands.factory_reset:factory_reset",
    "folder": "appliance.commands.folder:folder",
    "logs": "appliance.commands.logs:logs",
    "outbox": "appliance.commands.outbox:outbox",
    "print": "appliance.commands.print:print_",
    "procedures": "appliance.commands.procedures:procedures",
    "published": "appliance.commands.published:published",
    "restore": "appliance.commands.restore:restore",
    "restore-backup": "appliance.commands.backup:restore_backup",
    "scan": "appliance.commands.scan:scan",
    "station": "appliance.commands.services:station",
    "upkeep": "appliance.commands.services:upkeep",
    "uploader": "appliance.commands.services:uploader",
    "voice": "appliance.commands.voice:voice",
    "volunteer": "appliance.commands.volunteer:volunteer",
    "ward": "appliance.commands.ward:ward",
    "web": "appliance.commands.services:web",
}
OURS = ("--config", "--verbose", "-v")


class Commands(click.Group):
    """Finds a command's module by its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101 - the table above is ours
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Say where an option of ours belongs when it stands behind the command."""
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as error:
            if error.option_name not in OURS:
                raise
            hint = f"{error.option_name} stands before the command: tramhoso {error.option_name} …"
            raise click.UsageError(hint, error.ctx) from error


@click.command(cls=Commands)
@click.version_option(__version__, prog_name="tramhoso")
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False, readable=False),  # whoever needs it, reads it
    default=DEFAULT_PATH,
    show_default=True,
    envvar="TRAMHOSO_CONFIG",
    help="the one configuration file of this box",
)
@click.option("-v", "--verbose", is_flag=True, help="say more in the log")
@click.pass_context
def tramhoso(context: click.Context, config_path: Path, verbose: bool) -> None:
    """Trạm Hồ Sơ: papers in, one button, a dossier at the ward."""
    context.obj = config_path
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(levelname)s %(name)s: %(message)s",  # the journal adds time and unit
        stream=sys.stderr,
    )
    if not verbose:
        logging.getLogger("alembic").setLevel(logging.WARNING)  # `upkeep` says whether it migrated


def main() -> None:
    """Run a command; what a person can put right is told in a line, not in a trace."""
    try:
        tramhoso(standalone_mode=True)
    except ApplianceError as error:
        for line in str(error).splitlines():
            click.echo(f"{error.code}: {line}", err=True)
        sys.exit(1)
    except Exception as error:
        click.echo(f"{Unexpected.code}: {type(error).__name__}: {_first_line(error)}", err=True)
        if _trace_is_wanted():
            traceback.print_exc()
        else:
            click.echo(
                "a fault of ours, please report it with the output of: tramhoso -v …", err=True
            )
        sys.exit(1)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["no more is known"])[0]


def _trace_is_wanted() -> bool:
    """In the journal always: a service cannot be asked to fail once more."""
    return logging.getLogger().isEnabledFor(logging.DEBUG) or "JOURNAL_STREAM" in os.environ


if __name__ == "__main__":
    main()
