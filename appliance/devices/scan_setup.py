"""Our settings in the words of whatever scanner is there; nothing is rounded in silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.core.errors import ScannerRefusedSetting, UnsupportedImage
from appliance.core.scan import ColorMode, PaperSource, ScanSettings
from appliance.devices.sane_device import SaneDevice

_MM_PER_INCH = 25.4
_GEOMETRY_SLACK_MM = 1.0  # backends round corners to their motor's steps


@dataclass(frozen=True, slots=True)
class Paper:
    """Where pages will come from."""

    feeds: bool  # several pages, until the tray is empty
    else_glass: bool = False  # there is a glass to turn to when the tray turns out to be empty


def set_up(device: SaneDevice, settings: ScanSettings) -> Paper:
    """Choose every option and read it back.

    Raises ScannerRefusedSetting for what the scanner lacks; nothing has moved then.
    """
    paper = _choose_source(device, settings.source)
    _choose_mode(device, settings.mode)
    _insist_on_8_bits(device)
    _choose_resolution(device, settings.resolution_dpi)
    _choose_geometry(device, settings)
    return paper


def _choose_source(device: SaneDevice, asked: PaperSource) -> Paper:
    option = device.options().get("source")
    if option is None:
        # One way for paper only, mostly a glass: one page, for its next start would scan it again.
        if asked in {PaperSource.FEEDER, PaperSource.DUPLEX}:
            raise ScannerRefusedSetting(f"the scanner has no choice of sources, so no {asked}")
        return Paper(feeds=False)
    offered = {_source_kind(str(choice)): str(choice) for choice in reversed(option.choices)}
    if asked is PaperSource.AUTO:
        feeder, glass = offered.get(PaperSource.FEEDER), offered.get(PaperSource.FLATBED)
        if feeder is not None:
            device.choose("source", feeder)
            return Paper(feeds=True, else_glass=glass is not None)
        if glass is not None:
            device.choose("source", glass)
        return Paper(feeds=False)
    if asked is PaperSource.DUPLEX and asked not in offered:
        return _duplex_by_adf_mode(device, offered)
    if asked not in offered:
        raise ScannerRefusedSetting(f"no {asked} among the sources {list(option.choices)}")
    device.choose("source", offered[asked])
    return Paper(feeds=asked is not PaperSource.FLATBED)


def _duplex_by_adf_mode(device: SaneDevice, offered: Mapping[PaperSource | None, str]) -> Paper:
    """Epson's backends turn the page by an option of its own."""
    if PaperSource.FEEDER not in offered or "adf-mode" not in device.options():
        raise ScannerRefusedSetting("the scanner has no duplex feeder")
    device.choose("source", offered[PaperSource.FEEDER])
    device.choose("adf-mode", "Duplex")
    return Paper(feeds=True)


def _source_kind(name: str) -> PaperSource | None:
    """What a backend's name for a source means; every backend has its own words."""
    words = name.lower()
    if "duplex" in words:
        return PaperSource.DUPLEX
    if "back" in words or "card" in words or "transparen" in words or "negative" in words:
        return None
    if "adf" in words or "feeder" in words:
        return PaperSource.FEEDER
    if "flatbed" in words or "platen" in words or words in {"fb", "normal", "document table"}:
        return PaperSource.FLATBED
    return None


def _choose_mode(device: SaneDevice, asked: ColorMode) -> None:
    option = device.options().get("mode")
    if option is None:
        return  # only one mode; the first page's frame tells which
    names = [str(choice) for choice in option.choices]
    for wanted in ("Color", "Colour") if asked is ColorMode.COLOR else ("Gray", "Grey"):
        fitting = [name for name in names if wanted.lower() in name.lower() and "16" not in name]
        if fitting:
            exact = wanted if wanted in fitting else fitting[0]
            device.choose("mode", exact)
            return
    raise ScannerRefusedSetting(f"no {asked} among the modes {names}")


def _insist_on_8_bits(device: SaneDevice) -> None:
    option = device.options().get("depth")
    if option is None or device.value("depth") == 8:
        return
    if not option.allows(8):
        raise UnsupportedImage(f"the scanner offers {option.constraint} bits, not 8")
    device.choose("depth", 8)


def _choose_resolution(device: SaneDevice, dpi: int) -> None:
    options = device.options()
    names = [n for n in ("resolution", "x-resolution", "y-resolution") if n in options]
    if not names:
        raise ScannerRefusedSetting("the scanner does not say its resolution")
    for name in names:
        device.choose(name, dpi)


def _choose_geometry(device: SaneDevice, settings: ScanSettings) -> None:
    """The paper's corner to corner, no larger than the bed."""
    width, height = settings.paper_mm
    corners = {
        "page-width": width,  # feeders that centre the paper must know its size first
        "page-height": height,
        "tl-x": 0.0,
        "tl-y": 0.0,
        "br-x": width,
        "br-y": height,
    }
    for name, place_mm in corners.items():
        option = device.options().get(name)
        if option is not None:
            per_mm = settings.resolution_dpi / _MM_PER_INCH if option.in_pixels else 1.0
            device.choose(name, option.reach(place_mm * per_mm), _GEOMETRY_SLACK_MM * per_mm)


def bytes_of_a_page(settings: ScanSettings) -> int:
    """What one page of these settings weighs in memory before it is a JPEG."""
    width, height = (mm / _MM_PER_INCH * settings.resolution_dpi for mm in settings.paper_mm)
    return round(width * height) * (3 if settings.mode is ColorMode.COLOR else 1)
