"""An installed box and its neighbours, as the tests of this folder speak of them."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable

from tests.boot.machine import Machine

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
TRAMHOSO = "/opt/tramhoso/venv/bin/tramhoso"
PYTHON, VISITOR = "/opt/tramhoso/venv/bin/python", "/src/tests/boot/visitor.py"
AROUND = {
    "SSL_CERT_FILE": "/etc/tramhoso/public/tramhoso.crt",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
}
SERVICES = ["tramhoso-station", "tramhoso-web", "tramhoso-nginx"]
POINT = "file:/var/lib/tramhoso/point.db?mode=ro"
WARD_HOME = "/var/lib/tramhoso-ward"
WARD_UNIT = "/etc/systemd/system/tramhoso-ward.service"
# beside a box there is no second nginx: plain HTTP, on loopback
PLAIN_WARD = f"""[Service]
ExecStart=
ExecStart={TRAMHOSO} ward serve {WARD_HOME}
"""


def installed(machine: Machine, setup: str = SETUP, wheels: str = "/bundle") -> str:
    """What `install` said."""
    words = ("install", "--config", "/root/box.toml", "--offline", wheels)
    return machine.run(setup, *words).stdout


def changed_nothing(said: str) -> bool:
    """Whether an `install` found everything as it should be."""
    return "0 changes" in (line.strip() for line in said.splitlines())


def tree(machine: Machine) -> str:
    """Every file of the machine with owner, mode, size and time; not what services write."""
    left_out = ("/var/lib/tramhoso", "/var/lib/systemd", "/var/log", "/var/cache", "/tmp", "/src")
    left_out += ("/bundle", "/var/tmp", "/var/lib/apt", "*/__pycache__")
    pruned = " -o ".join(f"-path '{place}'" for place in left_out)
    return machine.shell(
        rf"find / -xdev \( {pruned} \) -prune -o -printf '%p %m %u %g %s %T@\n' | sort"
    )


def is_active(machine: Machine, unit: str) -> bool:
    return machine.run("systemctl", "is-active", unit, check=False).stdout == "active\n"


def all_run(machine: Machine, *more: str) -> None:
    """Every service of a box, and *more*; and nothing has failed."""
    late = [unit for unit in (*SERVICES, *more) if not is_active(machine, unit)]
    assert not late, machine.shell(f"systemctl status --no-pager {' '.join(late)}", check=False)
    nothing_failed(machine)


def nothing_failed(machine: Machine) -> None:
    """No unit; whatever did is told with its own last words."""
    failed = machine.shell("systemctl --failed --plain --no-legend")
    assert failed == "", machine.shell(
        f"systemctl status --no-pager {failed.split()[0]}", check=False
    )


def wait_for(so: Callable[[], bool], patience_s: float = 60) -> None:
    ends = time.monotonic() + patience_s
    while not so():
        assert time.monotonic() < ends
        time.sleep(0.5)


def asked(machine: Machine, question: str) -> str:
    """The first value that the point's database answers with."""
    script = f"import sqlite3; print(sqlite3.connect('{POINT}', uri=True)"
    script += f".execute({question!r}).fetchone()[0])"
    return machine.run("/usr/bin/python3", "-c", script).stdout.strip()


def visited(machine: Machine, *words: str) -> dict[str, object]:
    """What visitor.py told last."""
    said = machine.run(PYTHON, VISITOR, *words, **AROUND)
    return dict(json.loads(said.stdout.splitlines()[-1]))


def visitor_began(machine: Machine, *words: str) -> subprocess.Popen[bytes]:
    """visitor.py, at work beside the test."""
    return machine.start(PYTHON, VISITOR, *words, **AROUND)


def a_ward(machine: Machine) -> dict[str, str]:
    """A ward's service on the same machine, from now on and after each start; what it printed."""
    machine.run("systemd-sysusers", "/src/systemd/sysusers.d/tramhoso-ward.conf")
    machine.shell(f"cp /src/systemd/tramhoso-ward.service {WARD_UNIT}")
    machine.write(f"{WARD_UNIT}.d/plain.conf", PLAIN_WARD)
    machine.shell(f"install -d -m 0700 -o tramhoso-ward -g tramhoso-ward {WARD_HOME}")
    init = (TRAMHOSO, "ward", "init", WARD_HOME, "--json")
    made = json.loads(machine.run(*init, user="tramhoso-ward", HOME="/var/tmp").stdout)
    machine.shell("systemctl daemon-reload; systemctl enable --quiet --now tramhoso-ward")
    return dict(made)


def no_ward(machine: Machine) -> None:
    """What ``a_ward`` brought is gone."""
    machine.shell("systemctl disable --quiet --now tramhoso-ward")
    machine.shell(f"rm -r {WARD_UNIT} {WARD_UNIT}.d; systemctl daemon-reload")
    machine.shell(f"rm -r {WARD_HOME}; userdel tramhoso-ward")
