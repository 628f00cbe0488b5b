"""The few XML documents an eSCL scanner speaks (Mopria eSCL 2.x), written and read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from appliance.pretend.scanner_images import BED, Look, Window

DPIS = (75, 100, 150, 200, 300, 400, 600)
_NAMES = (
    'xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm" '
    'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def capabilities(name: str) -> str:
    """What this scanner has: glass, feeder on one and on both sides, colour and grey."""
    resolutions = "".join(
        f"<scan:DiscreteResolution><scan:XResolution>{dpi}</scan:XResolution>"
        f"<scan:YResolution>{dpi}</scan:YResolution></scan:DiscreteResolution>"
        for dpi in DPIS
    )
    source = f"""<scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>{BED[0]}</scan:MaxWidth>
<scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>{BED[1]}</scan:MaxHeight>
<scan:MaxScanRegions>1</scan:MaxScanRegions>
<scan:SettingProfiles><scan:SettingProfile>
<scan:ColorModes><scan:ColorMode>RGB24</scan:ColorMode>
<scan:ColorMode>Grayscale8</scan:ColorMode></scan:ColorModes>
<scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>
<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt></scan:DocumentFormats>
<scan:SupportedResolutions><scan:DiscreteResolutions>{resolutions}</scan:DiscreteResolutions>
</scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles>
<scan:SupportedIntents><scan:Intent>Document</scan:Intent></scan:SupportedIntents>"""
    return f"""{_HEAD}<scan:ScannerCapabilities {_NAMES}>
<pwg:Version>2.63</pwg:Version><pwg:MakeAndModel>{name}</pwg:MakeAndModel>
<pwg:SerialNumber>VIRTUAL0001</pwg:SerialNumber>
<scan:Platen><scan:PlatenInputCaps>{source}</scan:PlatenInputCaps></scan:Platen>
<scan:Adf><scan:AdfSimplexInputCaps>{source}</scan:AdfSimplexInputCaps>
<scan:AdfDuplexInputCaps>{source}</scan:AdfDuplexInputCaps>
<scan:FeederCapacity>50</scan:FeederCapacity>
<scan:AdfOptions><scan:AdfOption>DetectPaperLoaded</scan:AdfOption>
<scan:AdfOption>Duplex</scan:AdfOption></scan:AdfOptions></scan:Adf>
</scan:ScannerCapabilities>"""


def status(state: str, feeder: str, jobs: Iterable[tuple[str, int, bool]]) -> str:
    """*jobs* are (uri, pages sent, still running). airscan knows DoorOpen, not HatchOpen."""
    rows = "".join(
        f"<scan:JobInfo><pwg:JobUri>{uri}</pwg:JobUri>"
        f"<pwg:ImagesCompleted>{sent}</pwg:ImagesCompleted>"
        f"<pwg:JobState>{'Processing' if running else 'Completed'}</pwg:JobState></scan:JobInfo>"
        for uri, sent, running in jobs
    )
    return f"""{_HEAD}<scan:ScannerStatus {_NAMES}>
<pwg:Version>2.63</pwg:Version><pwg:State>{state}</pwg:State>
<scan:AdfState>{feeder}</scan:AdfState><scan:Jobs>{rows}</scan:Jobs></scan:ScannerStatus>"""


def read_settings(body: str) -> tuple[str, bool, Look]:
    """Source (``Platen`` or ``Feeder``), duplex, and the look of a ScanSettings document.

    Raises ValueError for what this scanner does not have, as a real one answers 409.
    """
    dpi = int(_one(body, "XResolution", "300"))
    if dpi not in DPIS or dpi != int(_one(body, "YResolution", str(dpi))):
        raise ValueError(f"no such resolution: {dpi}")
    window = Window(
        int(_one(body, "XOffset", "0")),
        int(_one(body, "YOffset", "0")),
        int(_one(body, "Width", str(BED[0]))),
        int(_one(body, "Height", str(BED[1]))),
    )
    if window.x + window.width > BED[0] or window.y + window.height > BED[1]:
        raise ValueError(f"outside the bed: {window}")
    gray = _one(body, "ColorMode", "RGB24") != "RGB24"
    duplex = _one(body, "Duplex", "false") == "true"
    return _one(body, "InputSource", "Platen"), duplex, Look(dpi, gray, window)


def _one(body: str, tag: str, otherwise: str) -> str:
    found = re.search(rf"<(?:\w+:)?{tag}>\s*([^<\s]+)\s*</", body)
    return found.group(1) if found else otherwise
