"""``tramhoso scan``: one batch from any SANE scanner into one PDF, for a technician."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

import click

from appliance.commands.whole_file import own_folder, write_whole
from appliance.core.errors import ScannerAbsent, ScannerError
from appliance.core.paper.packed import page_of_jpeg
from appliance.core.paper.scan import (
    MAX_DPI,
    MIN_DPI,
    ColorMode,
    PaperSource,
    ScannedPage,
    ScanSettings,
)
from appliance.devices.sane_scanner import SaneScanner, look_at_scanner, scan_all
from appliance.papers.pdf import make_pdf

NOTHING_SCANNED, ENDED_EARLY, NOT_WRITTEN, NO_SCANNER = 1, 3, 4, 5


@click.command()
@click.argument("out", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--pages", type=click.IntRange(min=1), help="Stop after this many sides.")
@click.option("--dpi", type=click.IntRange(MIN_DPI, MAX_DPI), default=300, show_default=True)
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in ColorMode]),
    default="color",
    show_default=True,
)
@click.option(
    "--source",
    type=click.Choice([source.value for source in PaperSource]),
    default="auto",
    show_default=True,
    help="auto: the feeder when it holds paper, else the glass.",
)
@click.option("--device", default="", help="A SANE name; without it the first scanner found.")
@click.option("--explain", is_flag=True, help="Scan nothing: tell what the settings become.")
@click.option("--json", "as_json", is_flag=True, help="Tell pages, sizes and seconds as JSON.")
def scan(
    *,
    out: Path | None,
    pages: int | None,
    dpi: int,
    mode: str,
    source: str,
    device: str,
    explain: bool,
    as_json: bool,
) -> None:
    """Scan one batch into OUT (a PDF, true to size).

    SANE_CONFIG_DIR is respected. A name like airscan:escl:NAME:http://HOST:PORT/eSCL/ needs no
    configuration. Ends with 1 when nothing was scanned, 3 when the batch ended early and the
    pages before are in OUT, 4 when OUT could not be written, 5 when no scanner was found.
    """
    settings = ScanSettings(dpi, ColorMode(mode), PaperSource(source), pages)
    if explain:
        _explain(device, settings)
        return
    if out is None:
        raise click.UsageError("name the PDF to write, or ask with --explain")
    logging.getLogger("pikepdf").setLevel(logging.WARNING)  # one line on stderr, and that is ours
    _must_be_writable(out)
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ENDED_EARLY))  # its folder goes along
    with own_folder("tramhoso-scan-") as spool:
        try:
            scanned, error = scan_all(SaneScanner(device), settings, spool)
        except ScannerError as refused:
            scanned, error = [], refused
        scan_s = time.monotonic() - began
        if scanned:
            _write(out, scanned)
        if as_json:
            click.echo(json.dumps(_told(out, scanned, error, scan_s, time.monotonic() - began)))
        elif scanned:
            sides = "1 page" if len(scanned) == 1 else f"{len(scanned)} pages"
            click.echo(f"{out}: {sides} in {scan_s:.1f} s")
    if error is not None:
        click.echo(_line(error), err=True)
        sys.exit(ENDED_EARLY if scanned else _nothing(error))


def _explain(device: str, settings: ScanSettings) -> None:
    """What was chosen, among what; then what else can be set, for a new line of quirks.toml."""
    looked = look_at_scanner(device, settings)
    click.echo(looked.device or "no scanner")
    for step in looked.steps:
        click.echo(f"  {step}")
    chosen = {step.option for step in looked.steps}
    for option in looked.options:
        if option.name not in chosen:
            click.echo(f"  ({option.name} = {option.value})")
    if looked.error is not None:
        click.echo(_line(looked.error), err=True)
        sys.exit(_nothing(looked.error))


def _nothing(error: ScannerError) -> int:
    return NO_SCANNER if isinstance(error, ScannerAbsent) else NOTHING_SCANNED


def _must_be_writable(out: Path) -> None:
    """Before any paper moves: a page that was pulled in cannot be put back by us."""
    if not out.parent.is_dir():
        _refuse(out, f"there is no folder {out.parent}")
    if not os.access(out.parent, os.W_OK | os.X_OK):
        _refuse(out, f"no right to write in {out.parent.resolve()}")


def _refuse(out: Path, why: str) -> NoReturn:
    click.echo(f"{out}: {why}", err=True)
    sys.exit(NOT_WRITTEN)


def _write(out: Path, scanned: list[ScannedPage]) -> None:
    """OUT is the old file or the whole new one, never a part."""
    sides = [page_of_jpeg(page.path.read_bytes(), page.resolution_dpi) for page in scanned]
    try:
        write_whole(out, make_pdf(sides, title=out.stem))
    except OSError as error:
        _refuse(out, error.strerror or str(error))


def _told(
    out: Path, scanned: list[ScannedPage], error: ScannerError | None, scan_s: float, total_s: float
) -> dict[str, object]:
    return {
        "out": str(out) if scanned else None,
        "bytes": out.stat().st_size if scanned else 0,
        "pages": [
            {
                "number": page.number,
                "width_px": page.width_px,
                "height_px": page.height_px,
                "dpi": page.resolution_dpi,
                "mode": page.mode.value,
                "bytes": page.path.stat().st_size,
            }
            for page in scanned
        ],
        "seconds": {"scan": round(scan_s, 3), "total": round(total_s, 3)},
        "error": error.code if error else None,
    }


def _line(error: ScannerError) -> str:
    meaning = (type(error).__doc__ or "scanner").strip().splitlines()[0]  # python -OO keeps none
    hint = "; `scanimage -L` lists the names" if isinstance(error, ScannerAbsent) else ""
    return f"{error.code}: {meaning} ({error}){hint}"
