"""What may come in: the page, the box's name, ssh from near. A table of its own; others' stay.

A fault in the rules must not be found by a box that nobody reaches any more: nft reads them
before they are laid down, and loads them whole or not at all.
"""

from __future__ import annotations

import hashlib
import ipaddress
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from appliance.setup.places import ETC
from appliance.setup.running import FIREWALL, systemd_runs
from appliance.setup.steps import Exit, Refused, ran

RULES = ETC / "firewall.nft"
TABLE = ("inet", "tramhoso")
# Where a box stands: behind a router, or alone with the phones of its own Wi-Fi.
NEAR = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fe80::/10", "fc00::/7")
_UNHEARD = "Unable to initialize Netlink socket"  # qemu-user: no packet filter can be asked
_NOTHING = "table inet tramhoso\ndelete table inet tramhoso\n"  # the first line: it may be absent
_FRAME = """\
# Made by setup_pi.sh install from [network] in config.toml; changes here are lost.
{nothing}
table inet tramhoso {{
    comment "{mark}"

    chain arriving {{
        type filter hook input priority filter; policy drop;
        iifname "lo" accept
        ct state established,related accept
        ct state invalid drop
        meta l4proto icmpv6 icmpv6 type {{ nd-router-solicit, nd-router-advert, \
nd-neighbor-solicit, nd-neighbor-advert, mld-listener-query, mld-listener-report, \
packet-too-big, destination-unreachable, time-exceeded, parameter-problem }} accept
        udp sport 67 udp dport 68 accept comment "an address from the router"
        ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept
{doors}
    }}
{passing}}}
"""
_PASSING = """
    chain passing {{
        type filter hook forward priority filter; policy accept;
        iifname "{device}" drop comment "phones reach the page, not the internet"
    }}
"""


def rules(network: dict[str, Any], ssh_ports: Iterable[int], hotspot: str = "") -> str:
    """The file that nft reads; *network* is the section of config.toml.

    *hotspot* is the card that serves phones: it asks for addresses and names there.
    """
    if not network.get("firewall", True):
        return _NOTHING
    doors = []
    if hotspot:
        doors.append(f'iifname "{hotspot}" udp dport {{ 53, 67 }} accept')
        doors.append(f'iifname "{hotspot}" tcp dport 53 accept')
    near = [*NEAR, *network.get("page_from", ())]
    for family, networks in _by_family(near):
        doors.append(f"{family} saddr {networks} tcp dport {{ 80, 443 }} accept")
        doors.append(f"{family} saddr {networks} udp dport 5353 accept")
        kind = "icmp" if family == "ip" else "icmpv6"
        doors.append(f"{family} saddr {networks} {kind} type echo-request accept")
    ports = ", ".join(map(str, sorted(set(ssh_ports))))
    for family, networks in _by_family(network.get("ssh_from") or NEAR):
        if ports:
            doors.append(f"{family} saddr {networks} tcp dport {{ {ports} }} accept")
    body = "\n".join(f"        {door}" for door in doors)
    passing = _PASSING.format(device=hotspot) if hotspot else ""
    mark = hashlib.sha256((body + passing + _FRAME).encode()).hexdigest()[:16]
    return _FRAME.format(nothing=_NOTHING, mark=mark, doors=body, passing=passing)


def _by_family(networks: Iterable[str]) -> Iterable[tuple[str, str]]:
    read = sorted({ipaddress.ip_network(text) for text in networks}, key=str)
    for family, version in (("ip", 4), ("ip6", 6)):
        mine = [network for network in read if network.version == version]
        whole = [str(one) for one in mine if not any(_inside(one, other) for other in mine)]
        if whole:
            yield family, f"{{ {', '.join(whole)} }}"


def _inside(one: Any, other: Any) -> bool:
    return one != other and bool(one.subnet_of(other))  # nft wants no range inside another


def firewall_for(config: bytes, hotspot: str = "") -> str:
    """What [network] of *config* asks for, understood by nft.

    Raises:
        Refused: it does not say networks, or nft would not take them; nothing was changed.
    """
    try:
        said = rules(dict(tomllib.loads(config.decode()).get("network", {})), ssh_ports(), hotspot)
    except (TypeError, ValueError) as error:
        raise Refused(
            Exit.BAD_CONFIG, f"[network] of config.toml: {error}; nothing was changed"
        ) from error
    return checked(said)


def ssh_ports() -> list[int]:
    """Where sshd listens by its own word; none where there is no sshd."""
    program = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        return []
    said = subprocess.run([program, "-T"], capture_output=True, text=True, check=False).stdout
    found = [int(words[1]) for words in map(str.split, said.splitlines()) if words[:1] == ["port"]]
    return found or [22]  # it could not read its own file, host keys are missing, say


def checked(text: str) -> str:
    """*text*, which nft understands.

    While an image for a Pi is made on a PC no nft can be asked: then at the Pi's first start.

    Raises:
        Refused: it does not; nothing was loaded.
    """
    program = _nft()
    if program is None:
        return text  # install brings it; a look before that cannot ask it
    with tempfile.NamedTemporaryFile("w", suffix=".nft") as file:
        file.write(text)
        file.flush()
        asked = [program, "--check", "--file", file.name]
        said = subprocess.run(asked, capture_output=True, text=True, check=False)
    if said.returncode and not (_UNHEARD in said.stderr and not systemd_runs()):
        why = (said.stderr.splitlines() or ["no reason told"])[0]
        raise Refused(Exit.BAD_FIREWALL, f"nft refuses the firewall, nothing was changed: {why}")
    return text


@dataclass(frozen=True, slots=True)
class Loaded:
    """The kernel holds the rules of *text*, and nobody took them out by hand."""

    text: str

    def changes(self) -> list[str]:
        return [] if not systemd_runs() or self._holds() else ["the firewall is loaded"]

    def apply(self) -> None:
        checked(self.text)
        ran("systemctl", "daemon-reload")
        ran("systemctl", "reload-or-restart", FIREWALL)

    def _holds(self) -> bool:
        program = _nft()
        if program is None:
            return False
        words = [program, "list", "table", *TABLE]
        there = subprocess.run(words, capture_output=True, text=True, check=False).stdout
        mark = next((line for line in self.text.splitlines() if "comment " in line), "").strip()
        return mark in there if mark else not there


def load_again() -> None:
    """What the file says now; where there is none, nothing of ours."""
    if RULES.exists():
        subprocess.run(["systemctl", "reload-or-restart", FIREWALL], check=False)
    elif program := _nft():
        words = [program, "delete", "table", *TABLE]
        subprocess.run(words, capture_output=True, check=False)


def _nft() -> str | None:
    return shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin")
