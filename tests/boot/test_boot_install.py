"""The life of a box on a booted Debian, as a technician lives it.

One test, because each step stands on the one before it, and a machine is dear.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.boot.machine import Machine
from tests.setup.test_setup_firewall import ASK

pytestmark = pytest.mark.timeout(1200)

SCANNER_PORT = 8085
CONFIG = f"""
[point]
code = "KV-0007"
name = "Điểm hỗ trợ Mẫu"
[scanner]
device = "airscan:escl:TramHoSo:http://127.0.0.1:{SCANNER_PORT}/eSCL/"
sane_config = "/etc/tramhoso/sane.d"
[panel]
kind = "screen"
[web]
listen = "unix:/run/tramhoso-web/page.sock"
allowed_hosts = ["tramhoso.local"]
https = true
"""
WARD = """
[ward]
url = "{url}"
recipient = "{recipient}"
verify_key = "{verify_key}"
"""
SETUP = "/src/setup_pi.sh"
CALLED = str(Path(__file__).with_name("called.py"))
TRAMHOSO = "/opt/tramhoso/venv/bin/tramhoso"
EXPOSED_AT_MOST = {"web": 1.5, "uploader": 1.5, "upkeep": 1.5, "names": 1.5, "station": 2.0,
                   "nginx": 2.0, "firewall": 2.0, "certificates": 2.0}  # fmt: skip
STARTED_WITHIN_S = {"station": 25, "web": 2}  # until the lamp says ready, the page answers
SERVICES = ["tramhoso-station", "tramhoso-web", "tramhoso-nginx"]


def installed(machine: Machine) -> str:
    words = ("install", "--config", "/root/box.toml", "--offline", "/bundle")
    return machine.run(SETUP, *words).stdout


def tree(machine: Machine) -> str:
    """Every file of the machine with owner, mode, size and time; not what services write."""
    left_out = ("/var/lib/tramhoso", "/var/lib/systemd", "/var/log", "/var/cache", "/tmp", "/src")
    left_out += ("/bundle", "/var/tmp", "/var/lib/apt", "*/__pycache__")
    pruned = " -o ".join(f"-path '{place}'" for place in left_out)
    return machine.shell(
        rf"find / -xdev \( {pruned} \) -prune -o -printf '%p %m %u %g %s %T@\n' | sort"
    )


def nothing_failed(machine: Machine) -> None:
    """No unit; whatever did is told with its own last words."""
    failed = machine.shell("systemctl --failed --plain --no-legend")
    assert failed == "", machine.shell(
        f"systemctl status --no-pager {failed.split()[0]}", check=False
    )


def install_says_first_what_it_would_do_and_does_nothing(machine: Machine) -> None:
    machine.write("/root/box.toml", CONFIG)
    machine.run("systemctl", "disable", "--quiet", "systemd-timesyncd")  # somebody did
    before = tree(machine)
    said = machine.run(SETUP, "install", "--config", "/root/box.toml", "--dry-run").stdout
    assert "user tramhoso is new" in said
    assert "systemd-timesyncd.service is switched on" in said
    assert machine.run(SETUP, "check", check=False).returncode == 3
    assert tree(machine) == before


def install_brings_every_service_up(machine: Machine) -> None:
    said = installed(machine)
    assert "change" in said
    for unit in SERVICES:
        assert machine.run("systemctl", "is-active", unit, check=False).stdout == "active\n"
    nothing_failed(machine)


def a_laptop_in_the_room_reaches_the_page_and_nothing_else(machine: Machine) -> None:
    outside = f"outside-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", outside], check=True)
    try:
        machine.cable(outside)
        machine.shell("ip addr add 192.168.7.1/24 dev eth0; ip link set eth0 up")
        machine.shell("systemd-run --quiet --unit=left-open python3 -m http.server 8099")
        here = ["ip", "-n", outside]
        subprocess.run([*here, "addr", "add", "192.168.7.2/24", "dev", "eth0"], check=True)
        subprocess.run([*here, "link", "set", "eth0", "up"], check=True)
        asked = ["ip", "netns", "exec", outside, sys.executable, "-c", ASK, "192.168.7.1"]
        said = subprocess.run([*asked, "80,443,631,8081,8099"], capture_output=True, check=True)
        assert said.stdout.split() == [b"80", b"443"]
        names = [CALLED, "192.168.7.2", "tramhoso.local", "kv-0007.local"]
        said = subprocess.run([*asked[:5], *names], capture_output=True, check=True)
        assert said.stdout.split() == [b"192.168.7.1"] * 2
        machine.shell("systemctl stop left-open; ip link del eth0")
    finally:
        subprocess.run(["ip", "netns", "del", outside], check=True)


def a_whole_visit_goes_through_the_installed_units(machine: Machine) -> None:
    machine.run("systemd-sysusers", "/src/systemd/sysusers.d/tramhoso-ward.conf")
    machine.shell("cp /src/systemd/tramhoso-ward.service /etc/systemd/system/")
    machine.shell("install -d -m 0700 -o tramhoso-ward -g tramhoso-ward /var/lib/tramhoso-ward")
    init = (TRAMHOSO, "ward", "init", "/var/lib/tramhoso-ward", "--json")
    made = json.loads(machine.run(*init, user="tramhoso-ward", HOME="/var/tmp").stdout)
    machine.shell("systemctl daemon-reload; systemctl start tramhoso-ward")
    machine.write("/etc/tramhoso/ward.token", made["token"], 0o600)
    machine.write("/root/box.toml", CONFIG + WARD.format(**made))
    said = installed(machine)
    assert "config.toml differs" in said
    machine.shell("echo 127.0.0.1 tramhoso.local >>/etc/hosts")
    added = machine.run(TRAMHOSO, "volunteer", "add", "Lê Thị Mẫu", user="tramhoso").stdout
    said = machine.run(
        "/opt/tramhoso/venv/bin/python", "/src/tests/boot/visitor.py", added.strip(),
        str(SCANNER_PORT),
        SSL_CERT_FILE="/etc/tramhoso/public/tramhoso.crt",
        PYTHONDONTWRITEBYTECODE="1",
    )  # fmt: skip
    visit = json.loads(said.stdout.splitlines()[-1])
    assert visit["ward_has_all_bytes"]
    assert visit["receipt"]["signature_verified"]
    assert visit["pages"] == 3


def a_new_pin_brings_upkeep_at_once(machine: Machine) -> None:
    """In both copies of the database within a minute, not with the next quarter of an hour."""
    show = ("systemctl", "show", "--value", "tramhoso-upkeep", "--property")
    wait_for(lambda: machine.run(*show, "ActiveState").stdout == "inactive\n")
    before = machine.run(*show, "ExecMainStartTimestampMonotonic").stdout
    machine.run(TRAMHOSO, "volunteer", "add", "Trần Thị Mẫu", user="tramhoso")
    wait_for(lambda: machine.run(*show, "ExecMainStartTimestampMonotonic").stdout != before)


def wait_for(so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not so():
        assert time.monotonic() < ends
        time.sleep(0.5)


def install_again_changes_nothing(machine: Machine) -> None:
    before = tree(machine)
    assert installed(machine).splitlines()[-1].split() == ["0", "changes"]
    assert tree(machine) == before
    assert machine.run(SETUP, "check").returncode == 0


def after_a_restart_everything_runs_again(machine: Machine) -> None:
    machine.restart()
    for unit in [*SERVICES, "tramhoso-uploader"]:
        assert machine.run("systemctl", "is-active", unit, check=False).stdout == "active\n"
    the_start_cost_little(machine)
    every_service_is_as_shut_as_was_promised(machine)
    nothing_failed(machine)


def every_service_is_as_shut_as_was_promised(machine: Machine) -> None:
    """systemd's own figure on the machine itself; 0 is shut, 10 is open."""
    for name, ceiling in EXPOSED_AT_MOST.items():
        words = ("systemd-analyze", "security", "--no-pager", f"tramhoso-{name}.service")
        overall = machine.run(*words).stdout.split("Overall exposure level for")[1]
        assert float(overall.split(":")[1].split()[0]) <= ceiling, f"{name}: {overall}"


