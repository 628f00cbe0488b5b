"""The sheet about a lost box: times as the office's wall clock says them, one whole file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from appliance.commands.whole_file import write_whole
from appliance.core.errors import PrintingFailed
from appliance.papers.prints.lost_device import LostLine, LostSheet, print_lost_device
from web.ward.boxes.lost_device import LostDevice, LostDossier


def zone_named(name: str) -> ZoneInfo:
    """Where the office is; a technician's typo is told."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.BadParameter(f"{name!r} is no time zone") from error


def write_sheet(lost: LostDevice, sheet: Path, zone: ZoneInfo) -> None:
    """Set it and write it; when that fails the token has ended all the same."""
    ended = lost.revoked_at.astimezone(zone)
    click.echo(f"{lost.name} may bring nothing more since {ended:%H:%M %d/%m/%Y}")
    try:
        write_whole(sheet, print_lost_device(_sheet(lost, datetime.now(UTC), zone)))
    except (OSError, PrintingFailed) as error:
        why = getattr(error, "strerror", None) or "the sheet could not be set"
        raise click.ClickException(f"{sheet}: {why}; the token has ended all the same") from error
    click.echo(f"{sheet}: to be reported until {lost.report_until.astimezone(zone):%H:%M %d/%m/%Y}")


def _sheet(lost: LostDevice, now: datetime, zone: ZoneInfo) -> LostSheet:
    def line(one: LostDossier) -> LostLine:
        return LostLine(one.id, one.code, one.received_at.astimezone(zone))

    return LostSheet(
        device=lost.name,
        known_at=lost.known_at.astimezone(zone),
        report_until=lost.report_until.astimezone(zone),
        revoked_at=lost.revoked_at.astimezone(zone),
        seen_at=lost.seen_at.astimezone(zone) if lost.seen_at else None,
        drafts=lost.health.drafts if lost.health else None,
        waiting=lost.health.queue if lost.health else None,
        brought=sum(lost.by_state.values()),
        perhaps_open=tuple(line(one) for one in lost.perhaps_open),
        lately=tuple(line(one) for one in lost.lately),
        made_at=now.astimezone(zone),
    )
