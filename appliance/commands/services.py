"""One command for each systemd unit, and the life they share: signals, watchdog, ready."""

from __future__ import annotations

import json
import logging
import signal
from collections.abc import Callable
from pathlib import Path

import click

from appliance.commands.box import open_box, open_folders
from appliance.commands.voice import open_voice
from appliance.config import PanelSection
from appliance.core.errors import ConfigWrong, PanelAbsent
from appliance.core.ports import Panel
from appliance.services import notify
from appliance.services.on_trial import wait_until_open
from appliance.services.thrift import Tidy, settle
from appliance.store.card.starts import Starts

log = logging.getLogger(__name__)


@click.command()
@click.pass_obj
def station(config_path: Path) -> None:
    """Serve button, lamp and scanner until SIGTERM."""
    from appliance.devices.sane_scanner import SaneScanner
    from appliance.imaging.child.cleaner import Cleaner
    from appliance.services.safe_station import SafeStation
    from appliance.services.self_exam import Rhythm
    from appliance.services.station import Station

    point = open_box(config_path)
    starts = Starts(point.config.paths.state) if notify.somebody_starts_us_again() else None
    if starts is not None and starts.is_safe:
        panel = open_panel(point.config.panel)
        safe = SafeStation(point, panel, starts.try_again)
        _live("station, in safe mode,", safe.run, panel=panel)
        return
    settings = point.config.scanner
    scanner = SaneScanner(
        settings.device, settings.sane_config, settings.line_deadline_s, settings.page_deadline_s
    )
    panel = open_panel(point.config.panel)
    voice = open_voice(point.config, panel, point.sent_down)
    serving = Station(point, scanner, panel, Cleaner(), voice, Rhythm())
    _live("station", serving.run, starts, panel)


@click.command(short_help="Send sealed dossiers until SIGTERM.")
@click.pass_obj
def uploader(config_path: Path) -> None:
    """Send sealed dossiers and read the ward's answers until SIGTERM."""
    from appliance.services.uploader import Uploader, WithoutNetwork

    point = open_box(config_path, sees_papers=False)
    sender = Uploader(point) if point.config.ward.url else WithoutNetwork(point)
    _live("uploader", sender.run)


@click.command()
@click.pass_obj
def web(config_path: Path) -> None:
    """Serve the page until SIGTERM. The first line printed is its address."""
    from appliance.services.web import run
    from web.serving import CannotListen

    def ready(address: str) -> None:
        settle()
        click.echo(address)
        notify.ready(address)

    try:
        run(open_box(config_path), ready, _beat())
    except CannotListen as error:
        raise ConfigWrong(f"web.listen: {error}") from error
    notify.stopping()


@click.command(short_help="Make or update the tables; compare files with rows.")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@click.pass_obj
def upkeep(config_path: Path, as_json: bool) -> None:
    """Bring the tables up to date; report rows without files and files without rows."""
    from appliance.services.upkeep import run

    found = run(open_folders(config_path, sees_papers=False))
    if as_json:
        click.echo(json.dumps(found.as_json()))
    else:
        click.echo(f"tables migrated: {'yes' if found.migrated else 'no'}")
        click.echo(f"rows without a file: {len(found.rows_without_file)}")
        click.echo(f"files set aside: {len(found.files_set_aside)}")
        click.echo(f"erasings finished: {found.erased_dossiers}")
        click.echo(f"free disk: {found.disk_free_mb} MiB")
        if found.damage:
            since = found.restored_from or "no copy was there, the tables are new"
            click.echo(f"the database was damaged: {found.damage}")
            click.echo(f"taken in its place: {since}; found again: {found.found_again}")


def open_panel(section: PanelSection) -> Panel:
    """The panel that the configuration names; without GPIO the page's button still works."""
    if section.kind == "gpio":
        from appliance.devices.panel import GpioPanel

        try:
            return GpioPanel(section)
        except PanelAbsent as error:
            log.error("%s: %s; only the page's button works (docs/panel.md)", error.code, error)
    elif section.kind == "screen":
        from appliance.pretend.panel import ScreenPanel

        panel = ScreenPanel(section.screen_listen, section.screen_scanner)
        log.info("button and lamp: %s", panel.url)
        return panel
    from appliance.devices.no_panel import NoPanel

    return NoPanel()


def _live(
    name: str,
    run: Callable[[Callable[[], bool], Callable[[], None]], None],
    starts: Starts | None = None,
    panel: Panel | None = None,
) -> None:
    """Run a service's loop between READY and SIGTERM, with the watchdog fed by its turns."""
    stop_asked = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal stop_asked
        stop_asked = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    settle()
    notify.ready()
    log.info("%s is ready", name)
    beat = _beat(starts)
    wait_until_open(lambda: stop_asked, beat, panel)
    run(lambda: stop_asked, beat)
    if starts is not None:
        starts.ended_well()
    notify.stopping()


def _beat(starts: Starts | None = None) -> Callable[[], None]:
    """What every turn of a service's loop does beside its work."""
    watchdog, tidy = notify.Watchdog(), Tidy()

    def beat() -> None:
        watchdog.fed()
        tidy.turn()
        if starts is not None:
            starts.beat()

    return beat
