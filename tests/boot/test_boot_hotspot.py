"""The box's own Wi-Fi, taken by a real NetworkManager; no kernel here has a card for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.boot.conftest import SUITE, booted
from tests.boot.installed import SETUP, TRAMHOSO, changed_nothing, installed
from tests.boot.machine import Machine

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(1800)]

CONFIG = """
[point]
code = "KV-0007"
[web]
listen = "unix:/run/tramhoso-web/page.sock"
https = true
[hotspot]
on = {on}
ssid = "1;2; Điểm Mẫu"
"""
KEYFILE = "/etc/NetworkManager/system-connections/tramhoso-hotspot.nmconnection"
SHOWN = "802-11-wireless.ssid,802-11-wireless.mode,802-11-wireless-security.key-mgmt,ipv4.method"


@pytest.fixture
def wifi(tmp_path: Path) -> Iterator[Machine]:
    """A machine as Raspberry Pi OS Lite comes: with NetworkManager."""
    yield from booted(SUITE, tmp_path, "network-manager", "dnsmasq-base")


def test_networkmanager_takes_the_hotspot_and_loses_it_again(wifi):
    wifi.write("/root/box.toml", CONFIG.format(on="true"))
    said = installed(wifi)
    assert "a password for the hotspot" in said
    assert "no Wi-Fi card wlan0 here" in said
    assert wifi.shell(f"stat -c '%a %U' {KEYFILE}") == "600 root\n"
    shown = wifi.run("nmcli", "-g", SHOWN, "connection", "show", "tramhoso-hotspot").stdout
    assert shown.splitlines() == ["1;2; Điểm Mẫu", "ap", "wpa-psk", "shared"]
    password = wifi.shell("cat /etc/tramhoso/hotspot.password").strip()
    secret = ("nmcli", "-s", "-g", "802-11-wireless-security.psk", "connection", "show")
    assert wifi.run(*secret, "tramhoso-hotspot").stdout.strip() == password
    assert 'iifname "wlan0"' in wifi.shell("nft list table inet tramhoso")
    assert changed_nothing(installed(wifi))

    wifi.run(TRAMHOSO, "print", "hotspot", "--to", "/var/tmp/wifi.pdf")
    assert wifi.inside("/var/tmp/wifi.pdf").read_bytes().startswith(b"%PDF")

    wifi.write("/root/box.toml", CONFIG.format(on="false"))
    said = wifi.run(SETUP, "install", "--config", "/root/box.toml", "--dry-run").stdout
    assert f"{KEYFILE} is removed: no hotspot" in said
    installed(wifi)
    assert "tramhoso" not in wifi.run("nmcli", "-g", "NAME", "connection", "show").stdout
    assert wifi.shell("find /etc/NetworkManager /etc/modprobe.d -name '*tramhoso*'") == ""
    assert wifi.shell("cat /etc/tramhoso/hotspot.password").strip() == password
