"""What a boot took, by systemd's clock and in CPU time of the services; what they weigh then."""

from __future__ import annotations

import os

from tests.boot.machine import Machine

WAITING = ("station", "web", "uploader")
WORK = "/src/tests/boot/fixed_work.py"
SHOWN = "ExecMainStartTimestampMonotonic,ActiveEnterTimestampMonotonic,CPUUsageNSec"


def boot_measured(machine: Machine) -> str:
    """One line for the record; nothing is demanded of a clock that others share.

    Both services tell systemd that they are ready when the lamp is and when the page answers.
    """
    began = int(machine.shell("systemctl show --value -p UserspaceTimestampMonotonic"))
    told = []
    for unit, meaning in (("station", "lamp ready"), ("web", "page answers")):
        words = ("systemctl", "show", f"tramhoso-{unit}", f"--property={SHOWN}")
        lines = machine.run(*words).stdout.split()
        facts = {name: int(value) for name, _, value in (line.partition("=") for line in lines)}
        ready = facts["ActiveEnterTimestampMonotonic"]
        own = ready - facts["ExecMainStartTimestampMonotonic"]
        told.append(
            f"{meaning} {(ready - began) / 1e6:.1f} s after systemd's start, "
            f"{own / 1e6:.1f} s after its own ({facts['CPUUsageNSec'] / 1e9:.1f} s CPU)"
        )
    return f"{'; '.join(told)}; load {os.getloadavg()[0]:.1f}"


def start_measured(machine: Machine, unit: str) -> tuple[float, float]:
    """What *unit* costs from its start until it is ready: in rounds of ``fixed_work``, and as CPU.

    Seconds alone say as much of the neighbours: on Debian 12, at loads of 12 to 18, a start took
    1.5 to 1.95 s of a core, and 30 000 to 37 000 rounds.
    """
    words = f"/usr/bin/python3 {WORK} >/run/worked & work=$!; systemctl restart {unit}; "
    words += f"systemctl show --value -p CPUUsageNSec {unit}; kill $work; wait $work; "
    cpu_ns, rounds_a_second = machine.shell(f"{words} cat /run/worked").split()
    seconds = int(cpu_ns) / 1e9
    return seconds * float(rounds_a_second), seconds


def weight_measured(machine: Machine) -> tuple[float, str]:
    """Million bytes that the three services hold in memory together (RSS), and a line of it."""
    held = []
    for name in WAITING:
        words = ("systemctl", "show", "--value", "--property=MainPID", f"tramhoso-{name}")
        rollup = machine.shell(f"cat /proc/{machine.run(*words).stdout.strip()}/smaps_rollup")
        kib = next(line.split()[1] for line in rollup.splitlines() if line.startswith("Rss:"))
        held.append(int(kib) * 1.024e-3)
    each = ", ".join(f"{name} {mb:.0f}" for name, mb in zip(WAITING, held, strict=True))
    return sum(held), f"{sum(held):.0f} MB ({each})"
