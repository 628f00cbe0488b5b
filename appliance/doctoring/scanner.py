"""The scanner, opened as a batch would open it; and if it does not open, why not.

libsane says the same words for many troubles, so what hangs on USB and what an eSCL scanner says
of itself are asked too. No paper moves.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance.config import ScannerSection
from appliance.core.diagnosis import Finding, note, out, person, well
from appliance.core.errors import (
    CoverOpen,
    PaperJam,
    ScannerAbsent,
    ScannerBusy,
    ScannerClaimed,
    ScannerDriverMissing,
    ScannerError,
    ScannerForbidden,
    ScannerRefusedSetting,
    ScanProgramMissing,
)
from appliance.devices.escl_state import EsclState, address_of, ask_state
from appliance.devices.sane_scanner import LookedAt, look_at_scanner
from appliance.doctoring.machine import Machine
from appliance.doctoring.usb import UsbDevice, scanners_on_usb

LIMIT_S = 25.0
RULES = "/etc/udev/rules.d/61-scanner.rules"
_SAYS_COVER_IS_OPEN = "cover-open"  # fujitsu and epjitsu have it as an option


def look_at_the_scanner(
    section: ScannerSection,
    machine: Machine,
    limit_s: float = LIMIT_S,
    on_start: Callable[[int | None], None] = lambda _child: None,
) -> Iterator[Finding]:
    """What stands between a press and a page; *on_start* as for ``look_at_scanner``."""
    config_dir = section.sane_config or _configured()
    looked = look_at_scanner(
        section.device, section.settings(), section.sane_config, limit_s, on_start
    )
    url = address_of(looked.device or section.device, config_dir)
    said = ask_state(url) if url else None
    on_usb = scanners_on_usb(machine)
    if looked.error is not None and looked.options:
        yield out(ScannerRefusedSetting.code, device=looked.device, why=looked.error)
        return
    if looked.error is not None:
        yield _why_shut(looked.error, section.device, on_usb, said, machine)
        return
    yield _how_it_is(looked, said)


def _configured() -> Path | None:
    said = os.environ.get("SANE_CONFIG_DIR", "").split(":")[0]
    return Path(said) if said else None


def _how_it_is(looked: LookedAt, said: EsclState | None) -> Finding:
    told = {option.name: option.value for option in looked.options}
    if told.get(_SAYS_COVER_IS_OPEN) or (said and said.is_open):
        return person(CoverOpen.code, device=looked.device)
    if said and said.is_jammed:
        return person(PaperJam.code, device=looked.device)
    if said and said.is_busy:
        return note(ScannerBusy.code, device=looked.device)
    return well("scanner-well", device=looked.device, options=len(looked.options))


def _why_shut(
    error: ScannerError,
    device: str,
    on_usb: list[UsbDevice],
    said: EsclState | None,
    machine: Machine,
) -> Finding:
    match error:
        case ScannerForbidden():
            return _forbidden(on_usb)
        case ScannerClaimed() | ScannerBusy():
            return _busy(device, on_usb, said)
        case ScanProgramMissing() | ScannerDriverMissing():
            return out(error.code, why=error)
        case ScannerAbsent():
            return _absent(device, on_usb, machine)
    return out("scanner-ill", device=device or "?", error=error.code, why=error)


def _busy(device: str, on_usb: list[UsbDevice], said: EsclState | None) -> Finding:
    if said is not None:
        return note(ScannerBusy.code, device=device)
    by_ipp = [one for one in on_usb if one.speaks_ipp]
    if by_ipp and not device.startswith("airscan"):
        return out("scanner-held-by-ipp-usb", device=device, name=by_ipp[0].name)
    return person(ScannerClaimed.code, device=device or "?")


def _forbidden(on_usb: list[UsbDevice]) -> Finding:
    shut = [one for one in on_usb if not os.access(one.node, os.R_OK | os.W_OK)] or on_usb
    if not shut:
        return out("scanner-forbidden")
    one = shut[0]
    return out("scanner-needs-rule", name=one.name, line=one.udev_line, file=RULES)


def _absent(device: str, on_usb: list[UsbDevice], machine: Machine) -> Finding:
    if address_of(device, None):
        return out("scanner-silent-at-address", device=device)
    if not on_usb:
        return out(ScannerAbsent.code, device=device or "?")
    first = on_usb[0]
    if first.node.exists() and not os.access(first.node, os.R_OK | os.W_OK):
        return _forbidden(on_usb)
    if first.speaks_ipp and not _ipp_usb_runs(machine):
        return out("scanner-needs-ipp-usb", name=first.name)
    if device:
        return out("scanner-other-name", name=first.name, device=device)
    usb_id = f"{first.vendor}:{first.product}"
    return out("scanner-without-driver", name=first.name, usb_id=usb_id)


def _ipp_usb_runs(machine: Machine) -> bool:
    return any(
        (entry / "comm").exists() and (entry / "comm").read_text().strip() == "ipp-usb"
        for entry in machine.proc.glob("[0-9]*")
    )
