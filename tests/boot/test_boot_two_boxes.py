"""Two boxes in one network, each with a real avahi: who is called what, whose certificate fits."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.boot.conftest import SUITE, booted
from tests.boot.machine import Machine
from tests.boot.test_boot_install import CALLED, installed

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(1800)]

PHONE = "192.168.7.9"
COMMON, FIRSTS, SECONDS = "tramhoso.local", "th-0001.local", "th-0002.local"
CONFIG = """
[point]
code = "TH-000{number}"
[web]
listen = "unix:/run/tramhoso-web/page.sock"
https = true
"""


class Network:
    """A switch with a phone at it."""

    def __init__(self) -> None:
        self.name = f"switch-{os.getpid()}"
        self._ip("netns", "add", self.name)
        self._inside("link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
        self._inside("addr", "add", f"{PHONE}/24", "dev", "br0")
        self._inside("link", "set", "br0", "up")

    def plug_in(self, box: Machine, number: int) -> str:
        """A cable from the box; returns the address that it is given."""
        port, address = f"port{number}", f"192.168.7.{number}"
        box.cable(self.name, port)
        self._inside("link", "set", port, "master", "br0", "up")
        box.shell(f"ip addr add {address}/24 dev eth0; ip link set eth0 up")
        return address

    def asked(self, *names: str) -> list[str]:
        """What the phone hears."""
        words = ["ip", "netns", "exec", self.name, sys.executable, CALLED, PHONE, *names]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()

    def must_hear(self, within_s: float, **addresses: str) -> None:
        """Names may take their time to be known: two boxes talk it over between them."""
        wanted = {name.replace("_", "-") + ".local": told for name, told in addresses.items()}
        deadline = time.monotonic() + within_s
        while (heard := dict(zip(wanted, self.asked(*wanted), strict=True))) != wanted:
            assert time.monotonic() < deadline, heard
            time.sleep(1)

    def button(self, address: str, asked: str) -> str:
        """Where the page of trust leads a phone that came to *address* as *asked*."""
        script = "import sys,urllib.request as u;print(u.urlopen(u.Request(sys.argv[1],"
        script += "headers={'Host':sys.argv[2]}),timeout=20).read().decode())"
        words = ["ip", "netns", "exec", self.name, sys.executable, "-c", script]
        words += [f"http://{address}/", asked]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        (found,) = re.findall(r'class="button" href="(https://[^"]*)"', said)
        return str(found)

    def close(self) -> None:
        self._ip("netns", "del", self.name)

    def _inside(self, *words: str) -> None:
        self._ip("-n", self.name, *words)

    @staticmethod
    def _ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True)


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    with ExitStack() as both:
        made = [
            both.enter_context(contextmanager(booted)(SUITE, tmp_path / f"box{number}"))
            for number in (1, 2)
        ]
        yield made[0], made[1]


def certificate_fits(box: Machine, address: str, *names: str) -> None:
    """By the box's own authority, as a phone that trusted it looks."""
    page = "/etc/tramhoso/tls/page.pem"
    box.run("systemctl", "start", "tramhoso-certificates")  # the hour is up
    box.run("openssl", "verify", "-CAfile", "/etc/tramhoso/public/tramhoso.crt", page)
    for name in names:
        said = box.run("openssl", "x509", "-noout", "-checkhost", name, "-in", page).stdout
        assert "does match" in said
    said = box.run("openssl", "x509", "-noout", "-checkip", address, "-in", page).stdout
    assert "does match" in said


def test_the_first_keeps_the_common_name_and_each_has_its_own(boxes, network):
    addresses = []
    for number, box in enumerate(boxes, 1):
        box.write("/root/box.toml", CONFIG.format(number=number))
        installed(box)
        addresses.append(network.plug_in(box, number))
        if number == 1:
            network.must_hear(60, tramhoso=addresses[0], th_0001=addresses[0])
    for number, address in enumerate(addresses, 1):
        for asked in (COMMON, f"th-000{number}.local"):
            assert network.button(address, asked) == f"https://th-000{number}.local/"
        assert network.button(address, address) == f"https://{address}/"
    first, second = addresses
    network.must_hear(60, tramhoso=first, th_0001=first, th_0002=second)
    certificate_fits(boxes[0], first, COMMON, FIRSTS)
    certificate_fits(boxes[1], second, COMMON, SECONDS)
    other = boxes[0].shell("cat /etc/tramhoso/public/tramhoso.crt")
    boxes[1].write("/root/other.crt", other)
    words = ("openssl", "verify", "-CAfile", "/root/other.crt", "/etc/tramhoso/tls/page.pem")
    assert boxes[1].run(*words, check=False).returncode != 0  # whoever trusts one trusts one

    boxes[0].shell("ip link set eth0 down")  # somebody takes the first one home
    network.must_hear(120, tramhoso=second, th_0002=second)
    boxes[0].shell("ip link set eth0 up")  # and back: the name is taken now
    network.must_hear(60, th_0001=first, tramhoso=second)
