"""The box's own Wi-Fi, run by NetworkManager: off as shipped, taken away when it is switched off.

Phones get an address and answers to three kinds of names: the box's own, those by which a phone
looks for a log-in page (so it shows the page of trust by itself), and none for everything else.
"""

from __future__ import annotations

import secrets
import shutil
import subprocess
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from appliance.hotspot import ADDRESS, PASSWORD_FILE, Joining, joining, local_names
from appliance.setup.placed import PlacedFile
from appliance.setup.running import systemd_runs
from appliance.setup.steps import Exit, Refused, holds, say

NAME = "tramhoso-hotspot"
KEYFILE = Path(f"/etc/NetworkManager/system-connections/{NAME}.nmconnection")
ANSWERS = Path("/etc/NetworkManager/dnsmasq-shared.d/tramhoso.conf")
COUNTRY = Path("/etc/modprobe.d/tramhoso-wifi.conf")
PLACES = (KEYFILE, ANSWERS, COUNTRY)
_PROGRAMS = "/usr/sbin:/usr/bin:/sbin:/bin"
# No letter that is read for another; 57 bits, and short enough to be typed into a phone.
_LETTERS, _LENGTH = "abcdefghjkmnpqrstuvwxyz23456789", 12
# What Android, iPhones, Windows, Firefox ask whether there is an internet.
_PORTAL_CHECKS = (
    *("connectivitycheck.gstatic.com", "connectivitycheck.android.com", "clients3.google.com"),
    *("captive.apple.com", "www.msftconnecttest.com", "detectportal.firefox.com"),
)
_KEYFILE = """\
# Made by setup_pi.sh install from [hotspot] in config.toml; changes here are lost.
[connection]
id={name}
uuid={uuid}
type=wifi
interface-name={device}
autoconnect=true
autoconnect-priority=50

[wifi]
mode=ap
ssid={ssid}
band={band}
channel={channel}

[wifi-security]
key-mgmt=wpa-psk
proto=rsn;
pairwise=ccmp;
group=ccmp;
psk={password}

[ipv4]
method=shared
address1={address}/24

[ipv6]
method=disabled
"""


def hotspot_for(config: bytes) -> Hotspot:
    """What [hotspot] of *config* asks for.

    Raises:
        Refused: it is on where no NetworkManager is; nothing was changed.
    """
    try:
        asked = Hotspot(config)
    except (TypeError, ValueError) as error:
        raise Refused(
            Exit.BAD_CONFIG, f"[hotspot] of config.toml: {error}; nothing was changed"
        ) from error
    if asked.device and (lacks := asked.lacks):
        words = " ".join(lacks)
        raise Refused(
            Exit.BAD_CONFIG,
            f"[hotspot] is on and needs {words}: sudo apt-get install {words}, or on = false; "
            "nothing was changed",
        )
    return asked


class Hotspot:
    """As [hotspot] of *config* wants it; all of its files, or none."""

    def __init__(self, config: bytes) -> None:
        tables = tomllib.loads(config.decode())
        self._section: dict[str, Any] = dict(tables.get("hotspot", {}))
        self._code = str(tables.get("point", {}).get("code", "TH-0001"))

    @property
    def device(self) -> str:
        """The Wi-Fi card that serves phones; empty when there is no hotspot."""
        return str(self._section.get("device", "wlan0")) if self._section.get("on") else ""

    @property
    def lacks(self) -> list[str]:
        """Debian packages without which there is none."""
        wanted = (("network-manager", "nmcli"), ("dnsmasq-base", "dnsmasq"))
        return [package for package, program in wanted if _program(program) is None]

    def changes(self) -> list[str]:
        if not self.device:
            return [f"{place} is removed: no hotspot" for place in PLACES if place.exists()]
        lines = [] if self._joining() else [f"{PASSWORD_FILE}: a password for the hotspot"]
        # before there is a password the keyfile cannot be compared; it is new then as well
        lines += [line for file in self._files(self._joining()) for line in file.changes()]
        if not lines and self._is_down():
            lines.append(f"the hotspot on {self.device} is switched on")
        return lines

    def apply(self) -> None:
        if not self.device:
            remove()
            return
        if self._joining() is None:
            made = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
            PlacedFile(PASSWORD_FILE, f"{made}\n".encode(), 0o640, "root", "tramhoso").apply()
        for file in self._files(self._joining()):
            if file.changes():
                file.apply()
        self._switch_on()

    def _joining(self) -> Joining | None:
        said = self._section
        return joining(str(said.get("ssid", "")), str(said.get("password", "")), self._code)

    def _files(self, join: Joining | None) -> Iterator[PlacedFile]:
        known = join or Joining("", "")
        yield PlacedFile(KEYFILE, keyfile(self._section, self._code, known).encode(), 0o600)
        yield PlacedFile(ANSWERS, answers(self._code).encode())
        country = str(self._section.get("country", "VN"))
        line = f"# Made by setup_pi.sh install.\noptions cfg80211 ieee80211_regdom={country}\n"
        yield PlacedFile(COUNTRY, line.encode())

    def _is_down(self) -> bool:
        there = Path(f"/sys/class/net/{self.device}").exists()
        return there and _manager_runs() and NAME not in _nmcli("-t", "-f", "NAME", *_ACTIVE)[0]

    def _switch_on(self) -> None:
        """A card that is not there yet, or is refused, is told and no reason to stop."""
        if not _manager_runs():
            return
        set_country(str(self._section.get("country", "VN")))
        _nmcli("connection", "load", str(KEYFILE))
        _nmcli("general", "reload", "dns-full")
        if not Path(f"/sys/class/net/{self.device}").exists():
            say("note", f"no Wi-Fi card {self.device} here: the hotspot waits for one")
            return
        _nmcli("radio", "wifi", "on")
        words, failed = _nmcli("--wait", "30", "connection", "up", NAME)
        if failed:
            say("note", f"the hotspot is not up: {' '.join(words.split())[:200]}")