def the_start_cost_little(machine: Machine) -> None:
    """CPU time since the machine started, so that others who work on this one do not count."""
    for name, limit_s in STARTED_WITHIN_S.items():
        words = ("systemctl", "show", "--value", "--property=CPUUsageNSec", f"tramhoso-{name}")
        took = machine.run(*words).stdout.strip()
        assert int(took) < limit_s * 1e9, f"{name}: {took} ns"


def uninstall_leaves_the_data_and_nothing_else(machine: Machine) -> None:
    machine.run(SETUP, "uninstall")
    left = machine.shell(
        r"find / -xdev -path /src -prune -o -path /bundle -prune -o -name '*tramhoso*' -print"
    )
    ward = {"/etc/systemd/system/tramhoso-ward.service", "/var/lib/tramhoso-ward"}  # by hand, above
    assert set(left.split()) - ward == {"/etc/tramhoso", "/var/lib/tramhoso"}
    assert machine.shell("ls /etc/tramhoso").split() == ["config.toml", "tls", "ward.token"]
    assert machine.run("systemctl", "is-enabled", "nginx", check=False).stdout == "enabled\n"


def test_a_box_is_installed_visited_restarted_and_taken_away(machine):
    install_says_first_what_it_would_do_and_does_nothing(machine)
    install_brings_every_service_up(machine)
    a_laptop_in_the_room_reaches_the_page_and_nothing_else(machine)
    a_whole_visit_goes_through_the_installed_units(machine)
    a_new_pin_brings_upkeep_at_once(machine)
    install_again_changes_nothing(machine)
    after_a_restart_everything_runs_again(machine)
    uninstall_leaves_the_data_and_nothing_else(machine)
