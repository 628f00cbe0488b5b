"""The one TOML file of a box, read once. Unknown keys are errors: a typo must be loud."""

from __future__ import annotations

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from appliance.core.errors import ConfigWrong
from appliance.core.paper.scan import MAX_DPI, MIN_DPI, ColorMode, PaperSource, ScanSettings
from appliance.core.point.hours_section import AppointmentsSection, HoursSection, Section
from appliance.core.printing import Media

Pin = Annotated[int, Field(ge=2, le=27)]  # BCM numbers of the 40-pin header


def _point_code(code: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}-[0-9]{4}", code):
        raise ValueError("two capital letters, a hyphen and four digits, as in TH-0001")
    return code


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; Việt Nam has Asia/Ho_Chi_Minh") from error
    return name


def _page_address(listen: str) -> str:
    """PINs and papers travel over it in the clear, so it must not leave this machine."""
    if listen.startswith("unix:/"):
        return listen
    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{listen!r} is neither host:port nor unix:/path")
    if not _is_loopback(host.strip("[]")):
        raise ValueError(f"{listen!r} is not on loopback; a proxy with TLS brings the page outside")
    return listen


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class PointSection(Section):
    """Which support point this is."""

    code: Annotated[str, AfterValidator(_point_code)] = "TH-0001"
    name: str = "Điểm hỗ trợ"
    province: str | None = None  # code of the province offered first in address fields
    commune: str | None = None
    mobile: bool = False  # a bag that goes from house to house: its page stands on the first screen
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "Asia/Ho_Chi_Minh"


class PathsSection(Section):
    """*state* survives a power cut; *runtime* must be a tmpfs: it holds plain papers."""

    state: Path = Path("/var/lib/tramhoso")
    runtime: Path = Path("/run/tramhoso")


class ScannerSection(Section):
    """Which scanner, and how it is asked."""

    device: str = ""  # a SANE name; empty: the first one found
    sane_config: Path | None = None  # private SANE_CONFIG_DIR; None: the system's
    resolution_dpi: int = Field(default=300, ge=MIN_DPI, le=MAX_DPI)
    mode: ColorMode = ColorMode.COLOR
    source: PaperSource = PaperSource.AUTO
    line_deadline_s: float = Field(default=20.0, gt=0)  # silence inside a page
    page_deadline_s: float = Field(default=90.0, gt=0)  # from one page to the next

    def settings(self) -> ScanSettings:
        """What every press asks for."""
        return ScanSettings(self.resolution_dpi, self.mode, self.source)


class PanelSection(Section):
    """Button, lamp and buzzer."""

    kind: Literal["none", "gpio", "screen"] = "none"
    button_pin: Pin = 17
    lamp: Literal["rgb", "plain"] = "rgb"
    red_pin: Pin = 22
    green_pin: Pin = 23
    blue_pin: Pin = 24
    lamp_pin: Pin = 22  # the single pin of a plain lamp
    lamp_lights_when: Literal["high", "low"] = "high"  # low: a common-anode RGB lamp
    buzzer_pin: Pin | None = None
    debounce_s: float = Field(default=0.05, ge=0, le=1)
    screen_listen: str = "127.0.0.1:8081"  # where the on-screen panel is served
    screen_scanner: str = ""  # control door of a virtual scanner: the panel lays papers into it


class VoiceSection(Section):
    """What the lamp says, said aloud: sentences that `tramhoso voice render` made beforehand."""

    kind: Literal["none", "speaker", "screen"] = "none"  # screen: read on the screen panel
    accent: Literal["north", "central", "south"] = "north"
    words_per_minute: int = Field(default=135, ge=80, le=250)
    loudness: int = Field(default=100, ge=10, le=200)
    player: str = "aplay"  # or pw-play, or any program that plays the WAV it is given
    language: Literal["vi", "en", "rog", "kpm"] = "vi"  # of the ward's recordings; then vi
    device: str = ""  # as aplay -D or pw-play --target wants it; empty: the system's own