def keyfile(section: dict[str, Any], point_code: str, join: Joining) -> str:
    """The Wi-Fi as NetworkManager reads it."""
    return _KEYFILE.format(
        name=NAME,
        uuid=uuid.uuid5(uuid.NAMESPACE_DNS, f"{point_code}.hotspot.tramhoso.local"),
        device=section.get("device", "wlan0"),
        ssid="".join(f"{byte};" for byte in join.ssid.encode()),  # a text like 1;2; is bytes too
        band="a" if section.get("band") == "5" else "bg",
        channel=section.get("channel", 6),
        password=_in_keyfile(join.password),
        address=ADDRESS,
    )


def answers(point_code: str) -> str:
    """What dnsmasq says to phones: the box, the box where they look for a log-in page, or no."""
    names = (*local_names(point_code), *_PORTAL_CHECKS)
    lines = "".join(f"address=/{name}/{ADDRESS}\n" for name in names)
    return f"# Made by setup_pi.sh install.\n{lines}address=/#/\n"


_ACTIVE = ("connection", "show", "--active")


def remove() -> list[Path]:
    """Switch it off and take its files away; returns what was there. The password stays."""
    doomed = [place for place in PLACES if place.exists()]
    if doomed and _manager_runs():
        _nmcli("connection", "delete", NAME)
    for place in doomed:
        place.unlink(missing_ok=True)
    return doomed


def load_again() -> None:
    """NetworkManager takes what the files say now: another password, or no hotspot any more."""
    if not _manager_runs():
        return
    _nmcli("connection", "reload")
    _nmcli("general", "reload", "dns-full")
    if KEYFILE.exists():
        _nmcli("--wait", "30", "connection", "up", NAME)


def _in_keyfile(text: str) -> str:
    """As GLib reads it: a backslash is doubled, a space at an end would be lost."""
    return text.replace("\\", "\\\\").replace(" ", "\\s")


def _manager_runs() -> bool:
    return systemd_runs() and holds("systemctl", "is-active", "--quiet", "NetworkManager.service")


def _nmcli(*words: str) -> tuple[str, bool]:
    done = subprocess.run(
        [_program("nmcli") or "nmcli", *words], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr, done.returncode != 0


def set_country(country: str, where: str = _PROGRAMS) -> None:
    """Now; the file in modprobe.d is for the next start. A Pi keeps its Wi-Fi shut before.

    raspi-config writes it into cmdline.txt too, over the one from the Imager, which would win over
    modprobe.d. It refuses where it finds no card that is awake: then iw at least says it now.
    """
    for program, *words in (("raspi-config", "nonint", "do_wifi_country"), ("iw", "reg", "set")):
        if there := _program(program, where):
            asked = [there, *words, country]
            if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
                return


def _program(name: str, where: str = _PROGRAMS) -> str | None:
    return shutil.which(name, path=where)
