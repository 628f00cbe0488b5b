"""Runs on an emulated board as root: looks at the installed units, tells the console, asks for a
hand at the button. Who listens and who presses stands in tests/campaigns/emulated_pi.py.
"""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import lgpio
from gpiozero.pins.lgpio import LGPIOFactory

SERVICES = ("station", "web", "uploader", "nginx")
WEIGHED = SERVICES[:3]
BUTTON, LAMP = 4, (5, 6, 7)
SETTLE_S, PATIENCE_S = 20.0, 900.0
TRAMHOSO = "/opt/tramhoso/venv/bin/tramhoso"
GROUP = Path("/sys/fs/cgroup/system.slice/tramhoso-station.service")


def say(about: str, **facts: object) -> None:
    """One thing, as a line of its own on the console."""
    with Path("/dev/console").open("w", encoding="utf-8") as console:
        console.write(f"\nPI {json.dumps({'about': about, **facts})}\n")


def ran(*words: str) -> str:
    """What a program prints, whatever it ends with."""
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def wait_until(so: Callable[[], bool], patience_s: float = PATIENCE_S) -> bool:
    """Whether it became so."""
    ends = time.monotonic() + patience_s
    while not so():
        if time.monotonic() > ends:
            return False
        time.sleep(1)
    return True


def shown(service: str, key: str) -> str:
    return ran("systemctl", "show", "--value", f"--property={key}", f"tramhoso-{service}")


def the_board() -> None:
    ran("systemctl", "is-system-running", "--wait")
    model = Path("/proc/device-tree/model").read_text().strip("\0")
    meminfo = dict(re.findall(r"(\w+):\s+(\d+)", Path("/proc/meminfo").read_text()))
    factory = LGPIOFactory()
    say("board", model=model, gpiozero=factory.board_info.model, chip=chip_label(),
        memory_mb=int(meminfo["MemTotal"]) * 1024 // 1_000_000, kernel=ran("uname", "-rm"),
        up_s=round(time.monotonic()))  # fmt: skip
    factory.close()


def chip_label() -> str:
    chip = lgpio.gpiochip_open(0)
    try:
        return str(lgpio.gpio_get_chip_info(chip)[3])
    finally:
        lgpio.gpiochip_close(chip)


def the_services() -> None:
    say("services", failed=ran("systemctl", "--failed", "--plain", "--no-legend"), **{
        name: {"is": shown(name, "ActiveState"), "restarts": int(shown(name, "NRestarts")),
               "started_at_s": int(shown(name, "ActiveEnterTimestampMonotonic")) // 1_000_000,
               "cpu_s": int(shown(name, "CPUUsageNSec")) / 1e9}
        for name in SERVICES
    })  # fmt: skip


def the_page() -> None:
    context = ssl.create_default_context(cafile="/etc/tramhoso/public/tramhoso.crt")
    with urllib.request.urlopen("https://tramhoso.local/healthz", context=context) as answer:
        say("page", status=answer.status)


def the_weight(when: str) -> None:
    """Once nothing has moved for a while and no child is left."""
    before: list[int] = []
    since = time.monotonic()
    ends = since + PATIENCE_S
    while time.monotonic() - since < SETTLE_S and time.monotonic() < ends:
        now = [round(weight_mb(name)[0]) for name in WEIGHED]
        if now != before or children("station"):
            before, since = now, time.monotonic()
        time.sleep(1)
    weights = {name: weight_mb(name) for name in WEIGHED}
    rss, pss = (round(sum(weight[i] for weight in weights.values()), 1) for i in (0, 1))
    meminfo = dict(re.findall(r"(\w+):\s+(\d+)", Path("/proc/meminfo").read_text()))
    say("weight", when=when, rss_mb=rss, pss_mb=pss, each=weights,
        settled=time.monotonic() < ends,
        available_mb=int(meminfo["MemAvailable"]) * 1024 // 1_000_000)  # fmt: skip


def weight_mb(service: str) -> tuple[float, float]:
    """RSS and PSS in million bytes."""
    rollup = Path(f"/proc/{shown(service, 'MainPID')}/smaps_rollup").read_text(encoding="ascii")
    kib = {line.split(":")[0]: int(line.split()[1]) for line in rollup.splitlines()[1:]}
    return round(kib["Rss"] * 1.024e-3, 1), round(kib["Pss"] * 1.024e-3, 1)


def children(service: str) -> list[str]:
    threads = Path(f"/proc/{shown(service, 'MainPID')}/task").glob("*/children")
    return [child for thread in threads for child in thread.read_text().split()]


def the_doors() -> None:
    """Root itself, put among the station's processes: what it may open there is the unit's list."""
    say("doors", **{place: opened_as_station(place)
                    for place in ("/dev/gpiochip0", "/dev/kmsg", "/dev/mmcblk0")})  # fmt: skip


def opened_as_station(place: str) -> str:
    script = f"echo $$ >{GROUP}/cgroup.procs; exec 3<>{place} && echo open"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip().rsplit(": ", 1)[-1]


def the_lines() -> None:
    """Who holds the pins, by the kernel's own word."""
    chip = lgpio.gpiochip_open(0)
    held = {str(pin): lgpio.gpio_get_line_info(chip, pin)[4] for pin in (BUTTON, *LAMP)}
    lgpio.gpiochip_close(chip)
    say("lines", **held)


def the_doctor(when: str) -> None:
    said = json.loads(ran(TRAMHOSO, "doctor", "--json"))
    say("doctor", when=when, codes=[row["code"] for row in said["findings"]])


def the_wiring() -> None:
    """The doctor drives the pins itself while no station has them."""
    ran("systemctl", "stop", "tramhoso-station")
    the_doctor("released")
    say("hold")
    say("level", button=0, seen=wait_until(lambda: level() == 0, 60))
    the_doctor("held")
    say("release")
    say("level", button=1, seen=wait_until(lambda: level() == 1, 60))
    ran("systemctl", "start", "tramhoso-station")


def level() -> int:
    chip = lgpio.gpiochip_open(0)
    try:
        lgpio.gpio_claim_input(chip, BUTTON)
        return int(lgpio.gpio_read(chip, BUTTON))
    finally:
        lgpio.gpiochip_close(chip)


def main() -> None:
    """One look after the other; one that breaks keeps nobody from the next."""
    say("started", up_s=round(time.monotonic()))
    looks: list[Callable[[], None]] = [
        the_board, the_services, the_page, lambda: the_weight("right after the start"),
        the_doors, the_lines, lambda: the_doctor("station runs"), lambda: say("ready"),
    ]  # fmt: skip
    for look in [*looks, the_wiring, the_services]:
        try:
            look()
        except Exception as error:
            say("broken", error=f"{look.__name__}: {type(error).__name__}: {error}")
    ran("systemctl", "poweroff", "--force")


if __name__ == "__main__":
    main()
