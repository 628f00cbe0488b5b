"""The firewall: read by nft, loaded into a network of its own, tried from outside."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.config import NetworkSection
from appliance.setup.firewall import NEAR, checked, firewall_for, rules
from appliance.setup.running import systemd_runs
from appliance.setup.steps import Exit, Refused
from tests.ward.test_ward_durable import can_trace

NFT = shutil.which("nft", path="/usr/sbin:/sbin")
SERVE = """
import select, socket, sys
families = (socket.AF_INET, socket.AF_INET6)
doors = [socket.create_server(("", int(port)), family=family) for port in sys.argv[1].split(",")
         for family in families]
sys.stdout.write("ready\\n"); sys.stdout.flush()
while True:
    for door in select.select(doors, [], [])[0]:
        door.accept()[0].close()
"""
ASK = """
import socket, sys
from concurrent.futures import ThreadPoolExecutor
def asked(port):
    try:
        socket.create_connection((sys.argv[1], int(port)), timeout=0.8).close()
        return port
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return ""
with ThreadPoolExecutor(16) as many:
    print(" ".join(filter(None, many.map(asked, sys.argv[2].split(",")))))
"""
PORTS = "22,25,80,443,631,8080,8090"


def may_filter() -> bool:
    """Root, with network namespaces and a packet filter in the kernel."""
    if os.geteuid() != 0 or NFT is None:
        return False
    words = ["unshare", "--net", NFT, "add table inet probe"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


needs_filter = pytest.mark.skipif(not may_filter(), reason="no packet filter of our own here")


class Lan:
    """A box and a laptop on one cable, each in a network of its own."""

    def __init__(self, name: str) -> None:
        self.box, self.laptop = f"box-{name}", f"laptop-{name}"
        for side in (self.box, self.laptop):
            _run("ip", "netns", "add", side)
            _run("ip", "-n", side, "link", "set", "lo", "up")
        cable = ("link", "add", "eth0", "type", "veth", "peer", "name", "eth0")
        _run("ip", "-n", self.box, *cable, "netns", self.laptop)
        for side, last in ((self.box, 1), (self.laptop, 2)):
            addresses = (f"192.168.7.{last}/24", f"203.0.113.{last}/24", f"fd00::{last}/64")
            for address in (*addresses, f"2001:db8::{last}/64"):
                _run("ip", "-n", side, "addr", "add", address, "dev", "eth0", *_at_once(address))
            _run("ip", "-n", side, "link", "set", "eth0", "up")

    def load(self, text: str) -> None:
        """As the unit does."""
        self.on_box("nft", "-f", "-", stdin=text)

    def on_box(self, *words: str, stdin: str = "") -> str:
        return _run("ip", "netns", "exec", self.box, *words, stdin=stdin)

    def open_ports(self, host: str, ports: str = PORTS) -> str:
        """Which of them answer the laptop."""
        words = ("ip", "netns", "exec", self.laptop, sys.executable, "-c", ASK, host, ports)
        return _run(*words).strip()

    def end(self) -> None:
        for side in (self.box, self.laptop):
            _run("ip", "netns", "del", side)


def _at_once(address: str) -> tuple[str, ...]:
    return ("nodad",) if ":" in address else ()


def _run(*words: str, stdin: str = "") -> str:
    done = subprocess.run(
        words, input=stdin, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def lan() -> Iterator[Lan]:
    """With every port of PORTS served by the box."""
    made = Lan(str(os.getpid()))
    served = subprocess.Popen(
        ["ip", "netns", "exec", made.box, sys.executable, "-c", SERVE, PORTS],
        stdout=subprocess.PIPE,
    )
    try:
        assert served.stdout is not None
        assert served.stdout.readline() == b"ready\n"
        yield made
    finally:
        served.kill()
        served.wait()
        made.end()


@needs_filter
def test_a_laptop_in_the_room_reaches_page_and_ssh_and_nothing_else(lan):
    assert lan.open_ports("192.168.7.1") == PORTS.replace(",", " ")  # without us all is open
    lan.load(rules({}, [22]))
    assert lan.open_ports("192.168.7.1") == "22 80 443"
    assert lan.open_ports("fd00::1") == "22 80 443"
    lan.load(rules({"firewall": False}, [22]))
    assert lan.open_ports("192.168.7.1", "8080") == "8080"


@needs_filter
def test_who_is_not_near_reaches_nothing_unless_the_configuration_says_so(lan):
    lan.load(rules({}, [22]))
    assert lan.open_ports("203.0.113.1") == ""
    assert lan.open_ports("2001:db8::1") == ""
    lan.load(rules({"page_from": ["203.0.113.0/24"]}, [22]))
    assert lan.open_ports("203.0.113.1") == "80 443"


@needs_filter
def test_ssh_is_for_whom_the_configuration_names_at_the_port_of_sshd(lan):
    lan.load(rules({"ssh_from": ["192.168.9.0/24"]}, [22]))
    assert lan.open_ports("192.168.7.1") == "80 443"
    lan.load(rules({"ssh_from": ["192.168.7.2/32"]}, [8090]))
    assert lan.open_ports("192.168.7.1") == "80 443 8090"


@needs_filter
def test_what_the_box_itself_asks_is_answered_and_its_own_doors_stay_open_to_itself(lan):
    lan.load(rules({}, []))
    assert lan.on_box(sys.executable, "-c", ASK, "127.0.0.1", "8090").strip() == "8090"
    assert lan.on_box(sys.executable, "-c", ASK, "192.168.7.2", "9").strip() == "refused"


@needs_filter
def test_loading_it_again_leaves_the_tables_of_others_and_no_rule_twice(lan):
    lan.on_box("nft", "add table inet somebody; add chain inet somebody theirs")
    lan.load(rules({}, [22]))
    once = lan.on_box("nft", "list", "ruleset")
    lan.load(rules({}, [22]))
    assert lan.on_box("nft", "list", "ruleset") == once
    lan.load(rules({"firewall": False}, [22]))
    left = lan.on_box("nft", "list", "ruleset")
    assert "theirs" in left
    assert "tramhoso" not in left


@needs_filter
@pytest.mark.parametrize("hotspot", ["", "wlan0"])
@pytest.mark.parametrize("network", [{}, {"page_from": ["10.1.0.0/16"]}])
def test_nft_understands_every_form_of_the_rules(network, hotspot):
    text = rules(network, [22, 2222], hotspot)
    assert checked(text) == text


@needs_filter
def test_a_table_that_nft_does_not_understand_is_refused_with_its_own_exit():
    with pytest.raises(Refused, match="nothing was changed") as told:
        checked(rules({}, [22]).replace("policy drop", "policy dorp"))
    assert told.value.exit_code is Exit.BAD_FIREWALL


MUTE = ("-e", "trace=socket", "-e", "inject=socket:error=EPROTONOSUPPORT")
JUDGE = """
import sys
from appliance.setup.firewall import checked
sys.stdout.write(checked(sys.argv[1]))
"""


@needs_filter
@pytest.mark.skipif(not can_trace(), reason="strace is not installed or may not trace here")
def test_an_image_for_a_pi_is_made_where_no_packet_filter_can_be_asked():
    """qemu-user knows no such socket; a box that runs still hears of it before it is shut out."""
    words = ["strace", "-f", "-o", "/dev/null", *MUTE, sys.executable, "-c", JUDGE, rules({}, [22])]
    said = subprocess.run(words, capture_output=True, text=True, check=False)
    if systemd_runs():
        assert "nft refuses the firewall, nothing was changed" in said.stderr
    else:
        assert said.stdout == rules({}, [22])


@pytest.mark.parametrize("text", ["page_from = ['10.1.2.3/8']", "ssh_from = 5", "ssh_from = 'x'"])
def test_what_is_no_network_is_told_before_anything_is_changed(text):
    with pytest.raises(Refused, match="nothing was changed") as told:
        firewall_for(f"[network]\n{text}\n".encode())
    assert told.value.exit_code is Exit.BAD_CONFIG


def test_the_set_up_and_the_services_know_the_same_keys():
    assert set(NetworkSection.model_fields) == {"firewall", "page_from", "ssh_from"}
    assert all(NetworkSection(page_from=(network,)) for network in NEAR)


def test_two_sets_of_rules_have_two_marks_so_that_old_ones_are_noticed():
    def mark(text: str) -> str:
        return next(line for line in text.splitlines() if "comment " in line)

    assert mark(rules({}, [22])) != mark(rules({}, [2222]))
    assert mark(rules({}, [22])) == mark(rules({}, [22, 22]))


def test_the_unit_loads_the_file_that_install_writes():
    unit = (Path(__file__).parents[2] / "systemd/tramhoso-firewall.service").read_text()
    assert unit.count("/usr/sbin/nft -f /etc/tramhoso/firewall.nft") == 2
