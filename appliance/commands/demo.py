"""`tramhoso demo`: the whole product on one machine, with pretend hardware and a ward of its own.

Everything but the paper and the lamp is the real thing: the installed services as processes of
their own, libsane, SQLite, the seal, the upload and the ward's signed receipt.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import click

from appliance.demo.browser import PageRefused
from appliance.demo.house import ENDINGS, House, HouseFell
from appliance.demo.visit import Visit, play_visit


@click.command(short_help="The whole product here, with pretend hardware.")
@click.option("--once", is_flag=True, help="play one whole journey without a person, then end")
@click.option("--home", type=click.Path(path_type=Path), help="keep everything in this folder")
@click.option("--pages", type=click.IntRange(1, 50), default=5, show_default=True)
@click.option("--web-port", type=int, default=8080, show_default=True, help="0: a free one")
@click.option("--panel-port", type=int, default=8081, show_default=True, help="0: a free one")
@click.option("--ward-port", type=int, default=8090, show_default=True, help="0: a free one")
def demo(
    once: bool, home: Path | None, pages: int, web_port: int, panel_port: int, ward_port: int
) -> None:
    """Run station, page, uploader and a ward here; show an on-screen button and lamp."""
    try:
        _run(once, home, pages, (web_port, panel_port, ward_port))
    except (HouseFell, PageRefused) as error:
        hint = "\n--web-port 0 --panel-port 0 --ward-port 0 takes free ports"
        taken = any(words in str(error) for words in ("listens there", "already in use"))
        raise click.ClickException(f"{error}{hint if taken else ''}") from error


def _run(once: bool, home: Path | None, pages: int, ports: tuple[int, int, int]) -> None:
    if once:  # a journey without a person needs no agreed ports, and must not meet another demo
        ports = (0, 0, 0)
    _end_tidily()
    kept = home is not None
    with ExitStack() as stack:
        if home is None:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tramhoso-demo-")))
        house = stack.enter_context(
            House(
                home,
                web_port=ports[0],
                panel_port=ports[1],
                ward_port=ports[2],
                cards=not once,
                say=_say,
            )
        )
        if once:
            visit = play_visit(house, pages, say=_say)
            click.echo(json.dumps(visit.as_json(), ensure_ascii=False))
            sys.exit(0 if _all_well(visit) else 1)
        _invite(house, kept)
        _wait_for_a_signal(house)


def _say(line: str) -> None:
    click.echo(line)


def _all_well(visit: Visit) -> bool:
    return visit.signature_verified and visit.ward_has_all_bytes


def _invite(house: House, kept: bool) -> None:
    click.echo("")
    click.echo(f"  Trang làm việc (page):        {house.web_url}")
    for name, pin in house.pins.items():
        click.echo(f"      {name}: PIN {pin}")
    click.echo(f"  Nút bấm và đèn (button, lamp): {house.panel_url}")
    click.echo(f"  Bàn tiếp nhận của phường (ward): {house.ward_url}")
    click.echo(f"      {house.officer}, mật khẩu (password): {house.officer_password}")
    click.echo(
        f"  Giấy trong khay (papers in the tray): {house.scanner.url}  (docs/virtual_scanner.md)"
    )
    click.echo(f"  Máy in thử (what is printed lies here): {house.printers.folder}")
    click.echo("")
    stays = f"what it made stays in {house.home}" if kept else "removes everything it made"
    click.echo(f"Ctrl+C ends the demo and {stays}.")


def _end_tidily() -> None:
    """Ctrl+C, SIGTERM or a lost ssh line, whatever is going on: everything is put away, once."""

    def end(number: int, _frame: object) -> None:
        for ending in ENDINGS:
            signal.signal(ending, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for number in ENDINGS:
        signal.signal(number, end)


def _wait_for_a_signal(house: House) -> None:
    stopped = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal stopped
        stopped = True

    for number in ENDINGS:
        signal.signal(number, stop)
    while not stopped:
        house.must_be_alive()
        house.refill_tray()
        time.sleep(0.5)
