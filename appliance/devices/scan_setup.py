"""Our settings in the words of whatever scanner is there; nothing is rounded in silence."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.core.errors import ScannerRefusedSetting, UnsupportedImage
from appliance.core.paper.scan import ColorMode, PaperSource, ScanSettings
from appliance.devices.quirks import Switch, quirks
from appliance.devices.scan_option import BOOL, Option, Settable, Value

_MM_PER_INCH = 25.4
_GEOMETRY_SLACK_MM = 1.0  # backends round corners to their motor's steps


@dataclass(frozen=True, slots=True)
class Paper:
    """Where pages will come from."""

    feeds: bool  # several pages, until the tray is empty
    else_glass: bool = False  # there is a glass to turn to when the tray turns out to be empty


def set_up(device: Settable, settings: ScanSettings) -> Paper:
    """Choose every option and read it back.

    Raises ScannerRefusedSetting for what the scanner lacks; nothing has moved then.
    """
    paper = _choose_source(device, settings.source)
    _choose_mode(device, settings.mode)
    _insist_on_8_bits(device)
    _choose_resolution(device, settings.resolution_dpi)
    for switch in quirks().switches("tame"):
        _switch(device, switch)
    _choose_geometry(device, settings)
    return paper


def _choose_source(device: Settable, asked: PaperSource) -> Paper:
    option = device.options().get("source")
    if option is None:
        return _only_source(device, asked)
    names = [str(choice) for choice in reversed(option.choices)]
    offered = {quirks().source_kind(name): name for name in names}
    wanted = asked
    if asked is PaperSource.AUTO:
        feeds = PaperSource.FEEDER in offered or PaperSource.DUPLEX in offered
        wanted = PaperSource.FEEDER if feeds else PaperSource.FLATBED
        if not feeds and wanted not in offered:
            return Paper(feeds=False)  # names that nobody knows: as the driver has it
    if wanted in offered:
        device.choose("source", offered[wanted])
    elif wanted is PaperSource.DUPLEX and PaperSource.FEEDER in offered:
        device.choose("source", offered[PaperSource.FEEDER])
        _feed(device, duplex=True)
        return Paper(feeds=True)
    elif wanted is PaperSource.FEEDER and PaperSource.DUPLEX in offered:
        device.choose("source", offered[PaperSource.DUPLEX])  # it has no other way to feed
    else:
        raise ScannerRefusedSetting(f"no {asked} among the sources {list(option.choices)}")
    if wanted is PaperSource.FLATBED:
        return Paper(feeds=False)
    _feed(device, duplex=None if wanted is PaperSource.DUPLEX else False)
    has_glass = PaperSource.FLATBED in offered
    return Paper(feeds=True, else_glass=has_glass and asked is PaperSource.AUTO)


def _only_source(device: Settable, asked: PaperSource) -> Paper:
    """One way for paper only, mostly a glass: one page, for its next start would scan it again."""
    if quirks().is_sheetfed(device.name):
        if asked is PaperSource.FLATBED:
            raise ScannerRefusedSetting("the scanner has a feeder only, so no flatbed")
        _feed(device, duplex=asked is PaperSource.DUPLEX)
        return Paper(feeds=True)
    if asked in {PaperSource.FEEDER, PaperSource.DUPLEX}:
        raise ScannerRefusedSetting(f"the scanner has no choice of sources, so no {asked}")
    return Paper(feeds=False)


def _feed(device: Settable, *, duplex: bool | None) -> None:
    """*duplex* None: the source itself says it."""
    for switch in quirks().switches("feeding"):
        _switch(device, switch)
    if duplex is False:
        for switch in quirks().switches("one_side"):
            _switch(device, switch)
    if duplex and not any(_switch(device, way) for way in quirks().switches("duplex")):
        raise ScannerRefusedSetting("the scanner has no duplex feeder")


def _switch(device: Settable, switch: Switch) -> bool:
    """Set it where the scanner has it and knows the value; whether it did."""
    option = device.options().get(switch.option)
    if option is None or not _takes(option, switch.value):
        return False
    if device.value(switch.option) != switch.value:
        device.choose(switch.option, switch.value)
    return True


def _takes(option: Option, value: Value) -> bool:
    if isinstance(value, bool):
        return option.kind == BOOL
    return value in option.choices


def _choose_mode(device: Settable, asked: ColorMode) -> None:
    option = device.options().get("mode")
    if option is None:
        return  # only one mode; the first page's frame tells which
    names = [str(choice) for choice in option.choices]
    name = quirks().mode_name(asked, names)
    if name is None:
        raise ScannerRefusedSetting(f"no {asked} among the modes {names}")
    device.choose("mode", name)


def _insist_on_8_bits(device: Settable) -> None:
    for name in quirks().names("depth"):
        option = device.options().get(name)
        if option is None or device.value(name) == 8:
            continue
        if not option.allows(8):
            raise UnsupportedImage(f"the scanner offers {option.constraint} bits, not 8")
        device.choose(name, 8)


def _choose_resolution(device: Settable, dpi: int) -> None:
    options = device.options()
    names = [name for name in quirks().names("resolution") if name in options]
    if not names:
        raise ScannerRefusedSetting("the scanner does not say its resolution")
    for name in names:
        device.choose(name, dpi)


def _choose_geometry(device: Settable, settings: ScanSettings) -> None:
    """The paper's corner to corner, no larger than the bed."""
    width, height = settings.paper_mm
    corners = [
        *((name, width) for name in quirks().names("width")),
        *((name, height) for name in quirks().names("height")),
        *(("tl-x", 0.0), ("tl-y", 0.0), ("br-x", width), ("br-y", height)),
    ]
    for name, place_mm in corners:
        option = device.options().get(name)
        if option is not None:
            per_mm = settings.resolution_dpi / _MM_PER_INCH if option.in_pixels else 1.0
            device.choose(name, option.reach(place_mm * per_mm), _GEOMETRY_SLACK_MM * per_mm)


def bytes_of_a_page(settings: ScanSettings) -> int:
    """What one page of these settings weighs in memory before it is a JPEG."""
    width, height = (mm / _MM_PER_INCH * settings.resolution_dpi for mm in settings.paper_mm)
    return round(width * height) * (3 if settings.mode is ColorMode.COLOR else 1)