class DraftsSection(Section):
    """Papers on the desk that nobody sealed yet."""

    walk_ups: bool = True  # a press without a dossier is scanned under a short number
    resume: Literal["sign-in", "never"] = "sign-in"  # what opens dossiers after a power cut
    walk_up_minutes: int = Field(default=30, ge=5, le=240)  # then it is erased, unless claimed
    keep_days: int = Field(default=30, ge=2, le=365)  # a draft nobody works on is erased then
    set_aside_days: int = Field(default=30, ge=2, le=365)  # the same for files of no row


class RetentionSection(Section):
    """What is over, and for how long the box still knows of it: docs/decisions/retention.md."""

    finished_days: int = Field(default=90, ge=14, le=3650)  # since the last sign of a dossier
    asked_days: int = Field(default=365, ge=30, le=3650)  # the same while the ward waits for papers
    trail_days: int = Field(default=365, ge=30, le=3650)  # lines of the audit trail


class FiguresSection(Section):
    """What the point's figures are held against."""

    target_percent: int = Field(default=50, ge=1, le=100)  # of the ward's dossiers through here


class PrinterSection(Section):
    """Printers are optional: an empty queue is offered as a file only."""

    sheets: str = ""  # CUPS's queue for A4
    slips: str = ""  # CUPS's queue for the till roll of 80 mm
    socket: Path = Path("/run/cups/cups.sock")

    def queue_for(self, media: Media) -> str:
        """The queue whose printer has that paper; empty when the point has none."""
        return self.sheets if media is Media.A4 else self.slips


class WebSection(Section):
    """Where the page is served: ``host:port`` on loopback, or ``unix:/path``."""

    listen: Annotated[str, AfterValidator(_page_address)] = "127.0.0.1:8080"
    allowed_hosts: tuple[str, ...] = ()  # further names besides the one in listen
    https: bool = False  # true behind nginx with TLS: the session's cookie then needs it


class WardSection(Section):
    """The receiving office. The box holds public keys and one token, nothing that opens a seal."""

    url: str = ""  # ends in /intake/v1
    recipient: str = ""  # age1…, made by `tramhoso ward init`
    escrow_recipient: str | None = None  # age1… of the province, kept offline
    verify_key: str = ""  # Ed25519, base64url: whose receipts we believe
    token_file: Path | None = None
    ca_file: Path | None = None  # None: the system's certificates

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody who may open a sealed dossier."""
        return tuple(r for r in (self.recipient, self.escrow_recipient) if r)


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text))  # its error names the fault


class NetworkSection(Section):
    """Who reaches the box, and over what; set up by `setup_pi.sh install`."""

    firewall: bool = True
    page_from: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    ssh_from: tuple[Annotated[str, AfterValidator(_network)], ...] = ()


def _ssid(text: str) -> str:
    if len(text.encode()) > 32 or not text.isprintable() or text != text.strip():
        raise ValueError("at most 32 bytes, no line breaks, no space at either end")
    return text


def _wifi_password(text: str) -> str:
    if text and not (8 <= len(text) <= 63 and text.isascii() and text.isprintable()):
        raise ValueError("8 to 63 plain letters, digits and signs; empty: the box makes one")
    return text


class HotspotSection(Section):
    """A Wi-Fi of the box's own, for phones; set up by `setup_pi.sh install`."""

    on: bool = False
    ssid: Annotated[str, AfterValidator(_ssid)] = ""  # empty: TramHoSo- and the point's code
    password: Annotated[str, AfterValidator(_wifi_password)] = ""  # empty: the box makes one
    device: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,14}$")] = "wlan0"
    band: Literal["2.4", "5"] = "2.4"
    channel: int = 6
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "VN"

    @model_validator(mode="after")
    def _channel_of_the_band(self) -> Self:
        there = range(1, 14) if self.band == "2.4" else (36, 40, 44, 48)
        if self.channel not in there:
            told = "1 to 13" if self.band == "2.4" else "36, 40, 44, 48"
            raise ValueError(f"channel {self.channel} is not of {self.band} GHz: {told}")
        return self


class FolderSection(Section):
    """The stick that carries sealed dossiers where no network does: docs/day_two.md."""

    path: Path | None = None  # where it is mounted, or the folder above; None: no stick


def _public_page(address: str) -> str:
    """A QR on paper leads there for years, so it must be an address that people can open."""
    if address not in ("auto", "off") and not re.fullmatch(r"https?://[^\s#]+", address):
        raise ValueError(f"{address!r} is neither auto, off, nor an https:// address without #")
    return address


class PortalSince(Section):
    """The national look-up from one day on; its address has changed twice in two years."""

    since: date
    url: Annotated[str, AfterValidator(_public_page)]  # {code} stands for the mã hồ sơ


class TrackingSection(Section):
    """Where citizens see how far their dossier is."""

    ward_page: Annotated[str, AfterValidator(_public_page)] = "auto"  # auto: beside ward.url
    portal: tuple[PortalSince, ...] = (
        PortalSince(
            since=date(2025, 7, 1),
            url="https://dichvucong.gov.vn/p/home/dvc-tra-cuu-ho-so.html",
        ),
    )

    def portal_on(self, day: date) -> str | None:
        """The address that holds on *day*: the one with the latest start."""
        begun = [one for one in self.portal if one.since <= day]
        return max(begun, key=lambda one: one.since).url if begun else None


class TextSection(Section):
    """What pages say, laid unseen over them, so that the ward can search and copy."""

    layer: Literal["auto", "off"] = "auto"  # auto: with tesseract-ocr-vie, above 700 MB of memory


class ProceduresSection(Section):
    """Which procedures this point offers."""

    folder: Path | None = None  # further YAML files; one of the same id replaces the shipped one


class Config(Section):
    """Everything a technician may set."""

    point: PointSection = PointSection()
    hours: HoursSection = HoursSection()
    appointments: AppointmentsSection = AppointmentsSection()
    paths: PathsSection = PathsSection()
    scanner: ScannerSection = ScannerSection()
    panel: PanelSection = PanelSection()
    voice: VoiceSection = VoiceSection()
    drafts: DraftsSection = DraftsSection()
    retention: RetentionSection = RetentionSection()
    figures: FiguresSection = FiguresSection()
    printer: PrinterSection = PrinterSection()
    web: WebSection = WebSection()
    ward: WardSection = WardSection()
    network: NetworkSection = NetworkSection()
    hotspot: HotspotSection = HotspotSection()
    folder: FolderSection = FolderSection()
    tracking: TrackingSection = TrackingSection()
    procedures: ProceduresSection = ProceduresSection()
    text: TextSection = TextSection()

    @property
    def sends_by_network(self) -> bool:
        """Whether a sealed dossier waits for the network at first, and not for the stick."""
        return bool(self.ward.url) or self.folder.path is None


def read_config(path: Path) -> Config:
    """Read and check *path*.

    Raises:
        ConfigWrong: one line per mistake: file, key, what is wrong.
    """
    try:
        with path.open("rb") as file:
            return Config.model_validate(tomllib.load(file))
    except FileNotFoundError as error:
        raise ConfigWrong(
            f"{path}: no such file; on a box sudo tramhoso-setup install makes it; elsewhere "
            "copy docs/config.example.toml there, or name another: tramhoso --config FILE …"
        ) from error
    except PermissionError as error:
        raise ConfigWrong(f"{path}: {error.strerror}; on a box: sudo tramhoso …") from error
    except OSError as error:
        raise ConfigWrong(f"{path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        hint = '; text stands in "quotes"' if "Invalid value" in str(error) else ""
        raise ConfigWrong(f"{path}: not valid TOML: {error}{hint}") from error
    except UnicodeDecodeError as error:
        raise ConfigWrong(f"{path}: not a UTF-8 text file; save it as UTF-8") from error
    except ValidationError as error:
        raise ConfigWrong("\n".join(_lines(path, error))) from error


def _lines(path: Path, error: ValidationError) -> list[str]:
    return [
        f"{path}: {'.'.join(map(str, fault['loc']))}: {_told(fault)}" for fault in error.errors()
    ]


def _told(fault: ErrorDetails) -> str:
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(fault["loc"][-1]), _keys_beside(fault["loc"]), n=1)
        return f"unknown key; did you mean {near[0]}?" if near else "unknown key (a typo?)"
    return fault["msg"].removeprefix("Value error, ").removeprefix("Input ")


def _keys_beside(place: tuple[int | str, ...]) -> Iterable[str]:
    if len(place) == 1:
        return Config.model_fields
    section = Config.model_fields[str(place[0])].annotation
    return getattr(section, "model_fields", ())
